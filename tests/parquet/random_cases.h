// Files whose schema, data and options follow from a number.
#pragma once

#include <cstdint>

#include "file_cases.h"

namespace pg2athena::parquet {

// Columns of any type, nested up to four deep; data of any shape: NULLs and empty lists never, sometimes or
// always, values that repeat, ascend or are where their type ends; small and large pages and row groups; any
// codec and encoding that the columns can have. The same for a seed everywhere.
FileCase random_case(std::uint64_t seed);

}  // namespace pg2athena::parquet
