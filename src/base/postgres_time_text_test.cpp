#include "base/postgres_time_text.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace pg2athena {
namespace {

constexpr auto kMaxMicros = std::numeric_limits<std::int64_t>::max();

// What parses a text and prints what came out, or the error's name: for text in UTC the same text again.
template <typename T>
std::string printed(const TimeResult<T>& parsed, TimeText format(T)) {
  return parsed ? std::string(format(*parsed).view()) : std::string(to_string(parsed.error()));
}
std::string date(std::string_view text) {
  return printed(parse_postgres_date(text), format_postgres_date);
}
std::string timestamp(std::string_view text) {
  return printed(parse_postgres_timestamp(text), format_postgres_timestamp);
}
std::string timestamptz(std::string_view text) {
  return printed(parse_postgres_timestamptz(text), format_postgres_timestamptz);
}
std::string time(std::string_view text) {
  return printed(parse_postgres_time(text), format_postgres_time);
}
std::string timetz(std::string_view text) {
  return printed(parse_postgres_timetz(text), format_postgres_timetz);
}

// SELECT date 'epoch' + days.
TEST(PostgresTimeText, Dates_are_those_of_PostgreSQL) {
  struct Case {
    std::int32_t days;
    std::string_view text;
  };
  const std::vector<Case> cases = {
      {0, "1970-01-01"},
      {11016, "2000-02-29"},
      {-719162, "0001-01-01"},
      {-719163, "0001-12-31 BC"},
      {-735160, "0044-03-15 BC"},
      {-719469, "0001-02-29 BC"},
      {2932897, "10000-01-01"},
      {kFirstPostgresDate, "4714-11-24 BC"},
      {kLastPostgresDate, "5874897-12-31"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(format_postgres_date(Date::of_days(c.days)).view(), c.text);
    EXPECT_EQ(parse_postgres_date(c.text), Date::of_days(c.days)) << c.text;
  }
  EXPECT_EQ(parse_postgres_date("infinity"), Date::infinity());
  EXPECT_EQ(parse_postgres_date("-infinity"), Date::minus_infinity());
  EXPECT_EQ(format_postgres_date(Date::infinity()).view(), "infinity");
  EXPECT_EQ(format_postgres_date(Date::minus_infinity()).view(), "-infinity");
}

// SELECT timestamp 'epoch' + micros * interval '1 microsecond', and the same of a timestamptz in UTC.
TEST(PostgresTimeText, Timestamps_are_those_of_PostgreSQL) {
  struct Case {
    std::int64_t micros;
    std::string_view text;
    std::string_view text_in_utc;
  };
  const std::vector<Case> cases = {
      {0, "1970-01-01 00:00:00", "1970-01-01 00:00:00+00"},
      {-1, "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999+00"},
      {-62135596800500000, "0001-12-31 23:59:59.5 BC", "0001-12-31 23:59:59.5+00 BC"},
      {253402344000500000, "10000-01-01 12:00:00.5", "10000-01-01 12:00:00.5+00"},
      {kFirstPostgresTimestamp, "4714-11-24 00:00:00 BC", "4714-11-24 00:00:00+00 BC"},
      {kMaxMicros, "294247-01-10 04:00:54.775807", "294247-01-10 04:00:54.775807+00"},
  };
  for (const Case& c : cases) {
    const Timestamp value = Timestamp::of_micros(c.micros);
    EXPECT_EQ(format_postgres_timestamp(value).view(), c.text);
    EXPECT_EQ(format_postgres_timestamptz(value).view(), c.text_in_utc);
    EXPECT_EQ(parse_postgres_timestamp(c.text), value) << c.text;
    EXPECT_EQ(parse_postgres_timestamptz(c.text_in_utc), value) << c.text_in_utc;
  }
  EXPECT_EQ(parse_postgres_timestamp("-infinity"), Timestamp::minus_infinity());
  EXPECT_EQ(parse_postgres_timestamptz("infinity"), Timestamp::infinity());
  EXPECT_EQ(format_postgres_timestamptz(Timestamp::infinity()).view(), "infinity");
  EXPECT_EQ(format_postgres_timestamp(Timestamp::minus_infinity()).view(), "-infinity");
}

TEST(PostgresTimeText, Timestamps_of_other_zones_become_UTC) {
  EXPECT_EQ(timestamptz("2024-01-01 05:30:00+05:30"), "2024-01-01 00:00:00+00");
  EXPECT_EQ(timestamptz("2024-02-29 20:00:00-08"), "2024-03-01 04:00:00+00");
  // SET TimeZone = 'Europe/Paris', whose local mean time was nine minutes and 21 seconds ahead.
  EXPECT_EQ(timestamptz("1890-01-01 00:09:21+00:09:21"), "1890-01-01 00:00:00+00");
  // SET TimeZone = 'Europe/London': '0044-03-15 00:00:00+00 BC'.
  EXPECT_EQ(timestamptz("0044-03-14 23:58:45-00:01:15 BC"), "0044-03-15 00:00:00+00 BC");
  EXPECT_EQ(timestamptz("0001-01-01 00:00:00+01"), "0001-12-31 23:00:00+00 BC");
  EXPECT_EQ(timestamptz("294247-01-10 09:30:54.775807+05:30"), "294247-01-10 04:00:54.775807+00");
  EXPECT_EQ(timestamptz("4714-11-23 16:00:00-08 BC"), "4714-11-24 00:00:00+00 BC");
}

TEST(PostgresTimeText, Times_of_day_are_those_of_PostgreSQL) {
  for (const std::string_view text :
       {"00:00:00", "12:34:56.5", "23:59:59.999999", "00:00:00.000001", "10:20:30.1005", "24:00:00"}) {
    EXPECT_EQ(time(text), text);
  }
  for (const std::string_view text :
       {"12:00:00.5+05:30", "00:00:00+00", "24:00:00-15:59:59", "24:00:00+15:59", "12:00:00-00:01:15",
        "12:00:00+00:00:01", "01:02:03-08", "23:59:59.999999-00:30"}) {
    EXPECT_EQ(timetz(text), text);
  }
  EXPECT_EQ(parse_postgres_timetz("00:00:01-01:02:03"),
            (ZonedTimeOfDay{.time = {.micros = kMicrosPerSecond}, .utc_offset = -3723}));
}

TEST(PostgresTimeText, What_PostgreSQL_has_and_we_have_not_is_out_of_range) {
  EXPECT_EQ(timestamp("294247-01-10 04:00:54.775808"), "out_of_range");
  EXPECT_EQ(timestamp("294276-12-31 23:59:59.999999"), "out_of_range");
  EXPECT_EQ(timestamptz("294247-01-10 04:00:54.775807-00:00:01"), "out_of_range");
  EXPECT_EQ(timestamp("9999999-12-31 00:00:00"), "out_of_range");
  EXPECT_EQ(timestamp("4714-11-23 23:59:59.999999 BC"), "out_of_range");
  EXPECT_EQ(timestamptz("4714-11-24 00:00:00+00:00:01 BC"), "out_of_range");
  EXPECT_EQ(date("5874898-01-01"), "out_of_range");
  EXPECT_EQ(date("9999999-12-31"), "out_of_range");
  EXPECT_EQ(date("4714-11-23 BC"), "out_of_range");
}

TEST(PostgresTimeText, Anything_else_is_malformed) {
  for (const std::string_view text : {"",
                                      " ",
                                      "2024",
                                      "2024-01",
                                      "2024-01-",
                                      "2024-01-1",
                                      "2024-1-01",
                                      "224-01-01",
                                      "02024-01-01",
                                      "0000-01-01",
                                      "0000-01-01 BC",
                                      "-2024-01-01",
                                      "+2024-01-01",
                                      "20240101",
                                      "2024/01/01",
                                      "2024-00-01",
                                      "2024-13-01",
                                      "2024-01-00",
                                      "2024-01-32",
                                      "2023-02-29",
                                      "2024-02-30",
                                      "1900-02-29",
                                      "0002-02-29 BC",
                                      "2024-04-31",
                                      "2024-01-01 ",
                                      " 2024-01-01",
                                      "2024-01-01BC",
                                      "2024-01-01 bc",
                                      "2024-01-01 AD",
                                      "2024-01-01 BC ",
                                      "2024-01-01 BC BC",
                                      "10000000-01-01",
                                      "99999999999999999999-01-01",
                                      "2024-01-01T",
                                      "2024-01-01 00:00:00",
                                      "Infinity",
                                      "infinity ",
                                      "+infinity",
                                      "INF",
                                      "epoch",
                                      "2024-0a-01",
                                      "2024-01-1:",
                                      "2024-01-\xD9\xA1",
                                      "2024-01-01\n"}) {
    EXPECT_EQ(date(text), "malformed") << text;
  }
  EXPECT_EQ(date(std::string_view("2024-01-01\0", 11)), "malformed");
  for (const std::string_view text : {"2024-01-01",
                                      "2024-01-01 ",
                                      "2024-01-01 00",
                                      "2024-01-01 00:00",
                                      "2024-01-01 00:00:0",
                                      "2024-01-01 00:00:00.",
                                      "2024-01-01 00:00:00.0",
                                      "2024-01-01 00:00:00.10",
                                      "2024-01-01 00:00:00.1234567",
                                      "2024-01-01 00:00:00,5",
                                      "2024-01-01T00:00:00",
                                      "2024-01-01  00:00:00",
                                      "2024-01-01 0:00:00",
                                      "2024-01-01 24:00:00",
                                      "2024-01-01 25:00:00",
                                      "2024-01-01 00:60:00",
                                      "2024-01-01 00:00:60",
                                      "2024-01-01 23:59:60",
                                      "2024-01-01 00:00:00+00",
                                      "2024-01-01 00:00:00Z",
                                      "2024-01-01 00:00:00 ",
                                      "2024-02-30 00:00:00",
                                      "2024-01-01 00:00:00 BCE",
                                      "2024-01-01 BC 00:00:00",
                                      "2024-01-01 -1:00:00",
                                      "2024-01-01 00:00:00.-1",
                                      "2024-01-01 00:00:00.+1"}) {
    EXPECT_EQ(timestamp(text), "malformed") << text;
  }
  for (const std::string_view zone :
       {"",      "+",         "-",       "+0",        "+00:",   "+00:00",     "+05:00",
        "+05:3", "+05:30:00", "+05:30:", "+05:30:1",  "-00",    "-00:00",     "-00:00:00",
        "+16",   "-16:00:01", "+15:60",  "+15:00:60", "+0530",  "Z",          " +00",
        "+00 ",  "+00 bc",    "+00 BC ", " BC+00",    "+00+00", "+00:30 UTC", "UTC"}) {
    EXPECT_EQ(timestamptz("2024-01-01 00:00:00" + std::string(zone)), "malformed") << zone;
  }
  for (const std::string_view zone : {"", "+", "+00:00", "-00", "+16", " +00", "Z", "+00 BC"}) {
    EXPECT_EQ(timetz("12:00:00" + std::string(zone)), "malformed") << zone;
  }
  for (const std::string_view text :
       {"", "12", "12:00", "12:00:", "12:00:00.", "12:00:00.50", "24:00:00.000001", "24:00:01", "25:00:00",
        "12:60:00", "12:00:60", "12:00:00+00", "1:00:00", "012:00:00", "12:00:00 AM", "-1:00:00"}) {
    EXPECT_EQ(time(text), "malformed") << text;
  }
}

RC_GTEST_PROP(PostgresTimeText, What_is_printed_is_parsed, ()) {
  const auto days = *rc::gen::inRange(kFirstPostgresDate, kLastPostgresDate + 1);
  RC_ASSERT(parse_postgres_date(format_postgres_date(Date::of_days(days))).value() == Date::of_days(days));
  const auto micros = *rc::gen::inRange(kFirstPostgresTimestamp, kMaxMicros);
  // Whole seconds too, and milliseconds.
  const auto unit = *rc::gen::element<std::int64_t>(1, 1000, kMicrosPerSecond);
  const Timestamp value = Timestamp::of_micros(micros / unit * unit);
  RC_ASSERT(parse_postgres_timestamp(format_postgres_timestamp(value)).value() == value);
  RC_ASSERT(parse_postgres_timestamptz(format_postgres_timestamptz(value)).value() == value);
  const TimeOfDay time_of_day{.micros = *rc::gen::inRange<std::int64_t>(0, kMicrosPerDay + 1) / unit * unit};
  RC_ASSERT(parse_postgres_time(format_postgres_time(time_of_day)).value() == time_of_day);
  const ZonedTimeOfDay zoned{.time = time_of_day, .utc_offset = *rc::gen::inRange(-57599, 57600)};
  RC_ASSERT(parse_postgres_timetz(format_postgres_timetz(zoned)).value() == zoned);
}

RC_GTEST_PROP(PostgresTimeText, Only_what_is_printed_is_parsed, ()) {
  // A text of ours with some of its characters changed, left out or added.
  const auto micros = *rc::gen::inRange(kFirstPostgresTimestamp, kMaxMicros);
  std::string text(format_postgres_timestamptz(Timestamp::of_micros(micros)).view());
  const auto edits = *rc::gen::inRange(0, 4);
  for (int i = 0; i < edits; ++i) {
    const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
    const std::string inserted(1, *rc::gen::element('0', '1', '2', '3', '9', ':', '-', '+', ' ', '.', 'B'));
    const auto removed = *rc::gen::inRange<std::size_t>(0, 2);
    text.replace(place, removed, *rc::gen::element(std::string(), inserted));
  }
  if (const auto parsed = parse_postgres_timestamptz(text)) {
    const bool in_utc = text.ends_with("+00") || text.ends_with("+00 BC");
    if (in_utc) RC_ASSERT(format_postgres_timestamptz(*parsed).view() == text);
  }
  if (const auto parsed = parse_postgres_timestamp(text)) {
    RC_ASSERT(format_postgres_timestamp(*parsed).view() == text);
  }
  const std::string date_part = text.substr(0, text.find(' '));
  if (const auto parsed = parse_postgres_date(date_part)) {
    RC_ASSERT(format_postgres_date(*parsed).view() == date_part);
  }
  const std::string time_part = text.substr(text.find(' ') + 1);
  if (const auto parsed = parse_postgres_timetz(time_part)) {
    RC_ASSERT(format_postgres_timetz(*parsed).view() == time_part);
  }
}

RC_GTEST_PROP(PostgresTimeText, Any_bytes_are_taken, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  if (const auto parsed = parse_postgres_date(text)) RC_ASSERT(format_postgres_date(*parsed).view() == text);
  if (const auto parsed = parse_postgres_time(text)) RC_ASSERT(format_postgres_time(*parsed).view() == text);
  if (const auto parsed = parse_postgres_timestamp(text)) {
    RC_ASSERT(format_postgres_timestamp(*parsed).view() == text);
  }
  if (const auto parsed = parse_postgres_timestamptz(text); parsed && parsed->finite()) {
    RC_ASSERT(parsed->micros >= kFirstPostgresTimestamp);
  }
  if (const auto parsed = parse_postgres_timetz(text)) {
    RC_ASSERT(format_postgres_timetz(*parsed).view() == text);
  }
}

// Decoders check what they read; a number that nobody checked prints as something, and within its room.
TEST(PostgresTimeText, Numbers_out_of_all_ranges_print) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t micros : {kMin, std::int64_t{-1}, kMaxMicros}) {
    EXPECT_FALSE(format_postgres_time({.micros = micros}).view().empty());
    EXPECT_FALSE(format_postgres_timestamptz(Timestamp::of_micros(micros)).view().empty());
    for (const std::int32_t offset :
         {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
      EXPECT_FALSE(format_postgres_timetz({.time = {.micros = micros}, .utc_offset = offset}).view().empty());
    }
  }
}

}  // namespace
}  // namespace pg2athena
