// The tables of a lake that a command is to take, by the patterns of --table.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "storage/object_store.h"

namespace pg2athena::cli {

// Of `names`, which are the lake's and sorted, those that some pattern takes; without patterns all. NotFound
// for a pattern that takes none, with the nearest name; InvalidArgument for one that is none.
Result<std::vector<std::string>> choose_tables(const std::vector<std::string>& patterns,
                                               std::vector<std::string> names);

// InvalidArgument for what can't be a pattern, whatever the lake has.
Result<void> check_table_patterns(const std::vector<std::string>& patterns);

// Of a lake in which nothing is published.
std::unexpected<Error> nothing_published();

}  // namespace pg2athena::cli
