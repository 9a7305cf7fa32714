#include "catalog/glue_client.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "aws/endpoint.h"
#include "aws/service_error.h"
#include "base/retry.h"
#include "catalog/glue_json.h"
#include "catalog/glue_names.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;

bool is_code(const Error& error, std::string_view code) {
  return error.context("code") == code;
}

// Lake Formation decides behind IAM, and its refusals come with IAM's code.
Error explained(Error error, const std::string& database) {
  if (error.kind() == ErrorKind::PermissionDenied && error.message().contains("Lake Formation")) {
    error = aws::with_other_hint(
        error,
        fmt::format("Lake Formation guards this catalog: grant the credentials' role DESCRIBE, ALTER and "
                    "CREATE_TABLE on the database {} and its tables there, and DATA_LOCATION_ACCESS to the "
                    "bucket where it is registered",
                    database));
  }
  return std::move(error).with("database", database);
}

// What a batch operation is called, and where the partitions stand in its request.
struct BatchCall {
  const char* operation;
  const char* entries;
};
BatchCall batch_call(PartitionOperation operation) {
  switch (operation) {
    case PartitionOperation::Create:
      return {.operation = "BatchCreatePartition", .entries = "PartitionInputList"};
    case PartitionOperation::Update:
      return {.operation = "BatchUpdatePartition", .entries = "Entries"};
    case PartitionOperation::Delete:
      return {.operation = "BatchDeletePartition", .entries = "PartitionsToDelete"};
  }
  std::unreachable();
}

// Somebody was quicker: what there is has to be looked at.
bool is_overtaken(std::string_view code) {
  return code == "AlreadyExistsException" || code == "EntityNotFoundException" ||
         code == "ConcurrentModificationException";
}

// As the error of a whole call such trouble has the status 500.
bool is_passing(const aws::ServiceError& refusal) {
  return refusal.code == "InternalServiceException" || refusal.code == "OperationTimeoutException" ||
         aws::again(refusal) != aws::Again::No;
}

// A batch's answer is 200, and has an error for each partition that isn't done. False: look again.
Result<bool> judge_partitions(const json& answer, const char* operation) {
  const auto errors = answer.find("Errors");
  if (errors == answer.end() || !errors->is_array()) return true;
  bool all = true;
  for (const json& error : *errors) {
    const auto detail = error.find("ErrorDetail");
    const json& said = detail != error.end() ? *detail : error;
    const aws::ServiceError refusal{
        .status = 200, .code = text_at(said, "ErrorCode"), .message = text_at(said, "ErrorMessage")};
    all = false;
    if (is_overtaken(refusal.code) || is_passing(refusal)) continue;
    return fail(aws::to_error(refusal, "glue", operation, fmt::format("glue:{}", operation)));
  }
  return all;
}

}  // namespace

Result<GlueClient> GlueClient::create(aws::ServiceParts parts, aws::CredentialsProvider& credentials,
                                      GlueOptions options, const std::string& region) {
  PG2ATHENA_TRY(check_glue_database(options.database));
  if (options.region.empty()) options.region = region;
  PG2ATHENA_ASSIGN(std::string url, aws::service_endpoint(options.endpoint, "GLUE", "glue", options.region));
  return GlueClient(parts, credentials, std::move(url), std::move(options), nullptr);
}

// Glue lets an account do some tens of changes in a second, of all that it does: who has thousands of tables
// waits.
GlueClient::GlueClient(aws::ServiceParts parts, aws::CredentialsProvider& credentials, std::string endpoint,
                       GlueOptions options, Cancellation* stop)
    : parts_(parts),
      credentials_(&credentials),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      service_(
          [&] {
            constexpr RetryPolicy kPatient{.attempts = 12,
                                           .base = std::chrono::milliseconds(200),
                                           .longest = std::chrono::seconds(5),
                                           .deadline = std::chrono::seconds(45)};
            if (stop == nullptr) parts.policy = kPatient;
            return parts;
          }(),
          credentials,
          {.endpoint = endpoint_,
           .region = options_.region,
           .signing_name = "glue",
           .target_prefix = "AWSGlue",
           .cancellation = stop}) {}

GlueClient GlueClient::until(Cancellation& stop) const {
  return {parts_, *credentials_, endpoint_, options_, &stop};
}

std::string GlueClient::name() const {
  return fmt::format("glue:{}:{}:{}", options_.catalog_id, options_.region, options_.database);
}

Result<json> GlueClient::call(const char* operation, json input) const {
  if (!options_.catalog_id.empty()) input["CatalogId"] = options_.catalog_id;
  auto answer = service_.call(operation, input);
  if (!answer) return fail(explained(std::move(answer).error(), options_.database));
  return answer;
}

