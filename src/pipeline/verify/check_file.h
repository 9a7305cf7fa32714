// One file of a published table against what its receipt, and its table's record, say of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/receipt.h"
#include "catalog/table_record.h"
#include "pipeline/verify/difference.h"
#include "pipeline/verify/read_values.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// What every file of a table has to say of itself.
struct ExpectedTable {
  std::string table;  // the lake's name, for the differences
  std::string run_id;
  std::optional<std::string> source = {};  // PlannedTable::source; nothing where nobody knows
  std::span<const catalog::TableColumn> columns;
  bool row_digests = false;  // the run wrote one of each file into its receipt
};

struct FileCheckOptions {
  // Whether each value is decoded too, and counted, summed and compared again.
  bool deep = false;
  Cancellation* stop = nullptr;  // not owned
  // The most that is read ahead of a store that is far, while columns are read in turn.
  std::size_t read_ahead_bytes = std::size_t{32} << 20U;
  BatchVisitor visit = {};  // with `deep`, for whoever wants to see the values too
};

// Reads the file once from start to end, in memory that doesn't depend on its size: its size, its checksum,
// its footer, and what that says of rows and columns. `deep`: once more, all values, a batch and a page of
// each column at a time.
//
// The result is empty where all is as it should be. A difference hides those that would follow from it: of a
// file of another size there is no other. Errors are the store's (no right to read, no connection),
// Interrupted, and nothing that the file has in it. Thread-safe.
Result<std::vector<Difference>> check_file(storage::ObjectStore& store, const ExpectedTable& expected,
                                           const catalog::FileReceipt& receipt,
                                           const FileCheckOptions& options);

// Whether the file was read as far as was wanted, by what check_file() found: to its end, and its footer;
// `deep`: all of its values.
bool is_looked_through(std::span<const Difference> found, bool deep);

}  // namespace pg2athena::pipeline
