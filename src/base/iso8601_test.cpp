#include "base/iso8601.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace pg2athena {
namespace {

constexpr auto kMaxMicros = std::numeric_limits<std::int64_t>::max();
constexpr auto kMinMicros = std::numeric_limits<std::int64_t>::min();
constexpr auto kMaxDays = std::numeric_limits<std::int32_t>::max();
constexpr auto kMinDays = std::numeric_limits<std::int32_t>::min();

std::string text_of(const TimeResult<TimeText>& text) {
  return std::string(text ? text->view() : to_string(text.error()));
}

// What parses a text and prints what came out, or the error's name.
template <typename T>
std::string printed(const TimeResult<T>& parsed, TimeResult<TimeText> format(T)) {
  return parsed ? text_of(format(*parsed)) : std::string(to_string(parsed.error()));
}
std::string date(std::string_view text) {
  return printed(parse_iso8601_date(text), format_iso8601_date);
}
std::string timestamp(std::string_view text) {
  return printed(parse_iso8601_timestamp(text), format_iso8601_timestamp);
}
std::string instant(std::string_view text) {
  return printed(parse_iso8601_instant(text), format_iso8601_instant);
}
std::string rfc3339(std::string_view text) {
  return printed(parse_rfc3339(text), format_rfc3339);
}

TEST(Iso8601, Dates_have_astronomical_years) {
  struct Case {
    std::int32_t days;
    std::string_view text;
  };
  const std::vector<Case> cases = {
      {0, "1970-01-01"},
      {-719162, "0001-01-01"},
      {-719163, "0000-12-31"},
      {-719528, "0000-01-01"},
      {-719529, "-000001-12-31"},
      {-735160, "-000043-03-15"},
      {2932896, "9999-12-31"},
      {2932897, "+010000-01-01"},
      {2145042905, "+5874897-12-31"},
      {kMaxDays, "+5881580-07-11"},
      {kMinDays, "-5877641-06-23"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(text_of(format_iso8601_date(Date::of_days(c.days))), c.text);
    EXPECT_EQ(parse_iso8601_date(c.text), Date::of_days(c.days)) << c.text;
  }
  EXPECT_EQ(text_of(format_iso8601_date(Date::infinity())), "out_of_range");
}

TEST(Iso8601, Timestamps_and_instants_have_a_T_and_instants_a_zone) {
  struct Case {
    std::int64_t micros;
    std::string text;
  };
  const std::vector<Case> cases = {
      {0, "1970-01-01T00:00:00"},
      {-1, "1969-12-31T23:59:59.999999"},
      {1769828400125000, "2026-01-31T03:00:00.125"},
      {-62167219200000001, "-000001-12-31T23:59:59.999999"},
      {253402300800000000, "+010000-01-01T00:00:00"},
      {kMaxMicros, "+294247-01-10T04:00:54.775807"},
      {kMinMicros, "-290308-12-21T19:59:05.224192"},
  };
  for (const Case& c : cases) {
    const Timestamp value = Timestamp::of_micros(c.micros);
    EXPECT_EQ(text_of(format_iso8601_timestamp(value)), c.text);
    EXPECT_EQ(text_of(format_iso8601_instant(value)), c.text + "Z");
    EXPECT_EQ(parse_iso8601_timestamp(c.text), value) << c.text;
    EXPECT_EQ(parse_iso8601_instant(c.text + "Z"), value) << c.text;
  }
  EXPECT_EQ(text_of(format_iso8601_timestamp(Timestamp::infinity())), "out_of_range");
  EXPECT_EQ(text_of(format_iso8601_instant(Timestamp::minus_infinity())), "out_of_range");
}

// The first four are the examples of RFC 3339, section 5.8, but for its leap seconds.
TEST(Iso8601, Rfc3339_is_read_and_written) {
  EXPECT_EQ(rfc3339("1985-04-12T23:20:50.52Z"), "1985-04-12T23:20:50.52Z");
  EXPECT_EQ(rfc3339("1996-12-19T16:39:57-08:00"), "1996-12-20T00:39:57Z");
  EXPECT_EQ(rfc3339("1937-01-01T12:00:27.87+00:20"), "1937-01-01T11:40:27.87Z");
  EXPECT_EQ(rfc3339("1990-12-31T23:59:59Z"), "1990-12-31T23:59:59Z");
  EXPECT_EQ(rfc3339("2026-01-31t03:00:00.1250z"), "2026-01-31T03:00:00.125Z");
  EXPECT_EQ(rfc3339("2026-01-31T03:00:00-00:00"), "2026-01-31T03:00:00Z");
  EXPECT_EQ(rfc3339("2026-01-31T03:00:00+23:59"), "2026-01-30T03:01:00Z");
  EXPECT_EQ(rfc3339("2026-01-31T03:00:00.123456000Z"), "2026-01-31T03:00:00.123456Z");
  EXPECT_EQ(rfc3339("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339("9999-12-31T23:59:59.999999Z"), "9999-12-31T23:59:59.999999Z");
}

TEST(Iso8601, Rfc3339_has_years_of_four_digits) {
  EXPECT_EQ(text_of(format_rfc3339(Timestamp::of_micros(253402300800000000))), "out_of_range");
  EXPECT_EQ(text_of(format_rfc3339(Timestamp::of_micros(-62167219200000001))), "out_of_range");
  EXPECT_EQ(text_of(format_rfc3339(Timestamp::infinity())), "out_of_range");
  EXPECT_EQ(rfc3339("+010000-01-01T00:00:00Z"), "malformed");
  EXPECT_EQ(rfc3339("-000001-01-01T00:00:00Z"), "malformed");
  EXPECT_EQ(rfc3339("10000-01-01T00:00:00Z"), "malformed");
  // In UTC it is another year.
  EXPECT_EQ(printed(parse_rfc3339("9999-12-31T23:00:00-01:00"), format_iso8601_instant),
            "+010000-01-01T00:00:00Z");
}

TEST(Iso8601, What_does_not_fit_says_so) {
  EXPECT_EQ(instant("+294247-01-10T04:00:54.775808Z"), "out_of_range");
  EXPECT_EQ(instant("+294247-01-10T04:00:54.775807-00:01"), "out_of_range");
  EXPECT_EQ(instant("-290308-12-21T19:59:05.224191Z"), "out_of_range");
  EXPECT_EQ(timestamp("+9999999-12-31T00:00:00"), "out_of_range");
  EXPECT_EQ(timestamp("-9999999-01-01T00:00:00"), "out_of_range");
  EXPECT_EQ(date("+5881580-07-12"), "out_of_range");
  EXPECT_EQ(date("-5877641-06-22"), "out_of_range");
  EXPECT_EQ(rfc3339("2026-01-31T03:00:00.1234567Z"), "too_precise");
  EXPECT_EQ(timestamp("2026-01-31T03:00:00.0000000000000000000001"), "too_precise");
  EXPECT_EQ(timestamp("2026-01-31T03:00:00.1234567Z"), "malformed") << "and not only too precise";
  EXPECT_EQ(rfc3339("2026-02-30T03:00:00.1234567Z"), "malformed");
}

TEST(Iso8601, Anything_else_is_malformed) {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-01",
                                      "20260131",
                                      "2026-1-31",
                                      "2026-01-31 ",
                                      " 2026-01-31",
                                      "26-01-31",
                                      "10000-01-01",
                                      "02026-01-31",
                                      "+2026-01-31",
                                      "+002026-01-31",
                                      "-002026-1-31",
                                      "-000000-01-01",
                                      "+009999-12-31",
                                      "-00043-03-28",
                                      "+10000-01-01",
                                      "+0010000-01-01",
                                      "+10000000-01-01",
                                      "2026-00-01",
                                      "2026-13-01",
                                      "2026-01-00",
                                      "2026-02-29",
                                      "2026-04-31",
                                      "2026-W05-6",
                                      "2026-031",
                                      "2026-01-31T",
                                      "infinity",
                                      "-",
                                      "+"}) {
    EXPECT_EQ(date(text), "malformed") << text;
  }
  for (const std::string_view text :
       {"2026-01-31", "2026-01-31T", "2026-01-31T03", "2026-01-31T03:00", "2026-01-31T03:00:0",
        "2026-01-31 03:00:00", "2026-01-31t03:00:00", "2026-01-31T03:00:00.", "2026-01-31T03:00:00,5",
        "2026-01-31T24:00:00", "2026-01-31T03:60:00", "2026-01-31T03:00:60", "2026-01-31T23:59:60",
        "2026-01-31T03:00:00Z", "2026-01-31T03:00:00 ", "2026-01-31T030000", "2026-02-29T00:00:00"}) {
    EXPECT_EQ(timestamp(text), "malformed") << text;
  }
  for (const std::string_view zone : {"", "z", "Z ", "ZZ", "+", "+05", "+0530", "+05:3", "+24:00", "+05:60",
                                      "+05:30:00", "-00:00", " Z", "UTC", "+05:30Z"}) {
    EXPECT_EQ(instant("2026-01-31T03:00:00" + std::string(zone)), "malformed") << zone;
  }
  for (const std::string_view text :
       {"2026-01-31 03:00:00Z", "2026-01-31T03:00:00", "2026-01-31T03:00Z", "2026-01-31T03:00:00.Z",
        "2026-01-31T03:00:00+05", "2026-01-31T03:00:00+24:00", "1990-12-31T23:59:60Z", "2026-01-31T24:00:00Z",
        "1990-12-31T15:59:60-08:00", "2026-01-31T03:00:00Z\n", "2026-02-29T03:00:00Z"}) {
    EXPECT_EQ(rfc3339(text), "malformed") << text;
  }
  EXPECT_EQ(rfc3339(std::string_view("2026-01-31T03:00:00Z\0", 21)), "malformed");
}

RC_GTEST_PROP(Iso8601, What_is_written_is_read, ()) {
  const auto days = *rc::gen::inRange<std::int64_t>(kMinDays, std::int64_t{kMaxDays} + 1);
  const Date day = Date::of_days(static_cast<std::int32_t>(days));
  RC_ASSERT(parse_iso8601_date(*format_iso8601_date(day)).value() == day);
  const auto unit = *rc::gen::element<std::int64_t>(1, 1000, kMicrosPerSecond);
  const auto micros = *rc::gen::inRange(kMinMicros / 2, kMaxMicros / 2) * 2 / unit * unit;
  const Timestamp value = Timestamp::of_micros(micros);
  RC_ASSERT(parse_iso8601_timestamp(*format_iso8601_timestamp(value)).value() == value);
  RC_ASSERT(parse_iso8601_instant(*format_iso8601_instant(value)).value() == value);
}

RC_GTEST_PROP(Iso8601, What_is_written_as_Rfc3339_is_read, ()) {
  const auto micros = *rc::gen::inRange<std::int64_t>(-62167219200000000, 253402300800000000);
  const Timestamp value = Timestamp::of_micros(micros);
  RC_ASSERT(parse_rfc3339(*format_rfc3339(value)).value() == value);
}

RC_GTEST_PROP(Iso8601, Any_bytes_are_taken, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  if (const auto parsed = parse_iso8601_date(text)) RC_ASSERT(text_of(format_iso8601_date(*parsed)) == text);
  if (const auto parsed = parse_iso8601_timestamp(text)) {
    RC_ASSERT(parse_iso8601_timestamp(text_of(format_iso8601_timestamp(*parsed))).value() == *parsed);
  }
  if (const auto parsed = parse_iso8601_instant(text)) {
    RC_ASSERT(parse_iso8601_instant(text_of(format_iso8601_instant(*parsed))).value() == *parsed);
  }
  if (const auto parsed = parse_rfc3339(text)) {
    RC_ASSERT(parse_iso8601_instant(text_of(format_iso8601_instant(*parsed))).value() == *parsed);
  }
}

}  // namespace
}  // namespace pg2athena
