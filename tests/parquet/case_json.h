// Columns and values as the JSON that readers' findings are compared with.
//
// A float is a string in hexadecimal ("0x1.8p+1"), a decimal a string, binary a string of hexadecimal digits;
// dates, times and timestamps are the numbers that they are stored as. A list is an array of its elements, a
// struct of its fields, a map of its entries, which are arrays of key and value.
#pragma once

#include <nlohmann/json.hpp>

#include "columnar/schema.h"
#include "parquet/file_summary.h"
#include "parquet/test_columns.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// {"name", "nullable", "type": "int32" … "decimal(9,2)"}, or "list", "map", "struct" with "children".
nlohmann::json describe(const columnar::Field& field);
nlohmann::json to_json(const columnar::Type& type, const Value& value);
nlohmann::json to_json(const ColumnSummary& summary);
// For the eyes of who looks for the cause of a failure.
nlohmann::json to_json(const WriterOptions& options);
// As pyarrow calls it.
const char* arrow_codec_name(Compression compression);

}  // namespace pg2athena::parquet
