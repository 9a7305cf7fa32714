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

}  // namespace pg2athena::catalog
