#include "postgres/key_points.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/int128.h"
#include "base/number_text.h"
#include "base/postgres_time_text.h"

namespace pg2athena::postgres {
namespace {

namespace oid = types::oid;

// A key's value as a number that orders as the key does.
using Number = UInt128;
// Where signed numbers begin: their least becomes 0.
constexpr Number kZero = Number{1} << 64U;

Number of_signed(std::int64_t value) {
  return value < 0 ? kZero - static_cast<Number>(-static_cast<Int128>(value))
                   : kZero + static_cast<Number>(value);
}

std::int64_t to_signed(Number number) {
  return static_cast<std::int64_t>(static_cast<Int128>(number) - static_cast<Int128>(kZero));
}

std::optional<Number> parse_integer(std::string_view text) {
  const auto value = parse_whole<std::int64_t>(text);
  return value ? std::optional(of_signed(*value)) : std::nullopt;
}

// "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11": its bytes in their order, by which memcmp() compares
// (uuid_internal_cmp in src/backend/utils/adt/uuid.c).
std::optional<Number> parse_uuid(std::string_view text) {
  Number number = 0;
  int digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    unsigned digit = 0;
    const auto [end, problem] = std::from_chars(&c, &c + 1, digit, 16);
    if (problem != std::errc()) return std::nullopt;
    number = number << 4U | digit;
    ++digits;
  }
  constexpr int kDigits = 32;
  return digits == kDigits ? std::optional(number) : std::nullopt;
}

std::string uuid_text(Number number) {
  const std::string digits = fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(number >> 64U),
                                         static_cast<std::uint64_t>(number));
  const std::string_view view = digits;
  return fmt::format("{}-{}-{}-{}-{}", view.substr(0, 8), view.substr(8, 4), view.substr(12, 4),
                     view.substr(16, 4), view.substr(20));
}

std::optional<Number> date_number(std::string_view text) {
  const auto date = parse_postgres_date(text);
  return date && date->finite() ? std::optional(of_signed(date->days)) : std::nullopt;
}

// A timestamp that is later than our microseconds reach is their last: the steps are less equal then.
std::optional<Number> timestamp_number(const TimeResult<Timestamp>& timestamp) {
  if (!timestamp && timestamp.error() == TimeError::OutOfRange) {
    return of_signed(std::numeric_limits<std::int64_t>::max());
  }
  return timestamp && timestamp->finite() ? std::optional(of_signed(timestamp->micros)) : std::nullopt;
}

std::optional<Number> number_of(types::Oid type, std::string_view text) {
  switch (type) {
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
      return parse_integer(text);
    case oid::kDate:
      return date_number(text);
    case oid::kTimestamp:
      return timestamp_number(parse_postgres_timestamp(text));
    case oid::kTimestamptz:
      return timestamp_number(parse_postgres_timestamptz(text));
    case oid::kUuid:
      return parse_uuid(text);
    default:
      return std::nullopt;
  }
}

std::string text_of(types::Oid type, Number number) {
  switch (type) {
    case oid::kDate:
      return std::string(format_postgres_date(Date::of_days(static_cast<std::int32_t>(to_signed(number)))));
    case oid::kTimestamp:
      return std::string(format_postgres_timestamp(Timestamp::of_micros(to_signed(number))));
    case oid::kTimestamptz:
      return std::string(format_postgres_timestamptz(Timestamp::of_micros(to_signed(number))));
    case oid::kUuid:
      return uuid_text(number);
    default:
      return std::to_string(to_signed(number));
  }
}

}  // namespace

double all_rows(std::span<const KeyPoint> points) {
  double rows = 0;
  for (const KeyPoint& point : points) rows += point.rows;
  return rows;
}

std::vector<std::string> choose_bounds(std::span<const KeyPoint> points, std::uint64_t parts) {
  const double part = all_rows(points) / static_cast<double>(std::max<std::uint64_t>(parts, 1));
  // What a bound that stands between two points misses goes on into the next part, or the last would be a
  // scrap; but not what a common value has beyond a part.
  const double rounding = part / 10;
  std::vector<std::string> bounds;
  double rows = 0;
  bool any = false;
  for (const KeyPoint& point : points) {
    // Before the point rather than behind it, when that is nearer to a part.
    if (any && rows + point.rows / 2 >= part) {
      bounds.push_back(point.value);
      rows = std::clamp(rows - part, -rounding, rounding);
      any = false;
    }
    rows += point.rows;
    any = any || point.rows > 0;
  }
  return parts > 1 ? bounds : std::vector<std::string>();
}

void thin(std::vector<KeyPoint>& points, std::size_t most) {
  if (points.size() <= most) return;
  const std::vector<std::string> kept = choose_bounds(points, most);
  auto next = kept.begin();
  std::vector<KeyPoint> thinned;
  for (KeyPoint& point : points) {
    const bool keep = thinned.empty() || (next != kept.end() && point.value == *next);
    if (next != kept.end() && point.value == *next) ++next;
    if (keep) {
      thinned.push_back(std::move(point));
    } else {
      thinned.back().rows += point.rows;
    }
  }
  points = std::move(thinned);
}

std::vector<KeyPoint> even_points(types::Oid type, std::string_view least, std::string_view greatest) {
  const auto first = number_of(type, least);
  const auto last = number_of(type, greatest);
  if (!first || !last || *last <= *first) return {};
  const Number width = *last - *first;
  const Number steps = std::min<Number>(width, kKeyPoints);
  std::vector<KeyPoint> points;
  for (Number i = 0; i <= steps; ++i) {
    // width × i / steps, without a product that 128 bits can't hold.
    const Number at = *first + width / steps * i + width % steps * i / steps;
    points.push_back({.value = text_of(type, at), .rows = 1});
  }
  return points;
}

}  // namespace pg2athena::postgres
