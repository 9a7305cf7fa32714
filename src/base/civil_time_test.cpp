#include "base/civil_time.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace pg2athena {
namespace {

constexpr auto kMaxMicros = std::numeric_limits<std::int64_t>::max();
constexpr auto kMinMicros = std::numeric_limits<std::int64_t>::min();
constexpr auto kMaxDays = std::numeric_limits<std::int32_t>::max();
constexpr auto kMinDays = std::numeric_limits<std::int32_t>::min();

// Expectations by PostgreSQL: SELECT date 'epoch' + n, timestamp 'epoch' + n * interval '1 microsecond'.
TEST(CivilTime, Dates_print_as_PostgreSQL_prints_them) {
  EXPECT_EQ(format_date(0), "1970-01-01");
  EXPECT_EQ(format_date(-1), "1969-12-31");
  EXPECT_EQ(format_date(kPostgresEpochDays), "2000-01-01");
  EXPECT_EQ(format_date(11016), "2000-02-29");
  EXPECT_EQ(format_date(-719162), "0001-01-01");
  EXPECT_EQ(format_date(-719163), "0000-12-31");
  EXPECT_EQ(format_date(2932896), "9999-12-31");
  EXPECT_EQ(format_date(2932897), "10000-01-01");
}

TEST(CivilTime, Timestamps_print_without_trailing_zeros) {
  EXPECT_EQ(format_timestamp(0), "1970-01-01 00:00:00");
  EXPECT_EQ(format_timestamp(-1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(format_timestamp(1'500'000), "1970-01-01 00:00:01.5");
  EXPECT_EQ(format_timestamp(kPostgresEpochMicros), "2000-01-01 00:00:00");
  EXPECT_EQ(format_timestamp(kMaxMicros), "294247-01-10 04:00:54.775807");
  EXPECT_EQ(format_timestamp(kMinMicros), "-290308-12-21 19:59:05.224192");
}

TEST(CivilTime, Days_and_civil_dates_are_one_calendar) {
  struct Case {
    CivilDate date;
    std::int64_t days;
  };
  const std::vector<Case> cases = {
      {{1970, 1, 1}, 0},
      {{2000, 2, 29}, 11016},
      {{1900, 2, 28}, -25509},
      {{1900, 3, 1}, -25508},
      {{0, 2, 29}, -719469},
      {{0, 3, 1}, -719468},
      {{-4, 2, 29}, -720930},
      // SELECT date '4714-11-24 BC' - date 'epoch', date '5874897-12-31' - date 'epoch'.
      {{-4713, 11, 24}, kFirstPostgresDate},
      {{5874897, 12, 31}, kLastPostgresDate},
      {{-5877641, 6, 23}, kMinDays},
      {{5881580, 7, 11}, kMaxDays},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(days_from_civil(c.date), c.days);
    EXPECT_EQ(civil_from_days(c.days), c.date) << c.days;
  }
}

RC_GTEST_PROP(CivilTime, Every_day_has_a_date_and_the_next_day_the_next, ()) {
  const std::int64_t days = *rc::gen::inRange<std::int64_t>(kMinDays, std::int64_t{kMaxDays} + 1);
  const CivilDate date = civil_from_days(days);
  RC_ASSERT(days_from_civil(date) == days);
  CivilDate next = date;
  if (++next.day > days_in_month(next.year, next.month)) {
    next.day = 1;
    if (++next.month > 12) {
      next.month = 1;
      ++next.year;
    }
  }
  RC_ASSERT(civil_from_days(days + 1) == next);
}

TEST(CivilTime, Only_years_divisible_by_4_and_not_by_100_but_by_400_are_leap_years) {
  EXPECT_EQ(days_in_month(2023, 2), 28U);
  EXPECT_EQ(days_in_month(2024, 2), 29U);
  EXPECT_EQ(days_in_month(1900, 2), 28U);
  EXPECT_EQ(days_in_month(2000, 2), 29U);
  EXPECT_EQ(days_in_month(0, 2), 29U);
  EXPECT_EQ(days_in_month(-1, 2), 28U);
  EXPECT_EQ(days_in_month(-4, 2), 29U);
  EXPECT_EQ(days_in_month(-100, 2), 28U);
  EXPECT_EQ(days_in_month(2024, 4), 30U);
  EXPECT_EQ(days_in_month(2024, 12), 31U);
}

TEST(CivilTime, Infinities_are_before_and_after_all_else) {
  EXPECT_LT(Date::minus_infinity(), Date::of_days(kMinDays));
  EXPECT_LT(Date::of_days(kMaxDays), Date::infinity());
  EXPECT_LT(Timestamp::minus_infinity(), Timestamp::of_micros(kMinMicros));
  EXPECT_LT(Timestamp::of_micros(kMaxMicros), Timestamp::infinity());
  EXPECT_LT(Date::of_days(-1), Date::of_days(1));
  EXPECT_EQ(Timestamp::of_micros(0), Timestamp());
}

TEST(CivilTime, PostgreSQLs_dates_are_ours_in_its_range) {
  EXPECT_EQ(date_from_postgres(0), Date::of_days(kPostgresEpochDays));
  EXPECT_EQ(date_from_postgres(kMaxDays), Date::infinity());
  EXPECT_EQ(date_from_postgres(kMinDays), Date::minus_infinity());
  EXPECT_EQ(date_from_postgres(-2451545), Date::of_days(kFirstPostgresDate));
  EXPECT_EQ(date_from_postgres(2145031948), Date::of_days(kLastPostgresDate));
  for (const std::int32_t wire : {kMinDays + 1, -2451546, 2145031949, kMaxDays - 1}) {
    EXPECT_EQ(date_from_postgres(wire), std::unexpected(TimeError::OutOfRange)) << wire;
  }
  for (const std::int32_t days : {kMinDays, kFirstPostgresDate - 1, kLastPostgresDate + 1, kMaxDays}) {
    EXPECT_EQ(date_to_postgres(Date::of_days(days)), std::unexpected(TimeError::OutOfRange)) << days;
  }
}

TEST(CivilTime, PostgreSQLs_timestamps_are_ours_up_to_the_last_microsecond_of_64_bits) {
  EXPECT_EQ(timestamp_from_postgres(0), Timestamp::of_micros(kPostgresEpochMicros));
  EXPECT_EQ(timestamp_from_postgres(kMaxMicros), Timestamp::infinity());
  EXPECT_EQ(timestamp_from_postgres(kMinMicros), Timestamp::minus_infinity());
  // MIN_TIMESTAMP in datatype/timestamp.h.
  EXPECT_EQ(timestamp_from_postgres(-211813488000000000), Timestamp::of_micros(kFirstPostgresTimestamp));
  EXPECT_EQ(timestamp_from_postgres(kLastUnixTimestampInPostgresMicros), Timestamp::of_micros(kMaxMicros));
  for (const std::int64_t wire : {kMinMicros + 1, std::int64_t{-211813488000000001},
                                  kLastUnixTimestampInPostgresMicros + 1, kMaxMicros - 1}) {
    EXPECT_EQ(timestamp_from_postgres(wire), std::unexpected(TimeError::OutOfRange)) << wire;
  }
  for (const std::int64_t micros : {kMinMicros, kFirstPostgresTimestamp - 1}) {
    EXPECT_EQ(timestamp_to_postgres(Timestamp::of_micros(micros)), std::unexpected(TimeError::OutOfRange));
  }
}

TEST(CivilTime, PostgreSQLs_times_of_day_end_at_24_00_and_their_zones_before_16_00) {
  EXPECT_EQ(time_from_postgres(0), TimeOfDay{});
  EXPECT_EQ(time_from_postgres(kMicrosPerDay), TimeOfDay{.micros = kMicrosPerDay});
  EXPECT_EQ(time_from_postgres(-1), std::unexpected(TimeError::OutOfRange));
  EXPECT_EQ(time_from_postgres(kMicrosPerDay + 1), std::unexpected(TimeError::OutOfRange));
  EXPECT_EQ(timetz_from_postgres(1, -19800), (ZonedTimeOfDay{.time = {.micros = 1}, .utc_offset = 19800}));
  EXPECT_EQ(timetz_from_postgres(1, 57599), (ZonedTimeOfDay{.time = {.micros = 1}, .utc_offset = -57599}));
  EXPECT_EQ(timetz_from_postgres(-1, 0), std::unexpected(TimeError::OutOfRange));
  for (const std::int32_t west : {57600, -57600, kMinDays, kMaxDays}) {
    EXPECT_EQ(timetz_from_postgres(0, west), std::unexpected(TimeError::OutOfRange)) << west;
  }
}

RC_GTEST_PROP(CivilTime, Any_number_from_the_wire_comes_back_or_is_refused, ()) {
  const auto days = *rc::gen::arbitrary<std::int32_t>();
  if (const auto date = date_from_postgres(days)) RC_ASSERT(date_to_postgres(*date).value() == days);
  const auto micros = *rc::gen::arbitrary<std::int64_t>();
  if (const auto time = timestamp_from_postgres(micros))
    RC_ASSERT(timestamp_to_postgres(*time).value() == micros);
}

}  // namespace
}  // namespace pg2athena
