#include "aws/clock_skew.h"

#include <gtest/gtest.h>

namespace pg2athena::aws {
namespace {

using namespace std::chrono_literals;

const std::chrono::system_clock::time_point kNow =
    std::chrono::sys_days(std::chrono::January / 31 / 2026) + 3h;
const ServiceError kSkewed{.status = 403, .code = "RequestTimeTooSkewed"};

HttpResponse dated(const char* date) {
  return {.status = 403, .headers = {{"date", date}}};
}

TEST(ClockSkew, The_servers_date_says_how_far_our_clock_is_off) {
  EXPECT_EQ(learned_offset(kSkewed, dated("Sat, 31 Jan 2026 04:00:00 GMT"), kNow, 0s), 1h);
  EXPECT_EQ(learned_offset(kSkewed, dated("Sat, 31 Jan 2026 02:00:00 GMT"), kNow, 0s), -1h);
}

TEST(ClockSkew, A_signature_that_expired_in_a_service_of_JSON_says_the_same) {
  const ServiceError expired{
      .status = 400,
      .code = "InvalidSignatureException",
      .message = "Signature expired: 20260131T020000Z is now earlier than 20260131T025500Z"};
  EXPECT_EQ(learned_offset(expired, dated("Sat, 31 Jan 2026 04:00:00 GMT"), kNow, 0s), 1h);
}

TEST(ClockSkew, Nothing_is_learned_where_trying_again_would_change_nothing) {
  const auto on_time = dated("Sat, 31 Jan 2026 03:00:20 GMT");
  EXPECT_EQ(learned_offset(kSkewed, on_time, kNow, 0s), std::nullopt) << "the clocks agree";
  EXPECT_EQ(learned_offset(kSkewed, dated("Sat, 31 Jan 2026 04:00:00 GMT"), kNow, 1h), std::nullopt)
      << "the request was signed with this offset already";
  EXPECT_EQ(learned_offset(kSkewed, {.status = 403}, kNow, 0s), std::nullopt) << "no date";
  EXPECT_EQ(learned_offset(kSkewed, dated("tomorrow"), kNow, 0s), std::nullopt) << "no date";
  EXPECT_EQ(learned_offset({.status = 403, .code = "AccessDenied"}, dated("Sat, 31 Jan 2026 04:00:00 GMT"),
                           kNow, 0s),
            std::nullopt)
      << "another reason";
}

TEST(ClockSkew, An_offset_is_unlearned_when_the_clock_was_set) {
  EXPECT_EQ(learned_offset(kSkewed, dated("Sat, 31 Jan 2026 03:00:00 GMT"), kNow, 1h), 0s);
}

}  // namespace
}  // namespace pg2athena::aws
