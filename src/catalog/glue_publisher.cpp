#include "catalog/glue_publisher.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "catalog/glue_difference.h"
#include "catalog/glue_json.h"
#include "catalog/glue_names.h"
#include "catalog/glue_partitions.h"
#include "catalog/glue_table.h"
#include "catalog/object_keys.h"
#include "catalog/partition_projection.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;

// Who is always overtaken: another run of the same table, a crawler, a person.
constexpr RetryPolicy kOvertaken{.attempts = 12,
                                 .base = std::chrono::milliseconds(50),
                                 .longest = std::chrono::seconds(5),
                                 // Some thousands of registered partitions take minutes.
                                 .deadline = std::chrono::minutes(10)};

// From so many tables on Glue is asked by pages of a hundred. Fewer are asked for one by one in about as many
// turns, kRequestsAtOnce in each, and whatever else the database has is of no matter; but Glue counts all
// requests of an account, and those of ten thousand tables are others' throttling, while the run holds its
// locks.
constexpr std::size_t kManyTables = 500;

const json kNone;

const json& table_of(const std::optional<GlueTable>& existing) {
  return existing ? existing->table : kNone;
}

}  // namespace

Result<void> GluePublisher::check(std::span<const TableRecord> tables, Cancellation& stop) {
  PG2ATHENA_TRY(check_glue_table_names(tables, client_.options().database));
  const GlueClient client = client_.until(stop);
  std::vector<const TableRecord*> left;
  if (tables.size() < kManyTables) {
    for (const TableRecord& table : tables) left.push_back(&table);
  } else {
    PG2ATHENA_ASSIGN(left, check_by_pages(client, tables, stop));
  }
  return for_each_at_once(left.size(), kRequestsAtOnce, [&](std::size_t i) -> Result<void> {
    PG2ATHENA_TRY(stop.check());
    PG2ATHENA_ASSIGN(const auto existing, client.get_table(glue_table_name(left[i]->table)));
    PG2ATHENA_TRY(glue_table_input(*left[i], location_, client.options(), table_of(existing)));
    // A right that is missing is to be known now, and not in the middle of the switch.
    if (registers_partitions(*left[i]) || (existing && has_registered(existing->table))) {
      PG2ATHENA_TRY(client.try_get_partitions(glue_table_name(left[i]->table)));
    }
    return {};
  });
}

// Returns those that no page had, to be asked for one by one: new ones, those that Lake Formation doesn't
// list for us, and all where we may not list (a policy of before). Of a database that has many more tables
// than these not all pages are asked for: it would take longer than that.
Result<std::vector<const TableRecord*>> GluePublisher::check_by_pages(const GlueClient& client,
                                                                      std::span<const TableRecord> tables,
                                                                      Cancellation& stop) const {
  std::map<std::string, const TableRecord*> left;  // by the name in Glue
  for (const TableRecord& table : tables) left.emplace(glue_table_name(table.table), &table);
  std::string from;
  for (std::size_t pages = tables.size() / kRequestsAtOnce; pages > 0 && !left.empty(); --pages) {
    PG2ATHENA_TRY(stop.check());
    const auto page = client.get_tables(from);
    if (!page && page.error().kind() == ErrorKind::PermissionDenied) break;
    if (!page) return fail(page.error());
    for (const json& table : page->tables) {
      const auto found = left.find(text_at(table, "Name"));
      if (found == left.end()) continue;
      PG2ATHENA_TRY(glue_table_input(*found->second, location_, client.options(), table));
      left.erase(found);
    }
    from = page->next;
    if (from.empty()) break;
  }
  std::vector<const TableRecord*> records;
  for (const auto& [name, record] : left) records.push_back(record);
  return records;
}

Result<void> GluePublisher::check_partition(const TableRecord& table, const std::string& value) {
  // Without the columns, which may be many: it is asked for each value that comes.
  TableRecord alone{.table = table.table, .rows = 1, .partitioning = table.partitioning};
  alone.partitioning->values = {value};
  if (registers_partitions(table)) return check_registered(alone);
  PG2ATHENA_TRY(projection_parameters(alone, location_.url(table.data)));
  return {};
}

