// For tests: Parquet files of which every page is made by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

inline std::string bytes_text(std::initializer_list<int> numbers) {
  std::string bytes;
  for (const int number : numbers) bytes += static_cast<char>(static_cast<unsigned char>(number));
  return bytes;
}

struct TestPage {
  PageHeader header;
  std::string content;
};

// Sizes are set where they are 0.
inline TestPage page_v1(int num_values, Encoding encoding, std::string content) {
  return {.header = {.type = PageType::DataPage,
                     .data_page_header = DataPageHeader{.num_values = num_values, .encoding = encoding}},
          .content = std::move(content)};
}
inline TestPage page_v2(DataPageHeaderV2 header, std::string content) {
  return {.header = {.type = PageType::DataPageV2, .data_page_header_v2 = header},
          .content = std::move(content)};
}
inline TestPage dictionary_page(int num_values, std::string content) {
  return {.header = {.type = PageType::DictionaryPage,
                     .dictionary_page_header = DictionaryPageHeader{.num_values = num_values}},
          .content = std::move(content)};
}

struct TestChunk {
  std::vector<std::string> path;
  PhysicalType type = PhysicalType::Int32;
  std::vector<TestPage> pages;
  std::int64_t num_values = 0;
  Codec codec = Codec::Uncompressed;
};

// A file of one row group. The schema is without its root.
inline std::string file_of(std::vector<SchemaElement> schema, int columns, std::int64_t rows,
                           const std::vector<TestChunk>& chunks) {
  schema.insert(schema.begin(), SchemaElement{.name = "schema", .num_children = columns});
  ByteBuffer file;
  file.append(as_bytes("PAR1"));
  RowGroup row_group{.num_rows = rows};
  for (const TestChunk& chunk : chunks) {
    ColumnMetaData metadata{.type = chunk.type,
                            .path_in_schema = chunk.path,
                            .codec = chunk.codec,
                            .num_values = chunk.num_values,
                            .data_page_offset = static_cast<std::int64_t>(file.size())};
    for (const TestPage& page : chunk.pages) {
      PageHeader header = page.header;
      const auto size = static_cast<std::int32_t>(page.content.size());
      if (header.compressed_page_size == 0) header.compressed_page_size = size;
      if (header.uncompressed_page_size == 0) header.uncompressed_page_size = size;
      serialize(header, file);
      file.append(as_bytes(page.content));
    }
    metadata.total_compressed_size = static_cast<std::int64_t>(file.size()) - metadata.data_page_offset;
    row_group.columns.push_back({.meta_data = std::move(metadata)});
  }
  const std::size_t footer = file.size();
  serialize(FileMetaData{.schema = std::move(schema), .num_rows = rows, .row_groups = {std::move(row_group)}},
            file);
  append_le(file, static_cast<std::uint32_t>(file.size() - footer));
  file.append(as_bytes("PAR1"));
  return std::string(as_text(file.span()));
}

}  // namespace pg2athena::parquet
