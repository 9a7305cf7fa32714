// The SQL that makes Athena know a table of the lake, for those who copy a lake to S3 themselves or have no
// rights on Glue. Text only: nothing here talks to AWS.
#pragma once

#include <string>
#include <string_view>

#include "catalog/table_record.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

// One CREATE EXTERNAL TABLE of the run that the record shows, with a semicolon and a newline at its end; and
// behind it, of a partitioned table, ALTER TABLE ADD PARTITION for all that it has, some dozens a statement.
// Lines of "--" before it say what it is, and what Athena will refuse or show less of. Without a database
// the table goes into the session's.
std::string create_table_sql(const TableRecord& record, const storage::S3Location& lake,
                             std::string_view database);

}  // namespace pg2athena::catalog
