// The seam to whatever shows tables to readers besides the table records: links in a local folder, Glue.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

// What readers see otherwise than the record says, for people: "column 2: id bigint" instead of "column 2: id
// int". No value of a cell.
struct ShownDifference {
  std::string expected;  // empty: nothing was to be there
  std::string found;

  bool operator==(const ShownDifference&) const = default;
};

// Makes readers see what the table's record says (table_record.h). It is called after the record moved, and
// again whenever a run is rolled forward, perhaps by several processes at once and long after other runs went
// by. So it reads the record itself, as late as it can, and never shows a run that the record doesn't name
// any more:
// * a local folder's link is swapped while nobody can move the record;
// * Glue: GetTable, then read the record, then UpdateTable with the VersionId of that GetTable. Whoever
//   updated in between makes it fail with ConcurrentModification, and it starts again. No answer: GetTable
//   again and look for the run id among the Parameters. Columns, location and sizes are in the record; no
//   plan is needed. Partitions that are registered there have no version: partition_switch.h says what holds.
class Publisher {
 public:
  Publisher() = default;
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  virtual ~Publisher() = default;

  // Whether show() could show these tables, all of one run: asked when the plan is made, without rows, files
  // and partitions, and again before the run is decided, with them. What it refuses isn't published.
  // May be stopped: production's locks are held meanwhile.
  virtual Result<void> check(std::span<const TableRecord> /*tables*/, Cancellation& /*stop*/) { return {}; }
  // The same of rows in this partition, as soon as there are some: nobody should have to wait for the end.
  // Thread-safe.
  virtual Result<void> check_partition(const TableRecord& /*table*/, const std::string& /*value*/) {
    return {};
  }

  // The catalog that it tells, "glue::eu-central-1:shop"; empty: none. A run that was meant for one is not
  // finished without it.
  virtual std::string catalog() const { return {}; }

  // Thread-safe.
  virtual Result<void> show(const std::string& table) = 0;

  // What it shows otherwise than show() would, of a record that nobody moves meanwhile. Changes nothing.
  // Thread-safe.
  virtual Result<std::vector<ShownDifference>> differences(const TableRecord& /*record*/) const {
    return std::vector<ShownDifference>();
  }

  // The runs that readers of this table are led to, by their ids, whatever its record says: somebody may have
  // moved a link or a catalog's table by hand, and a catalog may not have followed yet. What removes old runs
  // asks. Thread-safe.
  virtual Result<std::vector<std::string>> shown_runs(const std::string& /*table*/, Cancellation& /*stop*/) {
    return {};
  }
};

}  // namespace pg2athena::catalog
