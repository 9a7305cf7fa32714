#pragma once

#include <vector>

#include "file_cases.h"

namespace pg2athena::parquet {

// Files with structs, maps, and lists of them.
void add_nested(std::vector<FileCase>& cases);

}  // namespace pg2athena::parquet
