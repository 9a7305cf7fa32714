#include "aws/clock_skew.h"

namespace pg2athena::aws {

std::optional<std::chrono::seconds> learned_offset(const ServiceError& error, const HttpResponse& response,
                                                   std::chrono::system_clock::time_point now,
                                                   std::chrono::seconds current) {
  // Less is within what a network and a busy machine make of it, and within every service's tolerance.
  constexpr std::chrono::seconds kLeast = std::chrono::minutes(1);
  if (again(error) != Again::ClockSkewed) return std::nullopt;
  const auto theirs = parse_http_date(find_header(response.headers, "Date"));
  if (!theirs) return std::nullopt;
  const auto offset = std::chrono::round<std::chrono::seconds>(*theirs - now);
  if (std::chrono::abs(offset - current) < kLeast) return std::nullopt;
  return offset;
}

}  // namespace pg2athena::aws
