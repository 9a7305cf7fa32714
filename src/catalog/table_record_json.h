// A table's record as a part of other records' JSON. Only for the .cpp files of this folder.
#pragma once

#include "catalog/json_reader.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

Json table_record_json(const TableRecord& record);
// The errors are the reader's.
TableRecord read_table_record_json(JsonReader& reader);

}  // namespace pg2athena::catalog