Result<void> GluePublisher::show(const std::string& table) {
  Retry retry(kOvertaken, times_);
  Showing showing{.partitions = {client_, store_, location_}};
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  while (true) {
    auto done = try_to_show(table, showing);
    if (!done) return fail(explained(std::move(done).error(), table, showing));
    if (*done) return {};
    // Thousands of partitions may be taken a few at a time.
    if (const std::size_t left = showing.partitions.left(); left < fewest) {
      fewest = left;
      retry.restart();
    }
    const auto wait = retry.next(std::nullopt);
    if (!wait) {
      showing.unheard = false;  // each time somebody else's state was there
      Error error(ErrorKind::Service,
                  fmt::format("somebody else changed the table in Glue each time that it was to show this "
                              "run, {} times{}",
                              retry.attempts(),
                              showing.partitions.touched() ? ", or Glue didn't do what it was told" : ""));
      error = std::move(error)
                  .with("database", client_.options().database)
                  .hint("see who changes it: a crawler, another tool; pg2athena publish tries again");
      return fail(explained(std::move(error), table, showing));
    }
    PG2ATHENA_TRY(times_.wait(*wait, nullptr));
  }
}

Result<std::vector<std::string>> GluePublisher::shown_runs(const std::string& table, Cancellation& stop) {
  const GlueClient client = client_.until(stop);
  PG2ATHENA_ASSIGN(const auto existing, client.get_table(glue_table_name(table)));
  if (!existing) return {};
  std::vector<std::string> runs = runs_of_table(existing->table, location_);
  if (part_of(existing->table, "PartitionKeys").empty()) return runs;
  // Those of a switch that was interrupted, or that others registered: who knows no projection reads them.
  PG2ATHENA_ASSIGN(const auto partitions, client.get_partitions(glue_table_name(table)));
  if (!partitions) return runs;
  for (const RegisteredPartition& partition : *partitions) {
    std::string run = run_of_place(partition.location, location_);
    if (!run.empty() && std::ranges::find(runs, run) == runs.end()) runs.push_back(std::move(run));
  }
  return runs;
}

Error GluePublisher::explained(Error error, const std::string& table, const Showing& showing) const {
  if (showing.unheard) {
    return Error(ErrorKind::CommitUnknown, "nobody knows whether Glue shows the run")
        .with("table", table)
        .with("database", client_.options().database)
        .hint("once Glue answers again, `pg2athena publish` sees to it; until then remove nothing")
        .because(std::move(error));
  }
  if (!showing.partitions.touched()) return error;
  return std::move(error).and_hint("until then readers may see partitions of several runs");
}

// False: somebody else changed the table in Glue meanwhile; or we did, and the answer got lost. `showing` is
// what this call has done so far.
Result<bool> GluePublisher::try_to_show(const std::string& table, Showing& showing) {
  // In this order: a record that moves after it was read is shown by whoever moved it, and that makes the
  // version old.
  PG2ATHENA_ASSIGN(const auto existing, client_.get_table(glue_table_name(table)));
  showing.unheard = false;
  PG2ATHENA_ASSIGN(const auto record, read_table_record(store_, table));
  if (!record) return true;
  const bool shown = shows_run(table_of(existing), *record, location_);
  // Who changed partitions doesn't take the table's word for them.
  if (shown && !showing.partitions.touched()) return true;
  const bool partitions =
      registers_partitions(*record) || has_registered(table_of(existing)) || showing.partitions.touched();
  if (partitions) return show_partitions(*record, existing, showing);
  PG2ATHENA_ASSIGN(const json input,
                   glue_table_input(*record, location_, client_.options(), table_of(existing)));
  return put_run(input, *record, existing, showing);
}

// A table whose partitions are registered, or were.
Result<bool> GluePublisher::show_partitions(const TableRecord& record,
                                            const std::optional<GlueTable>& existing, Showing& showing) {
  return registers_partitions(record) ? register_partitions(record, existing, showing)
                                      : remove_partitions(record, existing, showing);
}

