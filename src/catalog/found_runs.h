// What there is of each run in a lake, by the names of its objects: what everything that cleans up looks at.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/object_keys.h"
#include "catalog/table_record.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {

struct Counted {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;

  void add(const storage::ObjectInfo& object) {
    ++objects;
    bytes += object.size;
  }
  bool operator==(const Counted&) const = default;
};

// A run as it is found, object by object. A lake may have millions of objects, nearly all of runs that are
// finished: of those nothing is kept but sums.
struct FoundRun {
  using Time = std::optional<std::chrono::system_clock::time_point>;  // none: the store didn't say

  bool has_folder = false;  // records of its own: it is of this lake
  bool has_plan = false;
  bool has_commit = false;
  bool has_published = false;  // it is finished
  Time committed;              // when commit.json was stored
  Time finished;               // when published.json was

  // Of a run that isn't finished: all but commit.json.
  std::vector<storage::ObjectInfo> objects = {};
  std::set<int> receipts = {};  // by shard
  // One folder of a table, one attempt at a shard: the file behind the last one that is there.
  struct Series {
    std::string table;
    std::string partition;
    int shard;
    int attempt;
    auto operator<=>(const Series&) const = default;
  };
  std::map<Series, int> next_file = {};
  int last_attempt = 0;  // of any shard

  // Of a run that is finished.
  struct Data {
    std::uint32_t table = 0;  // of FoundRuns::tables
    Counted files;
  };
  std::vector<Data> data = {};  // by table
  Counted records = {};         // its plan, receipts and marker
};

struct FoundRuns {
  std::map<std::string, FoundRun, std::less<>> runs;  // by their ids
  std::vector<std::string> tables;                    // those that any run has data of, in no order
  // The folders that the runs have made of each table, "" for a table without partitions.
  std::map<std::string, std::set<std::string>, std::less<>> folders;
  // What the tables' records say. Read behind everything else, so that a run that isn't named here was
  // replaced, or not yet shown, whatever happened meanwhile.
  std::vector<TableRecord> records;
};

Result<FoundRuns> find_runs(storage::ObjectStore& store, Cancellation& stop);

// Only the runs' own records, which are few beside a lake's data: neither data nor tables' records.
Result<FoundRuns> find_run_records(storage::ObjectStore& store, Cancellation& stop);

}  // namespace pg2athena::catalog
