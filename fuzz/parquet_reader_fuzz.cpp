// Any bytes as a Parquet file: values, or an Error that blames the file, and nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "parquet/file_reader.h"
#include "parquet/memory_source.h"
#include "parquet/test_equality.h"
#include "parquet/value_bounds.h"

namespace {

using namespace pg2athena;
using namespace pg2athena::parquet;

template <typename T>
bool expected(const Result<T>& result) {
  if (result) return true;
  const ErrorKind kind = result.error().kind();
  return kind == ErrorKind::CorruptInput || kind == ErrorKind::Unsupported ||
         kind == ErrorKind::ValueTooLarge;
}

void require(bool holds) {
  if (!holds) std::abort();
}

// The first rows: a run of a few bytes may stand for billions.
void read_rows(const FileReader& reader, std::size_t index, ValueBounds* bounds) {
  auto row_group = reader.row_group(index);
  require(expected(row_group));
  if (!row_group) return;
  columnar::Batch batch(reader.schema());
  constexpr std::size_t kBatches = 3;
  constexpr std::size_t kRows = 1000;
  for (std::size_t i = 0; i < kBatches; ++i) {
    const auto rows = row_group->read(batch, kRows);
    require(expected(rows));
    if (!rows || *rows == 0) return;
    for (const columnar::Column& column : batch.columns) {
      require(column.length == *rows);
      require(broken_layout(column).empty());
    }
    if (bounds != nullptr) bounds->add(batch);
  }
}

// What chunks say of themselves need not be true, nor be of their type.
void read_bounds(const FileReader& reader, ValueBounds& bounds) {
  for (const RowGroup& row_group : reader.metadata().row_groups) {
    for (std::size_t leaf = 0; leaf < row_group.columns.size(); ++leaf) {
      if (const auto& statistics = row_group.columns[leaf].meta_data.statistics) {
        static_cast<void>(bounds.include(leaf, *statistics));
      }
    }
  }
  static_cast<void>(bounds.end_row_group());
  for (std::size_t leaf = 0; leaf < reader.leaves().size(); ++leaf) static_cast<void>(bounds.texts(leaf));
}

void read_indexes(const FileReader& reader, std::size_t index) {
  for (std::size_t leaf = 0; leaf < reader.leaves().size(); ++leaf) {
    require(expected(reader.offset_index(index, leaf)));
    require(expected(reader.column_index(index, leaf)));
    const auto filter = reader.bloom_filter(index, leaf);
    require(expected(filter));
    if (filter && *filter) static_cast<void>((*filter)->might_contain(as_bytes("value")));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MemorySource source(std::string(reinterpret_cast<const char*>(data), size));
  // Checksums would only keep a changed page from being read.
  const auto reader = FileReader::open(source, {.most_page_bytes = std::size_t{4} << 20U,
                                                .most_column_bytes = std::size_t{4} << 20U,
                                                .batch_bytes = std::size_t{1} << 20U,
                                                .verify_checksums = false});
  require(expected(reader));
  if (!reader) return 0;
  const std::size_t row_groups = std::min<std::size_t>(reader->metadata().row_groups.size(), 4);
  // A schema that is read need not be one that can be written: two columns of one name.
  auto bounds = ValueBounds::create(reader->schema());
  if (bounds) require(bounds->leaves() == reader->leaves().size());
  for (std::size_t i = 0; i < row_groups; ++i) {
    read_rows(*reader, i, bounds ? &*bounds : nullptr);
    read_indexes(*reader, i);
  }
  if (bounds) read_bounds(*reader, *bounds);
  return 0;
}
