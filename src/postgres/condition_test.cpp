#include "postgres/condition.h"

#include <gtest/gtest.h>

namespace pg2athena::postgres {

void PrintTo(const ConditionPlan& plan, std::ostream* out) {
  *out << "access " << static_cast<int>(plan.access) << ", rows " << plan.rows
       << (plan.joined ? ", joined" : "");
}

namespace {

using Access = ConditionPlan::Access;

// From PostgreSQL 15, without the costs: CREATE TABLE orders (id integer PRIMARY KEY, k integer), 400 000
// rows; EXPLAIN (FORMAT JSON) SELECT id FROM ONLY public.orders AS orders WHERE …
constexpr const char* kSequential = R"json([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "orders",
  "Alias": "orders", "Plan Rows": 170893, "Filter": "(k < 3)"
}
}])json";
constexpr const char* kGathered = R"json([{"Plan": {"Node Type": "Gather", "Plan Rows": 57000, "Plans": [
  {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Parallel Aware": true, "Relation Name": "orders",
   "Alias": "orders", "Plan Rows": 23750}]}}])json";
constexpr const char* kIndexed = R"json([{"Plan": {"Node Type": "Index Scan", "Index Name": "orders_pkey",
  "Relation Name": "orders", "Alias": "orders", "Plan Rows": 1, "Index Cond": "(id = 5)"
}
}])json";
constexpr const char* kBitmap = R"json([{"Plan": {"Node Type": "Bitmap Heap Scan", "Relation Name": "orders",
  "Alias": "orders", "Plan Rows": 40, "Plans": [{"Node Type": "Bitmap Index Scan", "Index Name": "orders_k",
  "Plan Rows": 40}]}}])json";
constexpr const char* kFalse =
    R"json([{"Plan": {"Node Type": "Result", "Plan Rows": 0, "One-Time Filter": "false"}}])json";
// id IN (SELECT id FROM small)
constexpr const char* kJoinedByIndex =
    R"json([{"Plan": {"Node Type": "Nested Loop", "Plan Rows": 1, "Plans": [
  {"Node Type": "Aggregate", "Plan Rows": 1, "Plans": [
    {"Node Type": "Seq Scan", "Relation Name": "small", "Alias": "small", "Plan Rows": 1}]},
  {"Node Type": "Index Scan", "Relation Name": "orders", "Alias": "orders", "Plan Rows": 1}]}}])json";
// k = 3 AND EXISTS (SELECT FROM orders o WHERE o.id = orders.k)
constexpr const char* kJoinedWithItself =
    R"json([{"Plan": {"Node Type": "Nested Loop", "Plan Rows": 57240, "Plans": [
  {"Node Type": "Index Only Scan", "Relation Name": "orders", "Alias": "o", "Plan Rows": 1},
  {"Node Type": "Seq Scan", "Relation Name": "orders", "Alias": "orders", "Plan Rows": 57240}]}}])json";
// id > (SELECT max(id) - 5 FROM orders): PostgreSQL names the second one orders_1.
constexpr const char* kSubqueryOfItself =
    R"json([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "orders",
  "Alias": "orders", "Plan Rows": 133333, "Plans": [{"Node Type": "Limit", "Plan Rows": 1, "Plans": [
    {"Node Type": "Index Only Scan", "Relation Name": "orders", "Alias": "orders_1", "Plan Rows": 400000}]}]}}])json";

TEST(Condition, A_plan_says_how_the_relation_would_be_read) {
  struct Case {
    const char* plan;
    ConditionPlan expected;
  };
  const std::vector<Case> cases = {
      {kSequential, {.access = Access::Blocks, .rows = 170893}},
      {kGathered, {.access = Access::Blocks, .rows = 57000}},
      {kIndexed, {.access = Access::Index, .rows = 1}},
      {kBitmap, {.access = Access::Index, .rows = 40}},
      {kFalse, {.access = Access::Nothing, .rows = 0}},
      {kJoinedByIndex, {.access = Access::Index, .rows = 1, .joined = true}},
      {kJoinedWithItself, {.access = Access::Blocks, .rows = 57240, .joined = true}},
      {kSubqueryOfItself, {.access = Access::Blocks, .rows = 133333}},
  };
  for (const Case& c : cases) EXPECT_EQ(read_query_plan(c.plan, "orders"), c.expected) << c.plan;
}

TEST(Condition, A_plan_that_can_not_be_read_is_a_scan_of_all_blocks) {
  for (const char* const plan :
       {"", "[]", "{}", "[7]", R"json([{"Plan": 7}])json", R"json([{"Plan": {"Plans": 7}}])json",
        R"json([{"Plan": {"Node Type": 7}}])json", "[{\"Plan\": \"\xe9\"}]"}) {
    EXPECT_EQ(read_query_plan(plan, "orders"), ConditionPlan()) << plan;
  }
}

}  // namespace
}  // namespace pg2athena::postgres