// The table's columns, then the partitions, and the run's id at last: a run that Glue names is there with all
// of its partitions, and one that was killed before is begun again by whoever publishes next.
Result<bool> GluePublisher::register_partitions(const TableRecord& record, std::optional<GlueTable> existing,
                                                Showing& showing) {
  PG2ATHENA_ASSIGN(json input, glue_table_input(record, location_, client_.options(), table_of(existing)));
  if (const json prepared = prepared_table_input(input, table_of(existing)); !prepared.is_null()) {
    PG2ATHENA_ASSIGN(const bool done, put(prepared, existing));
    if (!done) return false;
    PG2ATHENA_ASSIGN(existing, client_.get_table(glue_table_name(record.table)));
    // Behind each GetTable whose version an UpdateTable replaces (publisher.h).
    PG2ATHENA_ASSIGN(const bool current, is_current_run(store_, record.table, record.run_id));
    if (!current) return false;
    PG2ATHENA_ASSIGN(input, glue_table_input(record, location_, client_.options(), table_of(existing)));
    if (!existing || !prepared_table_input(input, existing->table).is_null()) return false;
  }
  PG2ATHENA_ASSIGN(const bool there, showing.partitions.bring(record, input["StorageDescriptor"]));
  if (!there) return false;
  return finish(input, record, existing, showing);
}

// The projection comes first: with it Athena looks at no registered partition any more, and the switch is one
// call. Other readers see the table shrink; they would see files that are removed one day.
Result<bool> GluePublisher::remove_partitions(const TableRecord& record, std::optional<GlueTable> existing,
                                              Showing& showing) {
  PG2ATHENA_ASSIGN(json input, glue_table_input(record, location_, client_.options(), table_of(existing)));
  if (!names_run(table_of(existing), record, location_)) {
    PG2ATHENA_ASSIGN(const bool done, put_run(input, record, existing, showing));
    if (!done) return false;
  }
  PG2ATHENA_ASSIGN(const bool gone, showing.partitions.bring(record, json::object()));
  if (!gone) return false;
  PG2ATHENA_ASSIGN(existing, client_.get_table(glue_table_name(record.table)));
  PG2ATHENA_ASSIGN(const bool current, is_current_run(store_, record.table, record.run_id));
  if (!current) return false;
  PG2ATHENA_ASSIGN(input, glue_table_input(record, location_, client_.options(), table_of(existing)));
  input["Parameters"].erase(kRegisteredParameter);
  return finish(input, record, existing, showing);
}

// Nobody compares and sets partitions: a record that has moved by now may have been shown before ours were
// changed, and is to be looked at again.
Result<bool> GluePublisher::finish(const json& input, const TableRecord& record,
                                   const std::optional<GlueTable>& existing, Showing& showing) {
  if (!shows_run(table_of(existing), record, location_)) {
    PG2ATHENA_ASSIGN(const bool done, put_run(input, record, existing, showing));
    if (!done) return false;
  }
  return is_current_run(store_, record.table, record.run_id);
}

Result<bool> GluePublisher::put_run(const json& input, const TableRecord& record,
                                    const std::optional<GlueTable>& existing, Showing& showing) {
  showing.unheard = true;
  auto done = put(input, existing);
  if (done) {
    showing.unheard = !*done;
    return done;
  }
  // A refusal may be of a second try, when the first one was taken.
  const auto now = client_.get_table(glue_table_name(record.table));
  if (now && shows_run(table_of(*now), record, location_)) {
    showing.unheard = false;
    return true;
  }
  const ErrorKind kind = done.error().kind();
  if (!now && (kind == ErrorKind::Connection || kind == ErrorKind::Service)) return fail(now.error());
  showing.unheard = false;
  return done;
}

Result<bool> GluePublisher::put(const json& input, const std::optional<GlueTable>& existing) {
  if (existing) return client_.update_table(input, existing->version_id);
  auto created = client_.create_table(input);
  if (created || created.error().kind() != ErrorKind::NotFound) return created;
  PG2ATHENA_ASSIGN(const bool there, client_.create_database());
  if (!there) return false;
  return client_.create_table(input);
}

Result<std::vector<ShownDifference>> GluePublisher::differences(const TableRecord& record) const {
  PG2ATHENA_ASSIGN(const auto existing, client_.get_table(glue_table_name(record.table)));
  auto differences = glue_differences(record, location_, client_.options(), table_of(existing));
  // Of a table that projects them they don't count, and of one that did once there may be some left.
  if (!existing || !(registers_partitions(record) || has_registered(existing->table))) return differences;
  PG2ATHENA_ASSIGN(const auto partitions, client_.get_partitions(glue_table_name(record.table)));
  if (!partitions) return differences;
  std::ranges::move(partition_differences(record, location_, *partitions), std::back_inserter(differences));
  return differences;
}

}  // namespace pg2athena::catalog
