#include "pipeline/verify/run_facts.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "catalog/object_keys.h"
#include "catalog/run_record.h"

namespace pg2athena::pipeline {
namespace {

using nlohmann::json;

constexpr const char* kNotThere = "it isn't there";

std::unexpected<Error> no_plan(std::string why) {
  return fail(ErrorKind::CorruptInput, std::move(why));
}

// Most of a plan is about columns, of which nothing is asked here: a plan of many tables is large.
json parse_without_columns(const std::string& text) {
  return json::parse(
      text,
      [](int, json::parse_event_t event, json& parsed) {
        return event != json::parse_event_t::key || parsed != json("columns");
      },
      /*allow_exceptions=*/false);
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<PlannedShards> shards_of(const json& table) {
  PlannedShards planned{.source = text_of(table, "source"), .shards = {}};
  const auto shards = table.find("shards");
  if (shards == table.end() || !shards->is_array()) return no_plan("a table has no shards");
  for (const json& shard : *shards) {
    if (!shard.is_object()) return no_plan("a shard is none");
    const auto number = shard.find("shard");
    if (number == shard.end() || !number->is_number_unsigned()) return no_plan("a shard has no number");
    planned.shards.push_back(number->get<int>());
  }
  return planned;
}

Result<void> read_decision(storage::ObjectStore& store, RunFacts& facts) {
  auto decision = catalog::read_decision(store, facts.run_id);
  if (decision) {
    facts.decision = std::move(*decision);
    if (!facts.decision) facts.commit_problem = kNotThere;
    return {};
  }
  if (decision.error().kind() != ErrorKind::CorruptInput) return fail(std::move(decision).error());
  facts.commit_problem = decision.error().message();
  return {};
}

Result<void> read_plan(storage::ObjectStore& store, RunFacts& facts) {
  PG2ATHENA_ASSIGN(const std::optional<std::string> text, catalog::read_plan(store, facts.run_id));
  if (!text) {
    facts.plan_problem = kNotThere;
    return {};
  }
  auto plan = planned_shards(*text, facts.run_id);
  if (plan) {
    facts.plan = std::move(*plan);
  } else {
    facts.plan_problem = plan.error().message();
  }
  return {};
}

}  // namespace

Result<std::map<std::string, PlannedShards>> planned_shards(const std::string& plan_json,
                                                            const std::string& run_id) {
  const json plan = parse_without_columns(plan_json);
  if (!plan.is_object()) return no_plan("it isn't a JSON object");
  if (text_of(plan, "run_id") != run_id) return no_plan("it is another run's");
  const auto tables = plan.find("tables");
  if (tables == plan.end() || !tables->is_array()) return no_plan("it has no tables");
  std::map<std::string, PlannedShards> planned;
  for (const json& table : *tables) {
    const std::string name = table.is_object() ? text_of(table, "name") : std::string();
    if (name.empty()) return no_plan("a table has no name");
    PG2ATHENA_ASSIGN(PlannedShards shards, shards_of(table));
    planned.emplace(name, std::move(shards));
  }
  return planned;
}

Result<RunFacts> read_run_facts(storage::ObjectStore& store, const std::string& run_id) {
  RunFacts facts{.run_id = run_id};
  // In this order: the marker goes after published.json is there.
  PG2ATHENA_ASSIGN(const auto pending, store.get(catalog::pending_key(run_id)));
  facts.pending = pending.has_value();
  PG2ATHENA_TRY(read_decision(store, facts));
  PG2ATHENA_TRY(read_plan(store, facts));
  PG2ATHENA_ASSIGN(const auto published, store.get(catalog::published_key(run_id)));
  facts.published = published.has_value();
  return facts;
}

}  // namespace pg2athena::pipeline
