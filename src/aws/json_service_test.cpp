#include "aws/json_service.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "aws/fakes_for_tests.h"

namespace pg2athena::aws {
namespace {

class JsonServiceTest : public testing::Test {
 protected:
  CrtLibrary library;
  Signer signer{library};
  FakeTransport transport;
  FakeTimes times;
  ClockOffset clock_offset;
  StaticCredentials credentials{{.access_key_id = "a", .secret_access_key = "s"}};
  JsonService service{{transport, signer, times, clock_offset},
                      credentials,
                      {.endpoint = "https://glue.r.amazonaws.com",
                       .region = "r",
                       .signing_name = "glue",
                       .target_prefix = "AWSGlue"}};
};

TEST_F(JsonServiceTest, A_call_is_a_POST_with_its_target) {
  transport.will_answer(200, R"({"b":2})");
  EXPECT_EQ(service.call("GetTable", {{"a", 1}}).value(), nlohmann::json({{"b", 2}}));
  ASSERT_EQ(transport.asked.size(), 1U);
  EXPECT_EQ(transport.asked[0].method, "POST");
  EXPECT_EQ(transport.asked[0].url, "https://glue.r.amazonaws.com/");
  EXPECT_EQ(transport.asked[0].body, R"({"a":1})");
  EXPECT_EQ(find_header(transport.asked[0].headers, "X-Amz-Target"), "AWSGlue.GetTable");
  EXPECT_EQ(find_header(transport.asked[0].headers, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_TRUE(find_header(transport.asked[0].headers, "Authorization").find("/r/glue/aws4_request") !=
              std::string_view::npos);
}

TEST_F(JsonServiceTest, A_good_status_without_an_object_is_not_the_service) {
  transport.will_answer(200, "<html>");
  EXPECT_EQ(service.call("GetTable", nlohmann::json::object()).error().kind(), ErrorKind::CorruptInput);
  transport.will_answer(200, "[]");
  EXPECT_EQ(service.call("GetTable", nlohmann::json::object()).error().kind(), ErrorKind::CorruptInput);
}

TEST_F(JsonServiceTest, A_refusal_names_service_operation_and_code) {
  transport.will_answer(400, R"({"__type":"EntityNotFoundException","Message":"no table"})");
  const auto answer = service.call("GetTable", nlohmann::json::object());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(answer.error().message(), "glue refuses GetTable: EntityNotFoundException: no table");
}

}  // namespace
}  // namespace pg2athena::aws
