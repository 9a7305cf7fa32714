#include "cli/verify_command.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalog/lost_tables.h"
#include "catalog/table_record.h"
#include "cli/published_tables.h"
#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using pipeline::Comparison;
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
    case State::NotFinished:
      return "run not finished";
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

// "1 of 2 tables as published, 1 different: …": one that couldn't be looked at isn't counted among either.
std::string states_text(const std::vector<VerifiedTable>& tables) {
  const auto count = [&](State state) { return std::ranges::count(tables, state, &VerifiedTable::state); };
  std::string text = fmt::format("{} of {} as published", count(State::Ok), counted(tables.size(), "table"));
  const auto add = [&](State state, std::string_view what) {
    if (const auto number = count(state); number != 0) text += fmt::format(", {} {}", number, what);
  };
  add(State::Different, "different");
  add(State::Unknown, "could not be checked");
  add(State::NotFinished, "of a run that isn't finished");
  add(State::Moved, "moved on meanwhile");
  return text;
}

// "Compared: 3 of 4 files by checksums and footers; 2 tables with Glue.": what was done of what there was to
// do.
std::string compared_text(const VerifyRequest& request, const VerifyTotals& totals, bool with_catalog) {
  const auto of = [](std::uint64_t done, std::uint64_t all, std::string_view noun) {
    return (done == all ? "" : with_thousands(done) + " of ") + counted(all, noun);
  };
  std::string text =
      fmt::format("Compared: {} by checksums{}", of(totals.files_checked, totals.files, "file"),
                  request.deep ? ", footers and every value" : " and footers");
  if (with_catalog)
    text += fmt::format("; {} with Glue", of(totals.catalog_compared, totals.tables, "table"));
  if (request.athena) {
    text += fmt::format("; {} with what Athena counts", of(totals.athena_compared, totals.tables, "table"));
  }
  return text + ".\n";
}

std::string conclusion(const VerifyRequest& request, const std::vector<VerifiedTable>& tables) {
  const VerifyTotals totals = totals_of(tables);
  const bool with_catalog = std::ranges::any_of(
      tables, [](const VerifiedTable& table) { return table.catalog != Comparison::NotWanted; });
  std::string text = fmt::format("{}: {} in {} ({}).\n", states_text(tables), counted(totals.rows, "row"),
                                 counted(totals.files, "file"), human_bytes(totals.bytes));
  text += compared_text(request, totals, with_catalog);
  if (totals.differences != 0) text += fmt::format("{} found.\n", counted(totals.differences, "difference"));
  return text;
}

// Those that have a record, and those that had one.
// Where those aren't to be found, `problem` is why.
Result<std::vector<std::string>> tables_to_verify(storage::ObjectStore& store, Cancellation& stop,
                                                  std::optional<Error>& problem) {
  auto lost = catalog::find_lost_tables(store, stop);
  if (!lost) {
    PG2ATHENA_TRY(stop.check());
    problem = lost.error();
  }
  std::vector<std::string> tables = std::move(lost).value_or(std::vector<std::string>());
  PG2ATHENA_ASSIGN(const std::vector<std::string> published, catalog::published_tables(store));
  tables.insert(tables.end(), published.begin(), published.end());
  std::ranges::sort(tables);
  const auto twice = std::ranges::unique(tables);  // of a run that came in between
  tables.erase(twice.begin(), twice.end());
  return tables;
}

}  // namespace

Result<Verification> verify_lake(const VerifyRequest& request, int workers, Lake& lake, Cancellation& stop) {
  Verification verification;
  PG2ATHENA_ASSIGN(std::vector<std::string> all, tables_to_verify(lake.store(), stop, verification.error));
  if (all.empty() && verification.error) return fail(std::move(*verification.error));
  if (all.empty()) return nothing_published();
  PG2ATHENA_ASSIGN(const std::vector<std::string> tables, choose_tables(request.tables, std::move(all)));
  std::unique_ptr<catalog::TableCounter> counter;
  if (request.athena) {
    PG2ATHENA_ASSIGN(counter, lake.open_counter());
  }
  const pipeline::VerifyContext context{
      .store = lake.store(), .publisher = lake.publisher(), .stop = stop, .counter = counter.get()};
  PG2ATHENA_ASSIGN(verification.tables,
                   pipeline::verify(context, tables, {.deep = request.deep, .workers = workers}));
  if (!verification.error) {
    verification.error = nothing_compared(lake.publisher().catalog(), verification.tables);
  }
  return verification;
}

std::optional<Error> nothing_compared(const std::string& catalog, const std::vector<VerifiedTable>& tables) {
  const auto any = [&](Comparison comparison) {
    return std::ranges::find(tables, comparison, &VerifiedTable::catalog) != tables.end();
  };
  // Where it couldn't be asked, or not yet, that is said already.
  if (catalog.empty() || any(Comparison::Done) || any(Comparison::Failed) || !any(Comparison::NotInCatalog)) {
    return std::nullopt;
  }
  std::set<std::string> named;
  for (const VerifiedTable& table : tables) {
    if (!table.catalog_named.empty()) named.insert(table.catalog_named);
  }
  Error error(
      ErrorKind::NotFound,
      fmt::format("not one table was compared with {}, which the configuration names: it shows nothing of "
                  "what was looked at",
                  catalog));
  if (named.empty()) {
    return std::move(error).hint(
        "no run was published to a catalog: run again with this configuration; or see "
        "whether catalog.glue names the right database and region");
  }
  return std::move(error).hint(
      fmt::format("the tables' records name {}: see whether catalog.glue names the right database and region",
                  fmt::join(named, ", ")));
}

VerifyTotals totals_of(const std::vector<VerifiedTable>& tables) {
  VerifyTotals totals{.tables = tables.size()};
  for (const VerifiedTable& table : tables) {
    totals.rows += table.rows;
    totals.files += table.files;
    totals.bytes += table.bytes;
    totals.files_checked += table.files_checked;
    totals.differences += table.differences.size();
    if (table.catalog == Comparison::Done) ++totals.catalog_compared;
    if (table.counter == Comparison::Done) ++totals.athena_compared;
  }
  return totals;
}

ExitCode exit_code_of(const Verification& verification) {
  const auto any = [&](auto states) {
    return std::ranges::any_of(verification.tables, states, &VerifiedTable::state);
  };
  if (any([](State state) { return state == State::Different; })) return ExitCode::Different;
  if (verification.error) return ExitCode::Failed;
  return any([](State state) { return state != State::Ok; }) ? ExitCode::Failed : ExitCode::Done;
}

std::string verify_text(const VerifyRequest& request, const std::vector<VerifiedTable>& tables) {
  std::string text = tables_text(tables);
  for (const VerifiedTable& table : tables) text += findings_text(table);
  return text + "\n" + conclusion(request, tables);
}

}  // namespace pg2athena::cli
