#include "catalog/decision.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "catalog/json_list.h"
#include "catalog/json_reader.h"
#include "catalog/object_keys.h"
#include "catalog/table_record_json.h"

namespace pg2athena::catalog {
namespace {

constexpr const char* kPublish = "publish";
constexpr const char* kAbandon = "abandon";

}  // namespace

const TableRecord* decided_record(const Decision& decision, std::string_view table) {
  const auto found = std::ranges::find_if(
      decision.tables, [&](const DecidedTable& decided) { return decided.record.table == table; });
  return found == decision.tables.end() ? nullptr : &found->record;
}

std::string to_json(const Decision& decision) {
  const auto table_json = [&](std::size_t i) {
    const DecidedTable& table = decision.tables[i];
    Json json = table_record_json(table.record);
    json["previous_etag"] = table.previous_etag;
    return json;
  };
  Json json = {{"format", kRecordFormat},
               {"run_id", decision.run_id},
               {"verdict", decision.verdict == Decision::Verdict::Publish ? kPublish : kAbandon},
               {"decided_at", decision.decided_at}};
  if (!decision.verified.empty()) json["verified"] = decision.verified;
  return write_json_with_list(json, "tables", decision.tables.size(), table_json);
}

Result<Decision> decision_from_json(std::string_view text) {
  PG2ATHENA_ASSIGN(JsonReader reader, JsonReader::parse(text, "the run's decision"));
  Decision decision{.run_id = reader.text("run_id"),
                    .verdict = Decision::Verdict::Abandon,
                    .decided_at = reader.text("decided_at"),
                    .tables = {}};
  decision.verified = reader.optional_text("verified").value_or("");
  const std::string verdict = reader.text("verdict");
  if (verdict == kPublish) {
    decision.verdict = Decision::Verdict::Publish;
  } else if (verdict != kAbandon) {
    reader.reject("\"verdict\" is neither \"publish\" nor \"abandon\"");
  }
  reader.each("tables", [&](JsonReader& table) {
    TableRecord record = read_table_record_json(table);
    decision.tables.push_back({.record = std::move(record), .previous_etag = table.text("previous_etag")});
  });
  PG2ATHENA_TRY(reader.result());
  return decision;
}

Result<std::optional<Decision>> read_decision(storage::ObjectStore& store, const std::string& run_id) {
  PG2ATHENA_ASSIGN(const std::optional<storage::StoredObject> commit, store.get(commit_key(run_id)));
  if (!commit) return std::nullopt;
  Result<Decision> decision = decision_from_json(commit->content);
  if (!decision) return fail(std::move(decision).error().with("object", commit_key(run_id)));
  if (decision->run_id != run_id) {
    return fail(ErrorKind::CorruptInput,
                fmt::format("the decision of run {} names run {}", run_id, decision->run_id));
  }
  return std::move(*decision);
}

}  // namespace pg2athena::catalog
