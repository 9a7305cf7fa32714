// What Athena is asked for a table's counts, and what its answers say. Pure: takes any JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "catalog/table_counter.h"

namespace pg2athena::catalog {

// SELECT count(*), count("id") … FROM "shop"."orders". Names are in lower case, as Glue has them.
std::string count_sql(std::string_view database, std::string_view table,
                      const std::vector<std::string>& columns);

// GetQueryExecution's answer.
struct AthenaQueryState {
  enum class State : std::uint8_t { Running, Succeeded, Failed } state = State::Running;
  std::string reason;  // of Failed
};
// CorruptInput for what isn't such an answer.
Result<AthenaQueryState> read_query_state(const nlohmann::json& answer);

// Whether a query failed for what the table is: its columns, its files. Otherwise it is for a right, a quota
// or trouble of the service, and says nothing of the table.
bool is_of_table(std::string_view reason);

// GetQueryResults' answer to count_sql(): a row of names, and one of numbers. CorruptInput for others.
Result<TableCounts> read_counts(const nlohmann::json& answer, std::size_t columns);

}  // namespace pg2athena::catalog
