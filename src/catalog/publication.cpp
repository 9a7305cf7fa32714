#include "catalog/publication.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/run_id.h"
#include "catalog/json_reader.h"
#include "catalog/object_keys.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {
namespace {

using State = TableOutcome::State;

TableOutcome superseded(const std::string& table, std::string winner) {
  std::string message =
      winner.empty() ? "the table's record was removed since the plan was made; this result is discarded"
                     : fmt::format("run {} published this table first; this result is discarded", winner);
  return {.table = table,
          .state = State::Superseded,
          .current_run_id = std::move(winner),
          .error = Error(ErrorKind::Superseded, std::move(message)).with("table", table)};
}

// What to do about the error itself comes first.
TableOutcome unfinished(const std::string& table, const Error& error) {
  return {
      .table = table,
      .state = State::Unfinished,
      .current_run_id = {},
      .error = Error(error)
                   .with("table", table)
                   .and_hint("the run is decided: the next run or `pg2athena publish` goes on from here")};
}

// Moves the table's record from the run that was planned on to this one.
TableOutcome move_record(storage::ObjectStore& store, const DecidedTable& decided) {
  const TableRecord& record = decided.record;
  const auto condition = decided.previous_etag.empty()
                             ? storage::PutCondition::if_absent()
                             : storage::PutCondition::if_matches(decided.previous_etag);
  const Result<storage::PutOutcome> put = store.put(table_key(record.table), to_json(record), condition);
  TableOutcome published{.table = record.table, .state = State::Published, .current_run_id = {}, .error = {}};
  if (put && std::holds_alternative<storage::Stored>(*put)) return published;

  // Another run won, or this run's record is there already: by an answer that got lost, or by another process
  // that rolls the run forward too. The record tells.
  Result<std::optional<TableRecord>> current = read_table_record(store, record.table);
  if (!current) return unfinished(record.table, put ? std::move(current).error() : put.error());
  if (*current && (*current)->run_id == record.run_id) return published;
  // It was there, and a newer run that was planned on it has replaced it since.
  if (*current && (*current)->previous_run_id == record.run_id) {
    published.current_run_id = (*current)->run_id;
    return published;
  }
  if (!put) return unfinished(record.table, put.error());
  return superseded(record.table, *current ? (*current)->run_id : std::string());
}

// A run that was meant for a catalog isn't done without it, unless a newer run is shown by now.
Result<void> check_catalog(storage::ObjectStore& store, const Publisher& publisher,
                           const TableRecord& record) {
  if (record.catalog.empty() || record.catalog == publisher.catalog()) return {};
  PG2ATHENA_ASSIGN(const std::optional<TableRecord> current, read_table_record(store, record.table));
  if (!current || current->run_id != record.run_id) return {};
  const std::string database = record.catalog.substr(record.catalog.rfind(':') + 1);
  return fail(Error(ErrorKind::InvalidArgument,
                    fmt::format("the table is to be shown in Glue's database {} ({}), which isn't named here",
                                database, record.catalog))
                  .hint(fmt::format("use the configuration that has catalog.glue.database: {} (--config)",
                                    database)));
}

TableOutcome publish_table(storage::ObjectStore& store, Publisher& publisher, const DecidedTable& decided) {
  TableOutcome outcome = move_record(store, decided);
  if (outcome.state != State::Published) return outcome;
  if (auto checked = check_catalog(store, publisher, decided.record); !checked) {
    return unfinished(outcome.table, std::move(checked).error());
  }
  if (Result<void> shown = publisher.show(outcome.table); !shown) {
    return unfinished(outcome.table, std::move(shown).error());
  }
  return outcome;
}

std::string published_json(const RunOutcome& outcome) {
  Json tables = Json::array();
  for (const TableOutcome& table : outcome.tables) {
    Json json = {{"table", table.table},
                 {"outcome", table.state == State::Published ? "published" : "superseded"}};
    if (table.state == State::Superseded) json["current_run_id"] = table.current_run_id;
    tables.push_back(std::move(json));
  }
  return write_json({{"format", kRecordFormat}, {"run_id", outcome.run_id}, {"tables", std::move(tables)}});
}

Result<std::vector<std::string>> tables_from_json(std::string_view text) {
  PG2ATHENA_ASSIGN(JsonReader json, JsonReader::parse(text, "the run's published.json"));
  std::vector<std::string> tables;
  [[maybe_unused]] const std::string run_id = json.text("run_id");
  json.each("tables", [&](JsonReader& table) {
    const bool published = table.text("outcome") == "published";
    [[maybe_unused]] const auto winner = table.optional_text("current_run_id");
    std::string name = table.text("table");
    if (published) tables.push_back(std::move(name));
  });
  PG2ATHENA_TRY(json.result());
  return tables;
}

// Killed between the two, the next roll_forward() finds published.json and only removes the marker.
Result<void> write_finish(storage::ObjectStore& store, const RunOutcome& outcome) {
  // Who else finishes this run writes the same; the first one stays.
  PG2ATHENA_TRY(
      store.put(published_key(outcome.run_id), published_json(outcome), storage::PutCondition::if_absent()));
  return store.remove(pending_key(outcome.run_id));
}

// None when the run isn't decided, or there was nothing left to do but to remove its marker.
Result<std::optional<RunOutcome>> roll_forward_run(storage::ObjectStore& store, Publisher& publisher,
                                                   const std::string& run_id) {
  PG2ATHENA_ASSIGN(const std::optional<Decision> decision, read_decision(store, run_id));
  if (!decision) return std::nullopt;
  PG2ATHENA_ASSIGN(const std::optional<storage::StoredObject> published, store.get(published_key(run_id)));
  if (published || decision->verdict == Decision::Verdict::Abandon) {
    PG2ATHENA_TRY(store.remove(pending_key(run_id)));
    return std::nullopt;
  }
  return publish_decided(store, publisher, *decision);
}

}  // namespace

