#include "catalog/athena_count.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/number_text.h"
#include "catalog/glue_json.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;

std::string sql_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += c;
    text += c;
  }
  return text + '"';
}

std::unexpected<Error> not_an_answer(std::string_view operation) {
  return fail(ErrorKind::CorruptInput, fmt::format("Athena's answer to {} isn't one", operation));
}

std::optional<std::uint64_t> number_of(const json& datum) {
  return parse_whole<std::uint64_t>(text_at(datum, "VarCharValue"));
}

}  // namespace

std::string count_sql(std::string_view database, std::string_view table,
                      const std::vector<std::string>& columns) {
  std::string sql = "SELECT count(*)";
  for (const std::string& column : columns) sql += fmt::format(", count({})", sql_name(column));
  return sql + fmt::format(" FROM {}.{}", sql_name(database), sql_name(table));
}

Result<AthenaQueryState> read_query_state(const json& answer) {
  const json& status = part_of(part_of(answer, "QueryExecution"), "Status");
  const std::string state = text_at(status, "State");
  if (state == "QUEUED" || state == "RUNNING") return AthenaQueryState();
  if (state == "SUCCEEDED") return AthenaQueryState{.state = AthenaQueryState::State::Succeeded};
  if (state != "FAILED" && state != "CANCELLED") return not_an_answer("GetQueryExecution");
  std::string reason = text_at(status, "StateChangeReason");
  if (reason.empty()) reason = state == "FAILED" ? "without a reason" : "somebody cancelled it";
  return AthenaQueryState{.state = AthenaQueryState::State::Failed, .reason = std::move(reason)};
}

// "HIVE_BAD_DATA: Field price's type INT64 in parquet file … is incompatible", "COLUMN_NOT_FOUND: line 1:12
// …"
// ("Troubleshooting in Athena" in its user guide). Rights and quotas are said otherwise: "Access Denied",
// "Insufficient permissions", "Query exhausted resources".
bool is_of_table(std::string_view reason) {
  if (reason.contains("Access Denied") || reason.contains("Insufficient permissions")) return false;
  constexpr std::array<std::string_view, 6> kBegin = {"HIVE_",           "COLUMN_NOT_FOUND",
                                                      "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND",
                                                      "INVALID_TABLE",   "GENERIC_INTERNAL_ERROR"};
  return std::ranges::any_of(kBegin, [&](std::string_view begin) { return reason.starts_with(begin); });
}

Result<TableCounts> read_counts(const json& answer, std::size_t columns) {
  const json& rows = part_of(part_of(answer, "ResultSet"), "Rows");
  if (!rows.is_array() || rows.size() != 2) return not_an_answer("GetQueryResults");
  const json& data = part_of(rows[1], "Data");
  if (!data.is_array() || data.size() != columns + 1) return not_an_answer("GetQueryResults");
  TableCounts counts;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::optional<std::uint64_t> number = number_of(data[i]);
    if (!number) return not_an_answer("GetQueryResults");
    if (i == 0) {
      counts.rows = *number;
    } else {
      counts.values.push_back(*number);
    }
  }
  return counts;
}

}  // namespace pg2athena::catalog
