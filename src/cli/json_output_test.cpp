#include "cli/json_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::cli {
namespace {

using catalog::TableOutcome;
using nlohmann::json;
using pipeline::ExitCode;
using State = TableOutcome::State;

pipeline::TableSummary table(const std::string& name, State state, std::optional<Error> error = {}) {
  return {.name = name,
          .source = name,
          .rows = 3,
          .bytes_read = 40,
          .bytes = 20,
          .files = 1,
          .elapsed = std::chrono::milliseconds(7),
          .outcome = {.table = name, .state = state, .current_run_id = {}, .error = std::move(error)}};
}

pipeline::RunSummary summary(std::vector<pipeline::TableSummary> tables) {
  return {.run_id = "R",
          .snapshot = {.id = "S", .horizon = "700:700:", .lsn = "0/15"},
          .workers = 2,
          .elapsed = std::chrono::milliseconds(12),
          .tables = std::move(tables),
          .publication_error = {}};
}

json run_json(const pipeline::RunSummary& run, ExitCode code = ExitCode::Done) {
  return json::parse(run_document(run, {.target = "/lake",
                                        .started_at = "2026-01-31T03:00:00.000Z",
                                        .exit_code = code,
                                        .peak_memory_bytes = 4096}));
}

TEST(JsonOutput, A_published_run_has_every_documented_field) {
  const json document =
      run_json(summary({table("public.a", State::Published), table("public.b", State::Published)}));
  const json expected_table = {{"name", "public.a"},
                               {"source", "public.a"},
                               {"rows", 3},
                               {"files", 1},
                               {"bytes", 20},
                               {"bytes_read", 40},
                               {"elapsed_ms", 7},
                               {"coerced", json::array()},
                               {"verified", json::array()},
                               {"outcome", "published"},
                               {"current_run_id", nullptr},
                               {"error", nullptr}};
  EXPECT_EQ(document["tables"][0], expected_table);
  const json totals = {{"tables", 2}, {"rows", 6},        {"files", 2},
                       {"bytes", 40}, {"bytes_read", 80}, {"coerced", 0}};
  EXPECT_EQ(document["totals"], totals);
  json rest = document;
  rest.erase("tables");
  rest.erase("totals");
  const json expected = {{"version", 1},
                         {"command", "run"},
                         {"status", "published"},
                         {"exit_code", 0},
                         {"run_id", "R"},
                         {"target", "/lake"},
                         {"snapshot", {{"horizon", "700:700:"}, {"lsn", "0/15"}}},
                         {"started_at", "2026-01-31T03:00:00.000Z"},
                         {"elapsed_ms", 12},
                         {"workers", 2},
                         {"verify", "none"},
                         {"peak_memory_bytes", 4096},
                         {"error", nullptr}};
  EXPECT_EQ(rest, expected);
}

TEST(JsonOutput, A_run_that_verified_says_by_what) {
  pipeline::TableSummary verified = table("public.a", State::Published);
  verified.verified = {{.path = "id", .count = true, .sum = true, .bounds = true, .digest = true},
                       {.path = "h.key_value.key"}};
  pipeline::RunSummary run = summary({verified});
  run.verify = pipeline::Verify::Deep;
  const json document = run_json(run);
  EXPECT_EQ(document["verify"], "deep");
  EXPECT_EQ(document["tables"][0]["verified"],
            json::parse(R"json([{"column": "id", "by": ["count", "sum", "min_max", "digest"]},
                                {"column": "h.key_value.key", "by": []}])json"));
}

TEST(JsonOutput, What_a_verification_found_stands_beside_its_error) {
  const Error error(ErrorKind::Different, "there is 1 difference between the source and what was written");
  const pipeline::Difference difference{.kind = pipeline::DifferenceKind::Values,
                                        .table = "public.a",
                                        .shard = 3,
                                        .column = "id",
                                        .expected = "10",
                                        .found = "9"};
  const json document = json::parse(failure_document(error, "run", {difference}));
  EXPECT_EQ(document["exit_code"], 4);
  const json expected = {
      {"table", "public.a"},
      {"shard", 3},
      {"what", "values"},
      {"object", nullptr},
      {"column", "id"},
      {"expected", "10"},
      {"found", "9"},
      {"message", "shard 3, column id: has another number of values that aren't NULL: 9 instead of 10"}};
  EXPECT_EQ(document["differences"], json::array({expected}));
}

TEST(JsonOutput, The_status_of_a_run_says_how_much_of_it_readers_see) {
  const Error lost(ErrorKind::Superseded, "run Q published this table first");
  const auto status = [&](State a, State b) -> std::string {
    return run_json(summary({table("a", a), table("b", b, lost)}), ExitCode::Failed)["status"];
  };
  EXPECT_EQ(status(State::Published, State::Published), "published");
  EXPECT_EQ(status(State::Published, State::Superseded), "partly_published");
  EXPECT_EQ(status(State::Unfinished, State::Published), "partly_published");
  EXPECT_EQ(status(State::Unfinished, State::Superseded), "not_published");
}

TEST(JsonOutput, Values_that_became_something_else_are_counted) {
  pipeline::RunSummary run = summary({table("a", State::Published), table("b", State::Published)});
  run.tables[0].coerced = {{.column = "price", .policy = "null", .values = 3},
                           {.column = "due", .policy = "clamp", .values = 1}};
  run.tables[1].coerced = {{.column = "at", .policy = "null", .values = 5}};
  const json document = run_json(run);
  EXPECT_EQ(document["tables"][0]["coerced"][1],
            (json{{"column", "due"}, {"policy", "clamp"}, {"values", 1}}));
  EXPECT_EQ(document["totals"]["coerced"], 9);
}

TEST(JsonOutput, A_table_that_lost_names_the_winner_and_the_error) {
  pipeline::RunSummary run =
      summary({table("a", State::Superseded, Error(ErrorKind::Superseded, "run Q was first"))});
  run.tables[0].outcome.current_run_id = "Q";
  const json lost = run_json(run, ExitCode::Failed)["tables"][0];
  EXPECT_EQ(lost["outcome"], "superseded");
  EXPECT_EQ(lost["current_run_id"], "Q");
  EXPECT_EQ(lost["error"]["kind"], "superseded");
  EXPECT_EQ(lost["error"]["exit_code"], 1);
}

TEST(JsonOutput, A_failure_has_what_the_message_for_people_has) {
  const Error error = Error(ErrorKind::Storage, "the file can't be written")
                          .with("table", "public.orders")
                          .with("shard", "3")
                          .because(Error(ErrorKind::Storage, "input/output error").with("errno", "5"))
                          .hint("replace the disk");
  const json expected = {
      {"version", 1},
      {"command", "run"},
      {"status", "failed"},
      {"exit_code", 1},
      {"error",
       {{"kind", "storage"},
        {"message", "the file can't be written"},
        {"context", {{"table", "public.orders"}, {"shard", "3"}}},
        {"causes", {{{"kind", "storage"}, {"message", "input/output error"}, {"context", {{"errno", "5"}}}}}},
        {"hint", "replace the disk"},
        {"exit_code", 1}}}};
  EXPECT_EQ(json::parse(failure_document(error, "run")), expected);
}

// No store of today leaves a commit unknown from outside, so exit code 5 is shown here and in
// run_record_test.
TEST(JsonOutput, An_unknown_commit_is_exit_code_5_with_the_way_out) {
  const json document = json::parse(failure_document(Error(ErrorKind::CommitUnknown, "no answer"), "run"));
  EXPECT_EQ(document["exit_code"], 5);
  EXPECT_EQ(document["error"]["kind"], "commit_unknown");
  EXPECT_THAT(document["error"]["hint"].get<std::string>(), testing::HasSubstr("pg2athena publish"));
}

TEST(JsonOutput, Bytes_that_are_not_UTF8_do_not_break_the_document) {
  const json document = json::parse(failure_document(Error(ErrorKind::NotFound, "no caf\xe9"), ""));
  EXPECT_EQ(document["error"]["message"], "no caf\xEF\xBF\xBD");
  EXPECT_EQ(document["command"], nullptr);
}

TEST(JsonOutput, A_publication_has_its_runs_and_their_tables) {
  const json nothing = json::parse(publication_document({}, "/lake", ExitCode::Done));
  EXPECT_EQ(nothing["status"], "nothing_to_publish");
  EXPECT_EQ(nothing["runs"], json::array());
  const catalog::RunOutcome done{
      .run_id = "R",
      .tables = {{.table = "a", .state = State::Published, .current_run_id = {}, .error = {}}},
      .finished = true,
      .error = {}};
  const catalog::RunOutcome stuck{
      .run_id = "Q", .tables = {}, .finished = false, .error = Error(ErrorKind::CorruptInput, "not JSON")};
  const json both = json::parse(publication_document({done, stuck}, "/lake", ExitCode::Failed));
  EXPECT_EQ(both["status"], "unfinished");
  EXPECT_EQ(both["exit_code"], 1);
  EXPECT_EQ(both["runs"][0]["tables"][0]["outcome"], "published");
  EXPECT_EQ(both["runs"][1]["error"]["kind"], "corrupt_input");
  EXPECT_EQ(json::parse(publication_document({done}, "/lake", ExitCode::Done))["status"], "finished");
}

TEST(JsonOutput, A_broken_command_line_still_says_that_JSON_was_asked_for) {
  const auto read = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "pg2athena");
    return read_raw_request(static_cast<int>(arguments.size()), arguments.data());
  };
  EXPECT_TRUE(read({"run", "--output", "json", "--nonsense"}).json);
  EXPECT_TRUE(read({"plan", "--output=json"}).json);
  EXPECT_EQ(read({"plan", "--output=json"}).command, "plan");
  EXPECT_FALSE(read({"run", "--output", "text"}).json);
  EXPECT_FALSE(read({"run", "--output"}).json);
  EXPECT_EQ(read({"--output", "json"}).command, "");
  EXPECT_EQ(read({"rnu", "--output", "json"}).command, "") << "is no command";
  for (const char* const command : {"run", "plan", "publish", "gc", "verify", "doctor", "ddl", "init",
                                    "schema", "iam-policy", "completion", "man"}) {
    EXPECT_EQ(read({command, "--output", "json"}).command, command);
  }
}

