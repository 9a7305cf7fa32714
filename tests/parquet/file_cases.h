// The files that generate_files.cpp writes: schemas, data and options.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "parquet/test_columns.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

struct ColumnCase {
  columnar::Field field;
  std::function<Value(std::size_t row)> value;
};

struct FileCase {
  std::string name;
  std::vector<ColumnCase> columns;
  std::size_t rows = 0;
  WriterOptions options = {};
  std::size_t batch_rows = 1000;
};

std::vector<FileCase> file_cases();

}  // namespace pg2athena::parquet
