// Any bytes as a Parquet file: values, or an Error that blames the file, and nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "parquet/file_reader.h"
#include "parquet/memory_source.h"
#include "parquet/test_equality.h"

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
void read_rows(const FileReader& reader, std::size_t index) {
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
  }
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
  for (std::size_t i = 0; i < row_groups; ++i) {
    read_rows(*reader, i);
    read_indexes(*reader, i);
  }
  return 0;
}
