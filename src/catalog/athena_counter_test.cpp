// An Athena that answers as the real one does: it lets wait, throttles, loses answers and fails.
#include "catalog/athena_counter.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "aws/fakes_for_tests.h"
#include "base/bytes.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class FakeAthena final : public aws::HttpTransport {
 public:
  void start(aws::HttpRequest request, Done done) override {
    const std::string target(aws::find_header(request.headers, "X-Amz-Target"));
    const std::string operation = target.substr(target.find('.') + 1);
    asked.push_back(operation);
    inputs.push_back(json::parse(as_text(request.body)));
    if (refuse) {
      if (auto answer = refuse(operation)) return done(std::move(*answer));
    }
    done(aws::HttpResponse{.status = 200, .headers = {}, .body = reply(operation).dump()});
  }

  static aws::HttpResponse error(const std::string& code, const std::string& message = "no") {
    return {.status = 400, .headers = {}, .body = json{{"__type", code}, {"Message", message}}.dump()};
  }

  std::vector<std::string> asked;
  std::vector<json> inputs;
  std::vector<std::string> states = {"QUEUED", "RUNNING", "SUCCEEDED"};
  std::string reason;
  std::function<std::optional<Result<aws::HttpResponse>>(const std::string&)> refuse;

 private:
  json reply(const std::string& operation) {
    if (operation == "StartQueryExecution") return {{"QueryExecutionId", "q-1"}};
    if (operation == "GetQueryExecution") {
      const std::string state = states.front();
      if (states.size() > 1) states.erase(states.begin());
      return {{"QueryExecution", {{"Status", {{"State", state}, {"StateChangeReason", reason}}}}}};
    }
    if (operation == "StopQueryExecution") return json::object();
    return json::parse(R"({"ResultSet": {"Rows": [
        {"Data": [{"VarCharValue": "_col0"}, {"VarCharValue": "_col1"}]},
        {"Data": [{"VarCharValue": "3"}, {"VarCharValue": "2"}]}]}})");
  }
};

class AthenaCounterTest : public testing::Test {
 protected:
  Result<TableCounts> count(AthenaOptions options = {}) {
    const aws::ServiceParts parts{athena, signer, times, clock_offset};
    const auto counter =
        AthenaCounter::create(parts, credentials, std::move(options), {.database = "shop"}, "eu-central-1")
            .value();
    return counter->count({.table = "public.orders"}, {"id"}, stop);
  }

  aws::CrtLibrary library;
  aws::Signer signer{library};
  FakeAthena athena;
  FakeTimes times;
  aws::ClockOffset clock_offset;
  aws::StaticCredentials credentials{{.access_key_id = "a", .secret_access_key = "s"}};
  Cancellation stop;
};

TEST_F(AthenaCounterTest, A_query_is_begun_waited_for_and_read) {
  EXPECT_EQ(count({.workgroup = "reports", .output_location = "s3://results/"}).value(),
            (TableCounts{.rows = 3, .values = {2}}));
  EXPECT_THAT(athena.asked, ElementsAre("StartQueryExecution", "GetQueryExecution", "GetQueryExecution",
                                        "GetQueryExecution", "GetQueryResults"));
  const json& start = athena.inputs[0];
  EXPECT_EQ(start["QueryString"], R"sql(SELECT count(*), count("id") FROM "shop"."orders")sql");
  EXPECT_EQ(start["QueryExecutionContext"]["Database"], "shop");
  EXPECT_EQ(start["WorkGroup"], "reports");
  EXPECT_EQ(start["ResultConfiguration"]["OutputLocation"], "s3://results/");
  EXPECT_GE(start["ClientRequestToken"].get<std::string>().size(), 32U);
  EXPECT_EQ(athena.inputs[1]["QueryExecutionId"], "q-1");
}

TEST_F(AthenaCounterTest, A_lost_answer_and_throttling_are_outlasted_by_the_same_query) {
  int calls = 0;
  athena.refuse = [&](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation != "StartQueryExecution" || ++calls > 2) return std::nullopt;
    if (calls == 1) return fail(ErrorKind::Connection, "reset");
    return FakeAthena::error("TooManyRequestsException");
  };
  EXPECT_EQ(count().value().rows, 3U);
  EXPECT_EQ(athena.inputs[0]["ClientRequestToken"], athena.inputs[2]["ClientRequestToken"]);
  EXPECT_FALSE(athena.inputs[0].contains("WorkGroup"));
}

TEST_F(AthenaCounterTest, What_it_can_not_read_of_the_table_is_its_refusal_without_a_value) {
  athena.states = {"FAILED"};
  athena.reason = "GENERIC_INTERNAL_ERROR: Value 3000000000 exceeds MAX_INT";
  EXPECT_EQ(count().value().refusal, "GENERIC_INTERNAL_ERROR (query q-1)");
}

TEST_F(AthenaCounterTest, A_query_that_fails_for_other_reasons_is_an_error) {
  athena.states = {"QUEUED", "FAILED"};
  athena.reason = "Insufficient permissions to execute the query";
  const auto failed = count();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::Service);
  EXPECT_THAT(failed.error().message(), HasSubstr("Insufficient permissions"));
  EXPECT_EQ(failed.error().context("query"), "q-1");
}

TEST_F(AthenaCounterTest, A_right_and_a_place_for_results_that_are_missing_are_said) {
  athena.refuse = [](const std::string&) { return FakeAthena::error("AccessDeniedException"); };
  EXPECT_THAT(count().error().hint(), HasSubstr("athena:StartQueryExecution"));
  athena.refuse = [](const std::string&) {
    return FakeAthena::error("InvalidRequestException", "No output location provided.");
  };
  EXPECT_THAT(count().error().hint(), HasSubstr("catalog.athena.output_location"));
}

TEST_F(AthenaCounterTest, A_stop_ends_the_query_too) {
  athena.states = {"RUNNING"};
  athena.refuse = [&](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation == "GetQueryExecution") stop.request(Cancellation::Reason::Operator);
    return std::nullopt;
  };
  EXPECT_EQ(count().error().kind(), ErrorKind::Interrupted);
  EXPECT_EQ(athena.asked.back(), "StopQueryExecution");
}

}  // namespace
}  // namespace pg2athena::catalog
