#include "aws/service_client.h"

#include <gtest/gtest.h>

#include "aws/fakes_for_tests.h"

namespace pg2athena::aws {
namespace {

using namespace std::chrono_literals;
using Millis = std::vector<std::chrono::milliseconds>;

struct CountedCredentials final : CredentialsProvider {
  Result<Credentials> get() override {
    return Credentials{.access_key_id = "key" + std::to_string(rejected), .secret_access_key = "s"};
  }
  void reject(const Credentials& /*credentials*/) override { ++rejected; }
  int rejected = 0;
};

class ServiceClientTest : public testing::Test {
 protected:
  Result<HttpResponse> call() {
    return call_service({transport, signer, times, clock_offset},
                        {.operation = "Try",
                         .request = {.url = "https://service/", .cancellation = &cancellation},
                         .scope = {.service = "service", .region = "r"},
                         .credentials = &credentials});
  }
  std::string_view asked(std::size_t attempt, std::string_view header) const {
    return find_header(transport.asked.at(attempt).headers, header);
  }
  CrtLibrary library;
  Signer signer{library};
  FakeTransport transport;
  FakeTimes times;
  ClockOffset clock_offset;
  CountedCredentials credentials;
  Cancellation cancellation;
};

TEST_F(ServiceClientTest, A_good_answer_comes_at_once) {
  transport.will_answer(204, "");
  EXPECT_EQ(call()->status, 204);
  EXPECT_EQ(asked(0, "X-Amz-Date"), "20260131T000000Z");
  EXPECT_EQ(times.waits, Millis());
}

TEST_F(ServiceClientTest, What_may_pass_is_tried_again_after_a_wait) {
  transport.will_answer(500, "");
  transport.will_fail(ErrorKind::Connection, "reset");
  transport.will_answer(400, R"({"__type":"ThrottlingException"})", {{"Retry-After", "2"}});
  transport.will_answer(200, "done");
  EXPECT_EQ(call()->body, "done");
  EXPECT_EQ(times.waits, (Millis{50ms, 100ms, 2s}));
  EXPECT_EQ(asked(3, "X-Amz-Date"), "20260131T000002Z") << "each attempt has a signature of its own";
}

TEST_F(ServiceClientTest, The_last_attempts_error_says_how_many_there_were) {
  for (int i = 0; i < 6; ++i) transport.will_answer(503, R"({"__type":"SlowDown","message":"slow"})");
  const auto answer = call();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().describe(),
            "service: service refuses Try: SlowDown: slow (status=503, code=SlowDown, attempts=6)");
}

TEST_F(ServiceClientTest, A_connection_that_fails_says_of_which_service_it_was) {
  for (int i = 0; i < 6; ++i)
    transport.will_fail(ErrorKind::Connection, "localhost:9 refuses the connection");
  EXPECT_EQ(call().error().describe(),
            "connection: localhost:9 refuses the connection (service=service, attempts=6)");
}

TEST_F(ServiceClientTest, What_will_not_pass_is_an_error_at_once) {
  transport.will_answer(403, R"({"__type":"AccessDeniedException"})");
  EXPECT_EQ(call().error().kind(), ErrorKind::PermissionDenied);
  transport.will_fail(ErrorKind::Authentication, "the certificate isn't trusted");
  EXPECT_EQ(call().error().kind(), ErrorKind::Authentication);
  EXPECT_EQ(times.waits, Millis());
}

TEST_F(ServiceClientTest, A_wrong_clock_is_corrected_once_and_stays_corrected) {
  const std::string skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
  transport.will_answer(403, skewed, {{"Date", "Sat, 31 Jan 2026 01:00:00 GMT"}});
  transport.will_answer(200, "");
  EXPECT_TRUE(call());
  EXPECT_EQ(asked(1, "X-Amz-Date"), "20260131T010000Z");
  EXPECT_EQ(times.waits, Millis{0ms});
  transport.will_answer(200, "");
  EXPECT_TRUE(call());
  EXPECT_EQ(asked(2, "X-Amz-Date"), "20260131T010000Z");
}

TEST_F(ServiceClientTest, A_clock_that_stays_wrong_is_an_error_that_says_so) {
  const std::string skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
  transport.will_answer(403, skewed, {{"Date", "Sat, 31 Jan 2026 01:00:00 GMT"}});
  transport.will_answer(403, skewed, {{"Date", "Sat, 31 Jan 2026 03:00:00 GMT"}});
  const auto answer = call();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Authentication);
  EXPECT_EQ(answer.error().hint(),
            "set this machine's clock: it differs from AWS's by more than a signature may");
}

TEST_F(ServiceClientTest, Credentials_that_have_expired_are_replaced_once) {
  const std::string expired = R"({"__type":"ExpiredTokenException"})";
  transport.will_answer(400, expired);
  transport.will_answer(200, "");
  EXPECT_TRUE(call());
  EXPECT_TRUE(asked(1, "Authorization").find("Credential=key1/") != std::string_view::npos);
  transport.will_answer(400, expired);
  transport.will_answer(400, expired);
  EXPECT_EQ(call().error().kind(), ErrorKind::Authentication);
}

TEST_F(ServiceClientTest, Nothing_is_asked_once_stop_is_requested) {
  cancellation.request(Cancellation::Reason::Operator);
  EXPECT_EQ(call().error().kind(), ErrorKind::Interrupted);
  EXPECT_TRUE(transport.asked.empty());
}

}  // namespace
}  // namespace pg2athena::aws
