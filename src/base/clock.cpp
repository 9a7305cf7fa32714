#include "base/clock.h"

#include <fmt/format.h>

#include "base/iso8601.h"

namespace pg2athena {

std::string rfc3339(std::chrono::system_clock::time_point time) {
  using std::chrono::milliseconds;
  const auto millis = std::chrono::floor<milliseconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(millis);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<milliseconds> clock(millis - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::chrono::system_clock::time_point> time_of_rfc3339(std::string_view text) {
  using Time = std::chrono::system_clock::time_point;
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return std::nullopt;
  const std::chrono::microseconds time(parsed->micros);
  if (time > std::chrono::floor<std::chrono::microseconds>(Time::max().time_since_epoch()))
    return Time::max();
  if (time < std::chrono::microseconds(0)) return Time();
  return Time(time);
}

}  // namespace pg2athena
