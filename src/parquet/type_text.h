// A column's type as Parquet names it, on one line, for people.
#pragma once

#include <string>

#include "columnar/schema.h"

namespace pg2athena::parquet {

// Physical and logical type as the format's own documents write them, of all that is in it: "INT32",
// "INT64 DECIMAL(15,2)", "INT64 TIMESTAMP(MICROS, UTC)" (without "UTC": of no zone), "BYTE_ARRAY STRING",
// "LIST<INT32>", "MAP<BYTE_ARRAY STRING, DOUBLE>", "group {lower INT32, upper INT32}".
std::string type_text(const columnar::Type& type);

}  // namespace pg2athena::parquet
