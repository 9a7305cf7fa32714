#include "postgres/condition.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "postgres/scan.h"

namespace pg2athena::postgres {
namespace {

using Json = nlohmann::json;
using Access = ConditionPlan::Access;

Error refused(Error error, const Relation& relation) {
  const bool of_the_condition = error.kind() == ErrorKind::Database || error.kind() == ErrorKind::NotFound;
  if (!of_the_condition) return std::move(error).with("table", relation.name.display());
  Error refusal = Error(ErrorKind::Unsupported, error.message())
                      .with("table", relation.name.display())
                      .with("sqlstate", std::string(error.context("sqlstate")));
  if (const auto hint = error.context("server hint"); !hint.empty()) {
    refusal = std::move(refusal).with("server hint", std::string(hint));
  }
  return std::move(refusal).hint(fmt::format(
      "where takes what may stand after WHERE in \"SELECT … FROM {} WHERE …\"", relation.name.display()));
}

// The condition stands between parentheses; one with more closing than opening ones could end it before its
// end and go on with a UNION. So it must also stand between brackets: SQL nests both properly, and what
// closes the one doesn't close the other. An open quote or comment is an error by itself, there is nothing
// behind that closes it. A statement that is prepared can't be two.
Result<void> check(Connection& connection, const Relation& relation, const std::string& select) {
  PG2ATHENA_TRY(connection.describe(select));
  PG2ATHENA_TRY(
      connection.describe(fmt::format("SELECT ARRAY[\n{}\n] FROM {} AS {}", relation.where,
                                      relation.name.quoted(), quote_identifier(relation.name.name))));
  return {};
}

// `from` has the relation's name for an alias.
std::string select_from(const Relation& relation, const std::string& from) {
  return fmt::format("SELECT {} FROM {} WHERE {}", select_list(relation.columns), from,
                     parenthesised(relation.where));
}

std::string aliased(const Relation& relation, std::string_view only) {
  return fmt::format("{}{} AS {}", only, relation.name.quoted(), quote_identifier(relation.name.name));
}

Result<ConditionPlan> explain(Connection& connection, const Relation& relation, const std::string& from) {
  PG2ATHENA_ASSIGN(const QueryResult plan,
                   connection.execute("EXPLAIN (FORMAT JSON) " + select_from(relation, from)));
  return read_query_plan(plan.text(0, 0), relation.name.name);
}

// What the server has against the condition on a part, and hasn't on the whole: a system column (tableoid),
// the row as one of the table's type, a function of such a row. Then everything is read through the relation.
bool is_of_the_part(const Error& error) {
  return error.kind() == ErrorKind::Database || error.kind() == ErrorKind::NotFound ||
         error.kind() == ErrorKind::PermissionDenied;
}

Result<void> plan_parts(Connection& connection, Relation& relation) {
  for (StoredRelation& stored : relation.storage) {
    const std::string from = stored.oid == relation.oid ? aliased(relation, "ONLY ")
                                                        : rows_as_of_table(stored.name, relation.name.name,
                                                                           relation.row_columns, "");
    PG2ATHENA_TRY(connection.execute("SAVEPOINT part"));
    auto plan = explain(connection, relation, from);
    if (!plan && !is_of_the_part(plan.error())) return fail(std::move(plan).error());
    PG2ATHENA_TRY(connection.execute(plan ? "RELEASE SAVEPOINT part"
                                          : "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part"));
    relation.condition_needs_whole = !plan.has_value();
    if (relation.condition_needs_whole) return {};
    stored.condition = *plan;
  }
  return {};
}

Result<void> lock_and_plan(Connection& connection, Relation& relation) {
  const std::string select = condition_select(relation);
  PG2ATHENA_TRY(check(connection, relation, select));
  // Runs nothing, but locks what subqueries read: see select_nothing().
  PG2ATHENA_TRY(connection.execute(select));
  if (relation.reads_leaves()) PG2ATHENA_TRY(plan_parts(connection, relation));
  if (!relation.reads_leaves()) {
    PG2ATHENA_ASSIGN(relation.condition, explain(connection, relation, aliased(relation, "")));
  }
  return {};
}

// The node that scans the relation, and whether a join is above it.
struct Scan {
  const Json* node = nullptr;
  bool joined = false;
};

Scan find_scan(const Json& node, std::string_view alias) {
  if (node.value("Alias", "") == alias && node.contains("Relation Name")) return {.node = &node};
  if (!node.contains("Plans")) return {};
  const std::string type = node.value("Node Type", "");
  for (const Json& child : node["Plans"]) {
    Scan scan = find_scan(child, alias);
    if (scan.node == nullptr) continue;
    // "Nested Loop", "Hash Join", "Merge Join" (ExplainNode in src/backend/commands/explain.c).
    scan.joined |= type == "Nested Loop" || type.ends_with("Join");
    return scan;
  }
  return {};
}

Access access_of(const Json& top, const Scan& scan) {
  // A condition that is false whatever the row: nothing is scanned.
  if (scan.node == nullptr) {
    return top.value("Node Type", "") == "Result" && !top.contains("Plans") ? Access::Nothing
                                                                            : Access::Blocks;
  }
  static constexpr std::array<std::string_view, 5> kSelective = {
      "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan"};
  const std::string type = scan.node->value("Node Type", "");
  return std::ranges::find(kSelective, type) == kSelective.end() ? Access::Blocks : Access::Index;
}

}  // namespace

std::string condition_select(const Relation& relation) {
  return select_from(relation, aliased(relation, "")) + " LIMIT 0";
}

Result<void> plan_condition(Connection& connection, Relation& relation) {
  if (auto planned = lock_and_plan(connection, relation); !planned) {
    return fail(refused(std::move(planned).error(), relation));
  }
  return {};
}

ConditionPlan read_query_plan(std::string_view json, std::string_view alias) {
  try {
    // [{"Plan": {"Node Type": …, "Plan Rows": …, "Plans": [{…}, …]}}]
    const Json plans = Json::parse(json);
    const Json& top = plans.at(0).at("Plan");
    const Scan scan = find_scan(top, alias);
    return {.access = access_of(top, scan), .rows = top.value("Plan Rows", -1.0), .joined = scan.joined};
  } catch (const Json::exception&) {
    // The text of a database without an encoding may be no UTF-8.
    return {};
  }
}

}  // namespace pg2athena::postgres