Result<std::optional<GlueTable>> GlueClient::get_table(const std::string& name) const {
  auto answer = call("GetTable", {{"DatabaseName", options_.database}, {"Name", name}});
  if (!answer) {
    if (is_code(answer.error(), "EntityNotFoundException")) return std::nullopt;
    return fail(std::move(answer).error());
  }
  const auto table = answer->find("Table");
  if (table == answer->end() || !table->is_object()) {
    return fail(ErrorKind::CorruptInput, "Glue's answer to GetTable has no Table");
  }
  GlueTable found{.table = std::move(*table), .version_id = {}};
  if (const auto version = found.table.find("VersionId");
      version != found.table.end() && version->is_string()) {
    found.version_id = version->get<std::string>();
  }
  return found;
}

Result<GlueTables> GlueClient::get_tables(const std::string& from) const {
  json input = {{"DatabaseName", options_.database}};
  if (!from.empty()) input["NextToken"] = from;
  auto answer = call("GetTables", std::move(input));
  if (!answer) {
    if (is_code(answer.error(), "EntityNotFoundException")) return GlueTables();
    return fail(std::move(answer).error());
  }
  GlueTables found;
  if (const auto list = answer->find("TableList"); list != answer->end() && list->is_array()) {
    for (json& table : *list) found.tables.push_back(std::move(table));
  }
  found.next = text_at(*answer, "NextToken");
  return found;
}

Result<bool> GlueClient::has_database() const {
  auto answer = call("GetTables", {{"DatabaseName", options_.database}, {"MaxResults", 1}});
  if (answer) return true;
  if (is_code(answer.error(), "EntityNotFoundException")) return false;
  return fail(std::move(answer).error());
}

Result<bool> GlueClient::create_table(const json& table_input) const {
  auto answer = call("CreateTable", {{"DatabaseName", options_.database}, {"TableInput", table_input}});
  if (answer) return true;
  if (is_code(answer.error(), "AlreadyExistsException") ||
      is_code(answer.error(), "ConcurrentModificationException")) {
    return false;
  }
  return fail(std::move(answer).error());
}

Result<bool> GlueClient::update_table(const json& table_input, const std::string& version_id) const {
  json input = {{"DatabaseName", options_.database},
                {"TableInput", table_input},
                // Without it Glue keeps each state for good, and refuses more than some thousands of them.
                {"SkipArchive", true}};
  // Glue gives every table one; where a catalog behind another endpoint doesn't, what there is decides.
  if (!version_id.empty()) input["VersionId"] = version_id;
  auto answer = call("UpdateTable", std::move(input));
  if (answer) return true;
  if (is_code(answer.error(), "ConcurrentModificationException") ||
      is_code(answer.error(), "EntityNotFoundException")) {
    return false;
  }
  return fail(std::move(answer).error());
}

json GlueClient::partitions_input(const std::string& table) const {
  return {{"DatabaseName", options_.database}, {"TableName", table}, {"ExcludeColumnSchema", true}};
}

Result<std::optional<std::vector<RegisteredPartition>>> GlueClient::get_partitions(
    const std::string& table) const {
  std::vector<RegisteredPartition> partitions;
  json input = partitions_input(table);
  while (true) {
    auto answer = call("GetPartitions", input);
    if (!answer) {
      if (is_code(answer.error(), "EntityNotFoundException")) return std::nullopt;
      return fail(std::move(answer).error());
    }
    if (const auto page = answer->find("Partitions"); page != answer->end() && page->is_array()) {
      for (const json& partition : *page) partitions.push_back(registered_partition(partition));
    }
    std::string next = text_at(*answer, "NextToken");
    if (next.empty()) return partitions;
    input["NextToken"] = std::move(next);
  }
}

Result<void> GlueClient::try_get_partitions(const std::string& table) const {
  json input = partitions_input(table);
  input["MaxResults"] = 1;
  auto answer = call("GetPartitions", std::move(input));
  if (!answer && !is_code(answer.error(), "EntityNotFoundException")) return fail(std::move(answer).error());
  return {};
}

Result<bool> GlueClient::change_partitions(const std::string& table, PartitionOperation operation,
                                           const json& entries) const {
  const BatchCall batch = batch_call(operation);
  auto answer = call(batch.operation,
                     {{"DatabaseName", options_.database}, {"TableName", table}, {batch.entries, entries}});
  if (!answer) {
    if (is_overtaken(answer.error().context("code"))) return false;
    return fail(std::move(answer).error());
  }
  auto done = judge_partitions(*answer, batch.operation);
  if (!done) return fail(explained(std::move(done).error(), options_.database));
  return done;
}

Result<bool> GlueClient::create_database() const {
  auto answer = call("CreateDatabase", {{"DatabaseInput", {{"Name", options_.database}}}});
  if (answer || is_code(answer.error(), "AlreadyExistsException")) return true;
  if (is_code(answer.error(), "ConcurrentModificationException")) return false;
  return fail(std::move(answer).error());
}

}  // namespace pg2athena::catalog
