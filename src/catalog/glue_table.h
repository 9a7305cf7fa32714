// A table as Glue's Data Catalog has it: what it is to be told of a run, beside what it has already. Pure:
// nothing here asks anybody.
#pragma once

#include <string>
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
//   table is partitioned by, changed so that readers would fail; a partition that can't be projected; a name
//   that is too long.
Result<nlohmann::json> glue_table_input(const TableRecord& record, const storage::S3Location& lake,
                                        const GlueOptions& options, const nlohmann::json& existing);

// Whether GetTable's Table shows the record's run, whole.
bool shows_run(const nlohmann::json& existing, const TableRecord& record, const storage::S3Location& lake);

// The lake's runs that GetTable's Table leads readers to: by its location, by the rule of its partitions, and
// by what it says of itself. Usually all are one.
std::vector<std::string> runs_of_table(const nlohmann::json& existing, const storage::S3Location& lake);

}  // namespace pg2athena::catalog
