// The names of a lake's objects, in one place. <run> is a run id, <table> the lake's name of a table.
//
//   <table>/data/<run>/[<partition>=<value>/]<shard>-<attempt>-<n>.parquet
//   <table>/latest                                  local folders only: a link to data/<run>, for people and
//   DuckDB _pg2athena/runs/<run>/plan.json                 what was decided, the snapshot, the source
//   _pg2athena/runs/<run>/receipts/<shard>.json     what a shard made; the first attempt to finish wins
//   _pg2athena/runs/<run>/commit.json               decides the run, one way or the other
//   _pg2athena/runs/<run>/published.json            what became of each table; with it the run is finished
//   _pg2athena/pending/<run>                        there from before commit.json until after published.json,
//   so that
//                                                   finding unfinished runs is one listing of almost nothing
//   _pg2athena/tables/<table>.json                  the table's current run
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace pg2athena::catalog {

// A table's name is one part of a key, and not the name of our own folder.
Result<void> check_table_name(std::string_view table);

std::string data_prefix(std::string_view table, std::string_view run_id);  // ends in '/'
// `partition` is empty or ends in '/'.
std::string data_key(std::string_view table, std::string_view run_id, std::string_view partition, int shard,
                     int attempt, int file);
std::string latest_key(std::string_view table);
std::string latest_target(std::string_view run_id);
std::string records_prefix();                     // of all records; ends in '/'
std::string runs_prefix();                        // ends in '/'
std::string run_prefix(std::string_view run_id);  // ends in '/'
std::string plan_key(std::string_view run_id);
std::string receipts_prefix(std::string_view run_id);  // ends in '/'
std::string receipt_key(std::string_view run_id, int shard);
std::string commit_key(std::string_view run_id);
std::string published_key(std::string_view run_id);
std::string pending_prefix();  // ends in '/'
std::string pending_key(std::string_view run_id);
std::string tables_prefix();  // ends in '/'
std::string table_key(std::string_view table);

// The other way round: what an object of a run is, by its key. Only keys that the functions above make are
// any.
struct RunObject {
  enum class Kind : std::uint8_t { Data, Plan, Receipt, Commit, Published, Pending };

  Kind kind = Kind::Data;
  std::string run_id;
  std::string table = {};      // of data
  std::string partition = {};  // of data: its folder as data_key() takes it
  int shard = 0;               // of data and receipts
  int attempt = 0;             // of data, as is
  int file = 0;

  bool operator==(const RunObject&) const = default;
};
std::optional<RunObject> run_object(std::string_view key);
// Whether a folder may have any, by its path: none of another's "lost+found" or "project/a/b/c".
bool may_have_objects(std::string_view folder);
// The run in whose folders a key lies, whatever its name there: the run's own, or that of its data. Empty:
// none's.
std::string_view run_of_folder(std::string_view key);

}  // namespace pg2athena::catalog
