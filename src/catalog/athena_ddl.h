// The SQL that makes Athena know a table of the lake, for those who copy a lake to S3 themselves or have no
// rights on Glue. Text only: nothing here talks to AWS.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

// A place in S3: the bucket, and the prefix of the lake in it, without slashes at its ends and perhaps empty.
struct S3Location {
  std::string bucket;
  std::string prefix;

  // "s3://bucket/prefix"; a slash at the end makes no difference. InvalidArgument for what S3 has no bucket
  // of, or what Athena can't use as a LOCATION.
  static Result<S3Location> parse(std::string_view text);
  // Of what the lake has under `key`: "s3://bucket/prefix/key".
  std::string url(std::string_view key) const;

  bool operator==(const S3Location&) const = default;
};

// Refuses (InvalidArgument) what can't be the name of a database of Athena.
Result<void> check_athena_database(std::string_view name);

// A lake's table in Athena, whose names have no dots: "public.orders" is "orders", and the schema is for the
// database to tell. The same rule as for Glue; two tables that become one are for the caller to refuse.
std::string athena_table_name(std::string_view table);

// One CREATE EXTERNAL TABLE of the run that the record shows, with a semicolon and a newline at its end.
// Lines of "--" before it say what it is, and what Athena will refuse or show less of. Without a database
// the table goes into the session's.
std::string create_table_sql(const TableRecord& record, const S3Location& lake, std::string_view database);

}  // namespace pg2athena::catalog
