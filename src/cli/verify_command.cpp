#include "cli/verify_command.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "catalog/table_record.h"
#include "cli/published_tables.h"
#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using pipeline::ExitCode;
using pipeline::VerifiedTable;
using State = VerifiedTable::State;

// Of a table, on a terminal; the JSON document has all.
constexpr std::size_t kMostListed = 50;

std::string result_text(const VerifiedTable& table) {
  switch (table.state) {
    case State::Ok:
      return "ok";
    case State::Different:
      return counted(table.differences.size(), "difference");
    case State::Unknown:
      return "could not be checked";
    case State::Moved:
      return "moved on meanwhile";
  }
  return "";
}

std::string tables_text(const std::vector<VerifiedTable>& tables) {
  TextTable text({{"table"},
                  {"run"},
                  {"rows", Align::Right},
                  {"files", Align::Right},
                  {"size", Align::Right},
                  {"result"}});
  for (const VerifiedTable& table : tables) {
    text.add_row({table.table, table.run_id.empty() ? "-" : table.run_id, with_thousands(table.rows),
                  with_thousands(table.files), human_bytes(table.bytes), result_text(table)});
  }
  return text.render();
}

std::string findings_text(const VerifiedTable& table) {
  if (table.differences.empty() && table.notes.empty()) return "";
  std::string text = fmt::format("\n{}\n", printable(table.table));
  const std::size_t listed = std::min(table.differences.size(), kMostListed);
  for (std::size_t i = 0; i < listed; ++i) {
    text += fmt::format("  {}\n", printable(difference_text(table.differences[i])));
  }
  if (const std::size_t more = table.differences.size() - listed; more != 0) {
    text += fmt::format("  and {} (--output json has all)\n", counted(more, "more difference"));
  }
  for (const std::string& note : table.notes) text += fmt::format("  note: {}\n", printable(note));
  return text;
}

std::string conclusion(const VerifyRequest& request, const std::vector<VerifiedTable>& tables) {
  const VerifyTotals totals = totals_of(tables);
  const auto count = [&](State state) {
    return static_cast<std::size_t>(std::ranges::count(tables, state, &VerifiedTable::state));
  };
  std::string text = fmt::format("{} of {} as published: {} in {} ({}), {}.\n", count(State::Ok),
                                 counted(totals.tables, "table"), counted(totals.rows, "row"),
                                 counted(totals.files, "file"), human_bytes(totals.bytes),
                                 request.deep ? "every value decoded" : "by checksums and footers");
  if (totals.differences != 0) text += fmt::format("{} found.\n", counted(totals.differences, "difference"));
  return text;
}

}  // namespace

Result<std::vector<VerifiedTable>> verify_lake(const VerifyRequest& request, int workers, Lake& lake,
                                               Cancellation& stop) {
  PG2ATHENA_ASSIGN(std::vector<std::string> published, catalog::published_tables(lake.store()));
  if (published.empty()) return nothing_published();
  PG2ATHENA_ASSIGN(const std::vector<std::string> tables,
                   choose_tables(request.tables, std::move(published)));
  std::unique_ptr<catalog::TableCounter> counter;
  if (request.athena) {
    PG2ATHENA_ASSIGN(counter, lake.open_counter());
  }
  const pipeline::VerifyContext context{
      .store = lake.store(), .publisher = lake.publisher(), .stop = stop, .counter = counter.get()};
  return pipeline::verify(context, tables, {.deep = request.deep, .workers = workers});
}

VerifyTotals totals_of(const std::vector<VerifiedTable>& tables) {
  VerifyTotals totals{.tables = tables.size()};
  for (const VerifiedTable& table : tables) {
    totals.rows += table.rows;
    totals.files += table.files;
    totals.bytes += table.bytes;
    totals.differences += table.differences.size();
  }
  return totals;
}

ExitCode exit_code_of(const std::vector<VerifiedTable>& tables) {
  const auto any = [&](auto states) { return std::ranges::any_of(tables, states, &VerifiedTable::state); };
  if (any([](State state) { return state == State::Different; })) return ExitCode::Different;
  return any([](State state) { return state != State::Ok; }) ? ExitCode::Failed : ExitCode::Done;
}

std::string verify_text(const VerifyRequest& request, const std::vector<VerifiedTable>& tables) {
  std::string text = tables_text(tables);
  for (const VerifiedTable& table : tables) text += findings_text(table);
  return text + "\n" + conclusion(request, tables);
}

}  // namespace pg2athena::cli
