// A table as Glue's Data Catalog has it: what it is to be told of a run, beside what it has already. Pure:
// nothing here asks anybody.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "catalog/glue_options.h"
#include "catalog/table_record.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

// The TableInput that makes Glue show the record's run. `existing` is the Table of GetTable's answer, or
// null; what others wrote in it (descriptions, owners, parameters) stays. Errors say what to do:
// * NameCollision: it is another table's of this lake;
// * Unsupported: it isn't ours and not to be adopted, or is no table of files; a column's type, or what the
//   table is partitioned by, changed so that readers would fail; a partition that can't be projected or
//   registered; a name that is too long.
Result<nlohmann::json> glue_table_input(const TableRecord& record, const storage::S3Location& lake,
                                        const GlueOptions& options, const nlohmann::json& existing);

// Partitions that are registered of a table are ours where this parameter says so: they are brought up to
// date with every run, or removed where the table isn't to have any more.
inline constexpr const char* kRegisteredParameter = "pg2athena.partitions";

// Before the partitions of a table are registered: its state with the new run's columns, and not its run yet.
// Readers refuse a partition whose column is of a wider type than the table's, and take one of a narrower
// type as the table's (HIVE_PARTITION_SCHEMA_MISMATCH in Athena; HiveCoercionPolicy in Trino), so the table's
// columns have to be ahead of its partitions'. `input` is of glue_table_input(), `existing` as there. Null:
// it is prepared.
nlohmann::json prepared_table_input(const nlohmann::json& input, const nlohmann::json& existing);

// Whether Glue has registered partitions of ours.
bool has_registered(const nlohmann::json& existing);

// Whether GetTable's Table is the record's run, but for what is registered.
bool names_run(const nlohmann::json& existing, const TableRecord& record, const storage::S3Location& lake);

// Whether GetTable's Table shows the record's run, whole: of registered partitions too, since they are
// brought up to date before the run's id is written.
bool shows_run(const nlohmann::json& existing, const TableRecord& record, const storage::S3Location& lake);

// The run of the lake in whose data a place lies ("s3://bucket/prefix/…"); empty: in none's.
std::string run_of_place(std::string_view url, const storage::S3Location& lake);

// The lake's runs that GetTable's Table leads readers to: by its location, by the rule of its partitions, and
// by what it says of itself. Usually all are one.
std::vector<std::string> runs_of_table(const nlohmann::json& existing, const storage::S3Location& lake);

}  // namespace pg2athena::catalog
