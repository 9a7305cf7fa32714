// Tables that were published and whose record is gone: somebody removed it, or a copy of the lake lost it.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {

// By name: those that a finished run published, by its published.json, that have no record now, and of which
// the newest such run's data is there. (Who wants a table gone removes its folder: docs/lake.md.)
//
// Asked are the lists of tables and of the runs' records, and a published.json for each finished run that gc
// hasn't removed the plan of: it does so when nothing is left of the run's data. That file has names and
// nothing else, which commit.json hasn't. One that can't be made sense of is passed over.
Result<std::vector<std::string>> find_lost_tables(storage::ObjectStore& store, Cancellation& stop);

}  // namespace pg2athena::catalog
