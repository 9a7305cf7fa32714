// For the tests of this folder: a Glue that answers as the real one does, and can be made to break at any
// step.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "aws/fakes_for_tests.h"

namespace pg2athena::catalog {

class FakeGlue final : public aws::HttpTransport {
 public:
  using json = nlohmann::json;

  struct Table {
    json table;
    int version = 1;
    std::map<std::string, json> partitions = {};  // PartitionInputs, by value
  };

  void start(aws::HttpRequest request, Done done) override {
    const std::lock_guard lock(mutex_);
    const std::string target(aws::find_header(request.headers, "X-Amz-Target"));
    const std::string operation = target.substr(target.find('.') + 1);
    asked.push_back(operation);
    if (before) before(operation);
    if (refuse) {
      if (auto error = refuse(operation)) return done(std::move(*error));
    }
    aws::HttpResponse answer = reply(operation, json::parse(as_text(request.body)));
    if (lose && lose(operation)) return done(fail(ErrorKind::Connection, "the connection was reset"));
    done(std::move(answer));
  }

  bool database = false;
  std::map<std::string, Table> tables;
  std::vector<std::string> asked;
  // Called before a request is looked at; whether its answer gets lost; what it is refused with.
  std::function<void(const std::string&)> before;
  std::function<bool(const std::string&)> lose;
  std::function<std::optional<Result<aws::HttpResponse>>(const std::string&)> refuse;

  // Of one partition of a batch: its error's code, or none.
  std::function<std::string(const std::string& operation, const std::string& value)> refuse_partition;
  std::size_t page = 1000;
  std::vector<std::pair<std::string, std::size_t>> batches;  // with how many partitions

  static aws::HttpResponse error(const std::string& code) {
    return {.status = 400, .headers = {}, .body = json{{"__type", code}, {"Message", "no"}}.dump()};
  }

 private:
  static aws::HttpResponse ok(const json& body) {
    return {.status = 200, .headers = {}, .body = body.dump()};
  }

  aws::HttpResponse reply(const std::string& operation, const json& input) {
    if (operation == "CreateDatabase") {
      if (std::exchange(database, true)) return error("AlreadyExistsException");
      return ok(json::object());
    }
    if (!database) return error("EntityNotFoundException");
    if (operation == "GetTables") return tables_from(input.value("NextToken", "0"));
    const json& named = operation == "GetTable"       ? input["Name"]
                        : input.contains("TableName") ? input["TableName"]
                                                      : input["TableInput"]["Name"];
    const auto name = named.get<std::string>();
    const auto found = tables.find(name);
    if (operation == "CreateTable") {
      if (found != tables.end()) return error("AlreadyExistsException");
      tables[name] = {.table = input["TableInput"]};
      return ok(json::object());
    }
    if (found == tables.end()) return error("EntityNotFoundException");
    Table& table = found->second;
    if (operation == "UpdateTable") {
      if (input["VersionId"] != std::to_string(table.version))
        return error("ConcurrentModificationException");
      EXPECT_TRUE(input["SkipArchive"].get<bool>());
      table.table = input["TableInput"];
      ++table.version;
      return ok(json::object());
    }
    if (operation == "GetPartitions") return ok(page_of(table, input));
    if (operation.starts_with("Batch")) return ok({{"Errors", change(table, operation, input)}});
    json answer = table.table;
    answer["VersionId"] = std::to_string(table.version);
    return ok({{"Table", answer}});
  }

  aws::HttpResponse tables_from(const std::string& from) const {
    constexpr std::size_t kPage = 100;
    const std::size_t first = std::stoul(from);
    json list = json::array();
    std::size_t number = 0;
    for (const auto& [name, table] : tables) {
      if (number >= first && number < first + kPage) list.push_back(table.table);
      ++number;
    }
    json answer = {{"TableList", std::move(list)}};
    if (first + kPage < number) answer["NextToken"] = std::to_string(first + kPage);
    return ok(answer);
  }

  json page_of(const Table& table, const json& input) const {
    json answer = {{"Partitions", json::array()}};
    const std::string after = input.value("NextToken", "");
    for (auto at = table.partitions.upper_bound(after); at != table.partitions.end(); ++at) {
      if (answer["Partitions"].size() == page) {
        answer["NextToken"] = answer["Partitions"].back()["Values"][0];
        break;
      }
      json partition = at->second;
      EXPECT_TRUE(input["ExcludeColumnSchema"].get<bool>());
      partition["StorageDescriptor"].erase("Columns");
      answer["Partitions"].push_back(std::move(partition));
    }
    return answer;
  }

  // The answer's Errors.
  json change(Table& table, const std::string& operation, const json& input) {
    const bool create = operation == "BatchCreatePartition";
    const bool update = operation == "BatchUpdatePartition";
    const json& entries = input[create ? "PartitionInputList" : update ? "Entries" : "PartitionsToDelete"];
    EXPECT_LE(entries.size(), create || update ? 100U : 25U);
    EXPECT_GT(entries.size(), 0U);
    batches.emplace_back(operation, entries.size());
    json errors = json::array();
    for (const json& entry : entries) {
      const json& partition = update ? entry["PartitionInput"] : entry;
      const auto value = partition["Values"][0].get<std::string>();
      std::string code = refuse_partition ? refuse_partition(operation, value) : "";
      const bool there = table.partitions.contains(value);
      if (code.empty() && there == create)
        code = create ? "AlreadyExistsException" : "EntityNotFoundException";
      if (!code.empty()) {
        errors.push_back({{update ? "PartitionValueList" : "PartitionValues", {value}},
                          {"ErrorDetail", {{"ErrorCode", code}, {"ErrorMessage", "no"}}}});
      } else if (create || update) {
        table.partitions[value] = partition;
      } else {
        table.partitions.erase(value);
      }
    }
    return errors;
  }

  std::mutex mutex_;
};

}  // namespace pg2athena::catalog
