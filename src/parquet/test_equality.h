// For tests: whether two columns have the same values. What is hidden by a NULL doesn't count (batch.h).
#pragma once

#include <cstddef>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "columnar/batch.h"

namespace pg2athena::parquet {

inline bool same_value(const columnar::Column& a, std::size_t i, const columnar::Column& b, std::size_t j) {
  using columnar::Storage;
  if (a.is_null(i) || b.is_null(j)) return a.is_null(i) == b.is_null(j);
  switch (a.type.storage()) {
    case Storage::Bytes: {
      const auto left = a.bytes(i);
      const auto right = b.bytes(j);
      return left.size() == right.size() &&
             (left.empty() || std::memcmp(left.data(), right.data(), left.size()) == 0);
    }
    case Storage::List: {
      const std::size_t length = a.offsets[i + 1] - a.offsets[i];
      if (length != b.offsets[j + 1] - b.offsets[j]) return false;
      for (std::size_t k = 0; k < length; ++k) {
        if (!same_value(a.children[0], a.offsets[i] + k, b.children[0], b.offsets[j] + k)) return false;
      }
      return true;
    }
    case Storage::Struct:
      for (std::size_t child = 0; child < a.children.size(); ++child) {
        if (!same_value(a.children[child], i, b.children[child], j)) return false;
      }
      return true;
    default: {
      const std::size_t width = a.type.width();
      return std::memcmp(a.values.data() + i * width, b.values.data() + j * width, width) == 0;
    }
  }
}

// Where rows [begin, …) of `whole` differ from all rows of `part`; empty where they don't.
inline std::string difference(const columnar::Batch& whole, std::size_t begin, const columnar::Batch& part) {
  for (std::size_t column = 0; column < whole.columns.size(); ++column) {
    for (std::size_t row = 0; row < part.rows(); ++row) {
      if (!same_value(whole.columns[column], begin + row, part.columns[column], row)) {
        return fmt::format("column {}, row {}", column, begin + row);
      }
    }
  }
  return "";
}

// What breaks the layout's rules (batch.h); empty where nothing does.
inline std::string broken_layout(const columnar::Column& column) {
  using columnar::Storage;
  const Storage storage = column.type.storage();
  const std::size_t width = column.type.width();
  if (column.validity.size() != (column.nullable ? column.length : 0)) return "validity";
  std::size_t nulls = 0;
  for (std::size_t i = 0; i < column.length; ++i) nulls += column.is_null(i) ? 1U : 0U;
  if (column.null_count != nulls) return "null_count";
  if (width != 0 && column.values.size() != width * column.length) return "values";
  if (storage == Storage::Bytes || storage == Storage::List) {
    if (column.offsets.size() != column.length + 1 || column.offsets[0] != 0) return "offsets";
    for (std::size_t i = 0; i < column.length; ++i) {
      if (column.offsets[i] > column.offsets[i + 1]) return "offsets that descend";
      if (column.is_null(i) && column.offsets[i] != column.offsets[i + 1]) return "a NULL with content";
    }
    const std::size_t content = storage == Storage::Bytes ? column.values.size() : column.children[0].length;
    if (column.offsets[column.length] != content) return "the last offset";
  }
  for (const columnar::Column& child : column.children) {
    if (storage == Storage::Struct && child.length != column.length) return "a field's length";
    if (std::string broken = broken_layout(child); !broken.empty()) return broken;
  }
  return "";
}

}  // namespace pg2athena::parquet
