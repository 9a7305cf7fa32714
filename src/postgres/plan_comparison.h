// Whether what a source reads is still what was planned.
#pragma once

#include <string_view>

#include "postgres/connection.h"
#include "postgres/scan.h"

namespace pg2athena::postgres {

// ChangedWhilePlanning when what the source's statements mean now isn't what was planned: the table that its
// name stands for, its file, its columns and their types, the attributes of composite types, the labels of
// enums. In a transaction that has locked the source, and in its search_path.
//
// To be asked before the rows are read and once more afterwards: a lock on a table keeps neither its schema
// from being renamed, so that its name means another table, nor a type from being altered. What is as planned
// both times was so in between, but for who changes it twice.
Result<void> compare_with_plan(Connection& connection, const ScanSource& source);

Error changed_since_plan(const ScanSource& source, std::string_view what);

}  // namespace pg2athena::postgres
