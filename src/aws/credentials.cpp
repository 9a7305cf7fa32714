#include "aws/credentials.h"

#include "base/iso8601.h"

namespace pg2athena::aws {

std::optional<std::chrono::system_clock::time_point> parse_expiration(std::string_view text) {
  using Time = std::chrono::system_clock::time_point;
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return std::nullopt;
  // The system's clock has nanoseconds, which reach to the year 2262.
  const std::chrono::microseconds time(parsed->micros);
  if (time > std::chrono::floor<std::chrono::microseconds>(Time::max().time_since_epoch()))
    return Time::max();
  if (time < std::chrono::microseconds(0)) return Time();
  return Time(time);
}

}  // namespace pg2athena::aws
