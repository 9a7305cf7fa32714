// What a run wrote down of itself, apart from its receipts: for checking the tables that show it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/decision.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// Of a table in plan.json.
struct PlannedShards {
  std::string source;       // PlannedTable::source
  std::vector<int> shards;  // each has a receipt

  bool operator==(const PlannedShards&) const = default;
};

struct RunFacts {
  std::string run_id;
  // Nothing where there is no readable commit.json; then, as below, it is said why: "isn't there".
  std::optional<catalog::Decision> decision;
  std::string commit_problem;
  std::map<std::string, PlannedShards> plan;  // by the lake's names
  std::string plan_problem;
  bool pending = false;    // its marker is there
  bool published = false;  // published.json is
};

// What isn't there or can't be made sense of is in the facts; errors are the store's.
Result<RunFacts> read_run_facts(storage::ObjectStore& store, const std::string& run_id);

// CorruptInput for what is no plan of this run.
Result<std::map<std::string, PlannedShards>> planned_shards(const std::string& plan_json,
                                                            const std::string& run_id);

}  // namespace pg2athena::pipeline
