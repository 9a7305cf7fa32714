// A table in Glue against the record that it is to show: what somebody, or something, made otherwise. Pure.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "catalog/glue_options.h"
#include "catalog/publisher.h"
#include "catalog/table_record.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

// `existing` is the Table of GetTable's answer, or null. Compared is what readers find the run's files and
// columns by: location, formats, columns in their order, partition keys, and by what rule the partitions are
// found. Columns behind the record's are those that its source has no more (DroppedColumns). Not compared is
// what others may say of a table: comments, descriptions, statistics.
std::vector<ShownDifference> glue_differences(const TableRecord& record, const storage::S3Location& lake,
                                              const GlueOptions& options, const nlohmann::json& existing);

}  // namespace pg2athena::catalog
