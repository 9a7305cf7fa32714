#include "aws/credentials.h"

#include "base/clock.h"

namespace pg2athena::aws {

std::optional<std::chrono::system_clock::time_point> parse_expiration(std::string_view text) {
  return time_of_rfc3339(text);
}

}  // namespace pg2athena::aws
