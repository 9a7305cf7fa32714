#include "catalog/athena_counter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aws/endpoint.h"
#include "base/run_id.h"
#include "catalog/athena_count.h"
#include "catalog/glue_json.h"
#include "catalog/glue_names.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// Athena lets an account ask some tens of times in a second, of all its queries.
constexpr RetryPolicy kPatient{.attempts = 12,
                               .base = milliseconds(200),
                               .longest = milliseconds(5000),
                               .deadline = std::chrono::seconds(60)};
constexpr milliseconds kFirstLook{200};
constexpr milliseconds kBetweenLooks{2000};

Error explained(Error error) {
  if (error.context("code") == "InvalidRequestException" && error.message().contains("output location")) {
    return std::move(error).hint(
        "name where Athena puts results: catalog.athena.output_location, or a workgroup that has a place "
        "(catalog.athena.workgroup)");
  }
  return error;
}

}  // namespace

Result<std::unique_ptr<AthenaCounter>> AthenaCounter::create(const aws::ServiceParts& parts,
                                                             aws::CredentialsProvider& credentials,
                                                             AthenaOptions options, GlueOptions glue,
                                                             const std::string& region) {
  if (glue.region.empty()) glue.region = region;
  PG2ATHENA_ASSIGN(std::string endpoint,
                   aws::service_endpoint(options.endpoint, "ATHENA", "athena", glue.region));
  return std::unique_ptr<AthenaCounter>(
      new AthenaCounter(parts, credentials, std::move(endpoint), std::move(options), std::move(glue)));
}

AthenaCounter::AthenaCounter(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials,
                             std::string endpoint, AthenaOptions options, GlueOptions glue)
    : parts_(parts),
      credentials_(credentials),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      glue_(std::move(glue)) {
  parts_.policy = kPatient;
}

aws::JsonService AthenaCounter::service(Cancellation* stop) const {
  return {parts_,
          credentials_,
          {.endpoint = endpoint_,
           .region = glue_.region,
           .signing_name = "athena",
           .target_prefix = "AmazonAthena",
           .cancellation = stop}};
}

Result<std::string> AthenaCounter::start(const std::string& sql, Cancellation& stop) const {
  json input = {{"QueryString", sql},
                {"QueryExecutionContext", {{"Database", glue_.database}}},
                // So that a try whose answer got lost makes no second query. 32 characters at least.
                {"ClientRequestToken", "pg2athena-" + make_run_id(parts_.times.clock().now())}};
  if (!options_.workgroup.empty()) input["WorkGroup"] = options_.workgroup;
  if (!options_.output_location.empty()) {
    input["ResultConfiguration"] = {{"OutputLocation", options_.output_location}};
  }
  auto answer = service(&stop).call("StartQueryExecution", input);
  if (!answer) return fail(explained(std::move(answer).error()));
  std::string query = text_at(*answer, "QueryExecutionId");
  if (query.empty()) {
    return fail(ErrorKind::CorruptInput, "Athena's answer to StartQueryExecution has no QueryExecutionId");
  }
  return query;
}

Result<TableCounts> AthenaCounter::result(const std::string& query, std::size_t columns,
                                          Cancellation& stop) const {
  using State = AthenaQueryState::State;
  const aws::JsonService athena = service(&stop);
  const json of_query = {{"QueryExecutionId", query}};
  for (milliseconds wait = kFirstLook;; wait = std::min(2 * wait, kBetweenLooks)) {
    PG2ATHENA_TRY(parts_.times.wait(wait, &stop));
    PG2ATHENA_ASSIGN(const json answer, athena.call("GetQueryExecution", of_query));
    PG2ATHENA_ASSIGN(AthenaQueryState state, read_query_state(answer));
    if (state.state == State::Running) continue;
    if (state.state == State::Failed) {
      // Its name alone: what stands behind it may have a value ("Value 3000000000 exceeds MAX_INT").
      if (is_of_table(state.reason)) {
        return TableCounts{
            .refusal = fmt::format("{} (query {})", state.reason.substr(0, state.reason.find(':')), query)};
      }
      return fail(
          Error(ErrorKind::Service, fmt::format("Athena's query failed: {}", state.reason))
              .hint("see the query in Athena's console, by its id; the credentials' user or role needs "
                    "the rights to read the table's files and to write results"));
    }
    PG2ATHENA_ASSIGN(const json results, athena.call("GetQueryResults", of_query));
    return read_counts(results, columns);
  }
}

Result<TableCounts> AthenaCounter::count(const TableRecord& record, const std::vector<std::string>& columns,
                                         Cancellation& stop) {
  const std::string sql = count_sql(glue_.database, glue_table_name(record.table), columns);
  PG2ATHENA_ASSIGN(const std::string query, start(sql, stop));
  auto counts = result(query, columns.size(), stop);
  if (counts) return counts;
  // Nobody waits for it any more. Whether that arrives doesn't matter.
  if (stop.requested()) {
    [[maybe_unused]] const auto stopped =
        service(nullptr).call("StopQueryExecution", {{"QueryExecutionId", query}});
  }
  return fail(std::move(counts).error().with("query", query));
}

}  // namespace pg2athena::catalog
