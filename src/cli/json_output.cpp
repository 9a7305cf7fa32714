#include "cli/json_output.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catalog/json_list.h"
#include "cli/command_line.h"
#include "cli/differences.h"

namespace pg2athena::cli {
namespace {

using Json = nlohmann::ordered_json;
using catalog::TableOutcome;
using pipeline::ExitCode;

std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json head(std::string_view command, std::string_view status, ExitCode exit_code) {
  return {{"version", kOutputVersion},
          {"command", command.empty() ? Json() : Json(command)},
          {"status", status},
          {"exit_code", static_cast<int>(exit_code)}};
}

Json what_happened(const Error& error) {
  Json context = Json::object();
  for (const Error::Context& entry : error.context()) context[entry.key] = entry.value;
  return {{"kind", to_string(error.kind())}, {"message", error.message()}, {"context", std::move(context)}};
}

Json error_json(const Error& error) {
  Json json = what_happened(error);
  Json causes = Json::array();
  for (const Error* cause = error.cause(); cause != nullptr; cause = cause->cause()) {
    causes.push_back(what_happened(*cause));
  }
  json["causes"] = std::move(causes);
  json["hint"] = pipeline::hint_of(error);
  json["exit_code"] = static_cast<int>(pipeline::policy_of(error.kind()).exit_code);
  return json;
}

Json error_or_null(const std::optional<Error>& error) {
  return error ? error_json(*error) : Json();
}

std::string_view outcome_name(TableOutcome::State state) {
  switch (state) {
    case TableOutcome::State::Published:
      return "published";
    case TableOutcome::State::Superseded:
      return "superseded";
    case TableOutcome::State::Unfinished:
      return "unfinished";
  }
  return "unfinished";
}

void add_outcome(Json& json, const TableOutcome& outcome) {
  json["outcome"] = outcome_name(outcome.state);
  json["current_run_id"] = outcome.current_run_id.empty() ? Json() : Json(outcome.current_run_id);
  json["error"] = error_or_null(outcome.error);
}

std::string_view run_status(const pipeline::RunSummary& summary) {
  const auto published = std::ranges::count_if(summary.tables, [](const pipeline::TableSummary& table) {
    return table.outcome.state == TableOutcome::State::Published;
  });
  if (static_cast<std::size_t>(published) == summary.tables.size()) return "published";
  return published == 0 ? "not_published" : "partly_published";
}

Json totals_json(const pipeline::RunSummary& summary) {
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t coerced = 0;
  for (const pipeline::TableSummary& table : summary.tables) {
    for (const catalog::CoercedColumn& column : table.coerced) coerced += column.values;
    rows += table.rows;
    files += table.files;
    bytes += table.bytes;
    bytes_read += table.bytes_read;
  }
  return {{"tables", summary.tables.size()}, {"rows", rows},      {"files", files}, {"bytes", bytes},
          {"bytes_read", bytes_read},        {"coerced", coerced}};
}

Json coerced_json(const std::vector<catalog::CoercedColumn>& columns) {
  Json coerced = Json::array();
  for (const catalog::CoercedColumn& column : columns) {
    coerced.push_back({{"column", column.column}, {"policy", column.policy}, {"values", column.values}});
  }
  return coerced;
}

Json run_tables_json(const pipeline::RunSummary& summary) {
  Json tables = Json::array();
  for (const pipeline::TableSummary& table : summary.tables) {
    Json json = {{"name", table.name},
                 {"source", table.source},
                 {"rows", table.rows},
                 {"files", table.files},
                 {"bytes", table.bytes},
                 {"bytes_read", table.bytes_read},
                 {"elapsed_ms", table.elapsed.count()},
                 {"coerced", coerced_json(table.coerced)},
                 {"verified", verified_json(table.verified)}};
    add_outcome(json, table.outcome);
    tables.push_back(std::move(json));
  }
  return tables;
}

std::string_view publication_status(const std::vector<catalog::RunOutcome>& outcomes) {
  if (outcomes.empty()) return "nothing_to_publish";
  return std::ranges::all_of(outcomes, &catalog::RunOutcome::finished) ? "finished" : "unfinished";
}

std::string_view gc_status(const GcRequest& request, const GcResult& result) {
  const GcTotals totals = to_be_removed(result);
  if (totals.objects + totals.uploads == 0) return "nothing_to_remove";
  if (!request.remove) return "found";
  const auto failed = [](const catalog::Removal& removal) { return removal.error.has_value(); };
  const bool any =
      std::ranges::any_of(result.removals, failed) || std::ranges::any_of(result.old_removals, failed);
  return any ? "partly_removed" : "removed";
}

Json gc_totals_json(const GcTotals& totals) {
  return {{"runs", totals.runs},
          {"objects", totals.objects},
          {"bytes", totals.bytes},
          {"unfinished_uploads", totals.uploads}};
}

Json gc_runs_json(const GcResult& result) {
  Json runs = Json::array();
  for (const catalog::RunRemains& run : result.garbage.runs) {
    const catalog::Removal* const removal = removal_of(result.removals, run.run_id);
    const bool kept = !run.is_garbage() || (removal != nullptr && removal->decided_meanwhile);
    runs.push_back({{"run_id", run.run_id},
                    {"started_at", rfc3339(run.started)},
                    {"last_sign_of_life_at", rfc3339(run.last_sign_of_life)},
                    {"state", to_string(run.state)},
                    {"action", kept ? "keep" : "remove"},
                    {"objects", run.objects.size()},
                    {"bytes", run.bytes()},
                    {"unfinished_uploads", run.uploads.size()},
                    {"error", removal != nullptr ? error_or_null(removal->error) : Json()}});
  }
  return runs;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json difference_json(const pipeline::Difference& difference) {
  return {{"what", to_string(difference.kind)},        {"object", text_or_null(difference.object)},
          {"column", text_or_null(difference.column)}, {"expected", text_or_null(difference.expected)},
          {"found", text_or_null(difference.found)},   {"message", difference_text(difference)}};
}

Json verified_json(const pipeline::VerifiedTable& table) {
  Json differences = Json::array();
  for (const pipeline::Difference& each : table.differences) differences.push_back(difference_json(each));
  Json errors = Json::array();
  for (const Error& error : table.errors) errors.push_back(error_json(error));
  return {{"name", table.table},
          {"state", to_string(table.state)},
          {"run_id", text_or_null(table.run_id)},
          {"finished", table.finished},
          {"rows", table.rows},
          {"files", table.files},
          {"bytes", table.bytes},
          {"files_checked", table.files_checked},
          {"catalog", text_or_null(std::string(to_string(table.catalog)))},
          {"athena", text_or_null(std::string(to_string(table.counter)))},
          {"differences", std::move(differences)},
          {"notes", table.notes},
          {"errors", std::move(errors)}};
}

std::string_view verify_status(ExitCode exit_code) {
  if (exit_code == ExitCode::Different) return "different";
  return exit_code == ExitCode::Done ? "ok" : "unknown";
}

Json counted_json(const catalog::Counted& counted, bool goes) {
  return {{"action", goes ? "remove" : "keep"}, {"objects", counted.objects}, {"bytes", counted.bytes}};
}

Json published_run_json(const GcResult& result, const catalog::PublishedRun& run) {
  using catalog::TableOfRun;
  Json tables = Json::array();
  for (const TableOfRun& table : run.tables) {
    Json json = {{"name", result.old.tables[table.table]}};
    json.update(counted_json(table.files, table.verdict == TableOfRun::Verdict::Old));
    json["reason"] = to_string(table.verdict);
    json["catalog"] = table.catalog == TableOfRun::kNone ? Json() : Json(result.old.catalogs[table.catalog]);
    json["replaced_at"] = table.replaced_at ? Json(rfc3339(*table.replaced_at)) : Json();
    tables.push_back(std::move(json));
  }
  const catalog::Removal* const removal = removal_of(result.old_removals, run.run_id);
  return {{"run_id", run.run_id},
          {"started_at", rfc3339(run.started)},
          {"tables", std::move(tables)},
          {"records", counted_json(run.records, run.records_go && run.records.objects != 0)},
          {"error", removal != nullptr ? error_or_null(removal->error) : Json()}};
}

}  // namespace

std::string plan_document(const pipeline::Plan& plan) {
  Json json = head("plan", "planned", ExitCode::Done);
  json.update(pipeline::plan_json(plan));
  return written(json);
}

std::string run_document(const pipeline::RunSummary& summary, const RunFacts& facts) {
  Json json = head("run", run_status(summary), facts.exit_code);
  json.update(Json{{"run_id", summary.run_id},
                   {"target", facts.target},
                   {"snapshot", {{"horizon", summary.snapshot.horizon}, {"lsn", summary.snapshot.lsn}}},
                   {"started_at", facts.started_at},
                   {"elapsed_ms", summary.elapsed.count()},
                   {"workers", summary.workers},
                   {"verify", verify_name(summary.verify)},
                   {"tables", run_tables_json(summary)},
                   {"totals", totals_json(summary)},
                   {"peak_memory_bytes", facts.peak_memory_bytes},
                   {"error", error_or_null(summary.publication_error)}});
  return written(json);
}

std::string publication_document(const std::vector<catalog::RunOutcome>& outcomes, std::string_view target,
                                 ExitCode exit_code) {
  Json runs = Json::array();
  for (const catalog::RunOutcome& run : outcomes) {
    Json tables = Json::array();
    for (const TableOutcome& table : run.tables) {
      Json json = {{"name", table.table}};
      add_outcome(json, table);
      tables.push_back(std::move(json));
    }
    runs.push_back({{"run_id", run.run_id},
                    {"finished", run.finished},
                    {"tables", std::move(tables)},
                    {"error", error_or_null(run.error)}});
  }
  Json json = head("publish", publication_status(outcomes), exit_code);
  json.update(Json{{"target", target}, {"runs", std::move(runs)}});
  return written(json);
}

std::string gc_document(const GcRequest& request, const GcResult& result, std::string_view target,
                        ExitCode exit_code) {
  Json json = head("gc", gc_status(request, result), exit_code);
  json.update(Json{{"target", target},
                   {"older_than_ms", request.older_than.count()},
                   {"keep_for_ms", request.keep_for ? Json(request.keep_for->count()) : Json()},
                   {"runs", gc_runs_json(result)},
                   {"stray_files", result.garbage.strays.size()},
                   {"found", gc_totals_json(to_be_removed(result))},
                   {"removed", request.remove ? gc_totals_json(removed(result)) : Json()}});
  // A lake that nobody tidied for a year has millions of tables of runs.
  return catalog::write_json_with_list(json, "published_runs", result.old.runs.size(), [&](std::size_t i) {
    return published_run_json(result, result.old.runs[i]);
  });
}

std::string verify_document(const VerifyRequest& request, const Verification& verification,
                            std::string_view target, ExitCode exit_code) {
  Json verified = Json::array();
  for (const pipeline::VerifiedTable& table : verification.tables) verified.push_back(verified_json(table));
  const VerifyTotals totals = totals_of(verification.tables);
  Json json = head("verify", verify_status(exit_code), exit_code);
  json.update(Json{{"target", target},
                   {"deep", request.deep},
                   {"athena", request.athena},
                   {"tables", std::move(verified)},
                   {"totals",
                    {{"tables", totals.tables},
                     {"rows", totals.rows},
                     {"files", totals.files},
                     {"bytes", totals.bytes},
                     {"files_checked", totals.files_checked},
                     {"catalog_compared", totals.catalog_compared},
                     {"athena_compared", totals.athena_compared},
                     {"differences", totals.differences}}},
                   {"error", error_or_null(verification.error)}});
  return written(json);
}

std::string doctor_document(const Checkup& checkup, ExitCode exit_code) {
  Json checks = Json::array();
  for (const Check& check : checkup.checks()) {
    checks.push_back({{"name", check.name},
                      {"verdict", to_string(check.verdict)},
                      {"finding", check.finding},
                      {"hint", check.hint},
                      {"error", error_or_null(check.error)}});
  }
  const std::string_view status = checkup.failed() ? "not_ready" : checkup.warned() ? "warnings" : "ready";
  Json json = head("doctor", status, exit_code);
  json["checks"] = std::move(checks);
  return written(json);
}

std::string failure_document(const Error& error, std::string_view command,
                             const std::vector<pipeline::Difference>& differences) {
  Json json = head(command, "failed", pipeline::policy_of(error.kind()).exit_code);
  json["error"] = error_json(error);
  if (differences.empty()) return written(json);
  Json& list = json["differences"] = Json::array();
  for (const pipeline::Difference& difference : differences) {
    list.push_back(
        {{"table", difference.table}, {"shard", difference.shard ? Json(*difference.shard) : Json()}});
    list.back().update(difference_json(difference));
  }
  return written(json);
}

RawRequest read_raw_request(int argc, const char* const* argv) {
  const auto says_json = [&](std::string_view option) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      const bool separate = argument == option && i + 1 < argc && std::string_view(argv[i + 1]) == "json";
      if (separate || argument == fmt::format("{}=json", option)) return true;
    }
    return false;
  };
  RawRequest request{.json = says_json("--output")};
  if (says_json("--log-format")) request.log_format = observe::LogFormat::Json;
  if (argc > 1 && is_command(argv[1])) request.command = argv[1];
  return request;
}

std::uint64_t peak_memory_bytes() {
  // VmHWM, not getrusage's ru_maxrss: that begins with what the parent had when it started us (fork, then
  // exec).
  constexpr std::uint64_t kKiB = 1024;
  constexpr std::string_view kPeak = "VmHWM:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kPeak)) return std::strtoull(line.c_str() + kPeak.size(), nullptr, 10) * kKiB;
  }
  return 0;
}

}  // namespace pg2athena::cli