Result<std::vector<std::string>> tables_of_finished(storage::ObjectStore& store, const std::string& run_id) {
  const std::string key = published_key(run_id);
  PG2ATHENA_ASSIGN(const std::optional<storage::StoredObject> object, store.get(key));
  if (!object) return {};
  auto tables = tables_from_json(object->content);
  if (!tables) return fail(std::move(tables).error().with("object", key));
  return tables;
}

RunOutcome publish_decided(storage::ObjectStore& store, Publisher& publisher, const Decision& decision) {
  RunOutcome outcome{.run_id = decision.run_id,
                     .tables = std::vector<TableOutcome>(decision.tables.size()),
                     .finished = false,
                     .error = {}};
  const auto publish = [&](std::size_t i) -> Result<void> {
    outcome.tables[i] = publish_table(store, publisher, decision.tables[i]);
    return {};  // a table that fails is its outcome's affair
  };
  if (auto all = for_each_at_once(decision.tables.size(), kRequestsAtOnce, publish); !all) {
    outcome.error = std::move(all).error();
    return outcome;
  }
  if (std::ranges::find(outcome.tables, State::Unfinished, &TableOutcome::state) != outcome.tables.end()) {
    return outcome;
  }
  if (Result<void> finish = write_finish(store, outcome); !finish) {
    outcome.error = std::move(finish).error().with("run_id", outcome.run_id);
    return outcome;
  }
  outcome.finished = true;
  return outcome;
}

Result<std::vector<RunOutcome>> roll_forward(storage::ObjectStore& store, Publisher& publisher) {
  PG2ATHENA_ASSIGN(const std::vector<storage::ObjectInfo> pending, store.list(pending_prefix()));
  std::vector<RunOutcome> outcomes;
  // The newest first: of two runs that were planned on the same state, the one that comes first stays.
  for (auto at = pending.rbegin(); at != pending.rend(); ++at) {
    const std::string run_id = at->key.substr(pending_prefix().size());
    if (!is_run_id(run_id)) continue;
    Result<std::optional<RunOutcome>> outcome = roll_forward_run(store, publisher, run_id);
    if (!outcome) {
      outcomes.push_back({.run_id = run_id,
                          .tables = {},
                          .finished = false,
                          .error = std::move(outcome).error().with("run_id", run_id)});
    } else if (*outcome) {
      outcomes.push_back(std::move(**outcome));
    }
  }
  return outcomes;
}

}  // namespace pg2athena::catalog