TEST(JsonOutput, A_broken_command_line_still_says_that_the_log_is_to_be_JSON) {
  const auto format = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "pg2athena");
    return read_raw_request(static_cast<int>(arguments.size()), arguments.data()).log_format;
  };
  EXPECT_EQ(format({"run", "--log-format", "json", "--nonsense"}), observe::LogFormat::Json);
  EXPECT_EQ(format({"run", "--log-format=json"}), observe::LogFormat::Json);
  EXPECT_EQ(format({"run", "--log-format", "text"}), observe::LogFormat::Text);
  EXPECT_EQ(format({"run", "--output=json"}), observe::LogFormat::Text);
}

TEST(JsonOutput, The_peak_of_memory_is_in_bytes) {
  EXPECT_GT(peak_memory_bytes(), 1'000'000U);
  EXPECT_LT(peak_memory_bytes(), 10'000'000'000U);
}

TEST(JsonOutput, What_verify_finds_has_every_documented_field) {
  pipeline::VerifiedTable verified{.table = "public.a",
                                   .state = pipeline::VerifiedTable::State::Different,
                                   .run_id = "R",
                                   .rows = 3,
                                   .files = 1,
                                   .bytes = 20,
                                   .files_checked = 1,
                                   .catalog = pipeline::Comparison::Done,
                                   .counter = pipeline::Comparison::Injected};
  verified.differences.push_back({.kind = pipeline::DifferenceKind::Nulls,
                                  .table = "public.a",
                                  .object = "public.a/data/R/0-0-0.parquet",
                                  .column = "id",
                                  .expected = "0",
                                  .found = "1"});
  verified.notes.emplace_back("a note");
  verified.errors.emplace_back(ErrorKind::Storage, "can't open it");
  const pipeline::VerifiedTable lost{.table = "public.b", .state = pipeline::VerifiedTable::State::Unknown};
  const json document = json::parse(
      verify_document({.deep = true}, {.tables = {verified, lost}}, "/lake", ExitCode::Different));
  const json expected_table = {
      {"name", "public.a"},
      {"state", "different"},
      {"run_id", "R"},
      {"rows", 3},
      {"files", 1},
      {"bytes", 20},
      {"finished", true},
      {"files_checked", 1},
      {"catalog", "compared"},
      {"athena", "injected"},
      {"differences",
       {{{"what", "nulls"},
         {"object", "public.a/data/R/0-0-0.parquet"},
         {"column", "id"},
         {"expected", "0"},
         {"found", "1"},
         {"message",
          "public.a/data/R/0-0-0.parquet, column id: has another number of NULLs: 1 instead of 0"}}}},
      {"notes", {"a note"}},
      {"errors", document["tables"][0]["errors"]}};
  EXPECT_EQ(document["tables"][0], expected_table);
  EXPECT_EQ(document["tables"][0]["errors"][0]["kind"], "storage");
  EXPECT_EQ(document["tables"][1]["run_id"], nullptr);
  EXPECT_EQ(document["tables"][1]["catalog"], nullptr);
  EXPECT_EQ(document["tables"][1]["athena"], nullptr);
  json rest = document;
  rest.erase("tables");
  const json totals = {{"tables", 2},          {"rows", 3},          {"files", 1},
                       {"bytes", 20},          {"files_checked", 1}, {"catalog_compared", 1},
                       {"athena_compared", 0}, {"differences", 1}};
  EXPECT_EQ(rest, (json{{"version", 1},
                        {"command", "verify"},
                        {"status", "different"},
                        {"exit_code", 4},
                        {"target", "/lake"},
                        {"deep", true},
                        {"athena", false},
                        {"error", nullptr},
                        {"totals", totals}}));
  const Error error(ErrorKind::NotFound, "not one table was compared");
  const json nowhere =
      json::parse(verify_document({}, {.tables = {lost}, .error = error}, "/lake", ExitCode::Failed));
  EXPECT_EQ(nowhere["status"], "unknown");
  EXPECT_EQ(nowhere["error"]["kind"], "not_found");
}

}  // namespace
}  // namespace pg2athena::cli
