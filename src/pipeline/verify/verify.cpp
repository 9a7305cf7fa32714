#include "pipeline/verify/verify.h"

#include <algorithm>
#include <optional>
#include <semaphore>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "catalog/object_keys.h"
#include "catalog/table_record.h"
#include "pipeline/verify/check_table.h"

namespace pg2athena::pipeline {
namespace {

using catalog::TableRecord;
using State = VerifiedTable::State;

// A table that goes on faster than it can be read.
constexpr int kMostMoves = 3;

void sort_findings(VerifiedTable& table) {
  std::ranges::sort(table.differences, [](const Difference& one, const Difference& other) {
    return std::tie(one.object, one.kind, one.column, one.found) <
           std::tie(other.object, other.kind, other.column, other.found);
  });
}

// Nothing where the table's record is another's or can't be made sense of, which is then a difference.
Result<std::optional<TableRecord>> read_record(storage::ObjectStore& store, VerifiedTable& table) {
  const auto bad = [&](std::string why) {
    table.differences.push_back({.kind = DifferenceKind::Record,
                                 .table = table.table,
                                 .object = catalog::table_key(table.table),
                                 .found = std::move(why)});
    return std::optional<TableRecord>();
  };
  auto record = catalog::read_table_record(store, table.table);
  if (!record && record.error().kind() != ErrorKind::CorruptInput) return fail(std::move(record).error());
  if (!record) return bad(record.error().message());
  if (!*record) {
    table.differences.push_back(
        {.kind = DifferenceKind::Missing,
         .table = table.table,
         .object = catalog::table_key(table.table),
         .found =
             "the table's record is gone, which names the run that it shows; pg2athena run makes a new one"});
    return std::optional<TableRecord>();
  }
  if ((*record)->table != table.table) return bad(fmt::format("it is that of {}", (*record)->table));
  if ((*record)->data != catalog::data_prefix(table.table, (*record)->run_id)) {
    return bad("its data is not that of its run");
  }
  return record;
}

State state_of(const VerifiedTable& table) {
  if (!table.differences.empty()) return State::Different;
  if (!table.errors.empty()) return State::Unknown;
  return table.finished ? State::Ok : State::NotFinished;
}

// A table of which nothing is known yet.
VerifiedTable unknown_table(const VerifyContext& context, const std::string& name) {
  const auto wanted = [](bool is) { return is ? Comparison::Failed : Comparison::NotWanted; };
  return {.table = name,
          .catalog = wanted(!context.publisher.catalog().empty()),
          .counter = wanted(context.counter != nullptr)};
}

// The table as it is now, or has just been.
Result<VerifiedTable> look_at(const VerifyParts& parts, const std::string& name) {
  VerifiedTable table = unknown_table(parts.context, name);
  VerifyReport report(table);
  auto record = read_record(parts.context.store, table);
  if (!record) {
    PG2ATHENA_TRY(report.keep(fail(std::move(record).error())));
  } else if (*record) {
    table.run_id = (*record)->run_id;
    table.rows = (*record)->rows;
    table.files = (*record)->files;
    table.bytes = (*record)->bytes;
    table.catalog_named = (*record)->catalog;
    auto done = check_table(parts, **record, report);
    if (!done && done.error().kind() == ErrorKind::Interrupted) return fail(std::move(done).error());
  }
  sort_findings(table);
  table.state = state_of(table);
  return table;
}

// Whether the table shows another run by now. An unreadable record has moved nowhere.
Result<bool> has_moved(storage::ObjectStore& store, const VerifiedTable& table) {
  if (table.run_id.empty()) return false;
  PG2ATHENA_ASSIGN(const auto current, catalog::read_current(store, table.table));
  return !current || current->run_id != table.run_id;
}

Result<VerifiedTable> verify_table(const VerifyParts& parts, const std::string& name) {
  for (int move = 0;; ++move) {
    PG2ATHENA_TRY(parts.context.stop.check());
    PG2ATHENA_ASSIGN(VerifiedTable table, look_at(parts, name));
    if (table.state == State::Ok) return table;
    // Its old run may have gone meanwhile, and what is missing of it is no loss.
    const auto moved = has_moved(parts.context.store, table);
    if (!moved || !*moved) return table;
    if (move + 1 < kMostMoves) continue;
    VerifiedTable lost = unknown_table(parts.context, name);
    lost.state = State::Moved;
    lost.run_id = table.run_id;
    lost.notes = {"newer runs were published faster than this could read them: run it again"};
    return lost;
  }
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::Ok:
      return "ok";
    case State::Different:
      return "different";
    case State::Unknown:
    case State::NotFinished:
      return "unknown";
    case State::Moved:
      return "moved";
  }
  return "unknown";
}

std::string_view to_string(Comparison comparison) {
  switch (comparison) {
    case Comparison::NotWanted:
      return "";
    case Comparison::Done:
      return "compared";
    case Comparison::NotFinished:
      return "not_finished";
    case Comparison::NotInCatalog:
      return "not_in_catalog";
    case Comparison::Injected:
      return "injected";
    case Comparison::Failed:
      return "failed";
  }
  return "";
}

Result<std::vector<VerifiedTable>> verify(const VerifyContext& context,
                                          const std::vector<std::string>& tables,
                                          const VerifyOptions& options) {
  VerifyOptions bounded = options;
  bounded.workers = std::clamp(options.workers, 1, kMostVerifyWorkers);
  RunShelf runs(context.store);
  std::counting_semaphore<kMostVerifyWorkers> readers(bounded.workers);
  const VerifyParts parts{.context = context, .options = bounded, .runs = runs, .readers = readers};
  std::vector<VerifiedTable> verified(tables.size());
  const auto at_once = static_cast<std::size_t>(bounded.workers);
  PG2ATHENA_TRY(for_each_at_once(tables.size(), at_once, [&](std::size_t i) -> Result<void> {
    PG2ATHENA_ASSIGN(verified[i], verify_table(parts, tables[i]));
    return {};
  }));
  return verified;
}

}  // namespace pg2athena::pipeline
