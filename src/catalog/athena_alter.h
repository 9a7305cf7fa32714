// The SQL that takes a table of Athena's from one run of a lake to another, for those without rights on Glue.
// Text only, as athena_ddl.h.
#pragma once

#include <string>

#include "base/error.h"
#include "catalog/athena_ddl.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

// The statements, in the order in which they are to run, for a table that create_table_sql() or this made for
// the run of `from`, with the same options. Lines of "--" say what is done and what readers see meanwhile.
// Unsupported, with what to do: a change that readers would fail on (table_change.h).
Result<std::string> alter_table_sql(const TableRecord& from, const TableRecord& to,
                                    const DdlOptions& options);

}  // namespace pg2athena::catalog
