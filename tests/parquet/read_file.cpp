// Prints what our reader finds in Parquet files, for test_our_reader.py:
//
//   parquet_read_file [--batch-rows N] FILE …
//
// A line of JSON for each file: {"columns": [[name, type], …], "rows": [[value, …], …], "row_groups": [...]},
// or {"error": kind, "message": text}. Numbers that JSON can't hold exactly are text: decimals, and 64 bits.
// Floating point is the text of its bits in hexadecimal, binary values are hexadecimal, maps are lists of
// entries, structs are lists of fields.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "parquet/file_reader.h"
#include "parquet/memory_source.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;
using columnar::TypeId;
using nlohmann::json;

std::string hexadecimal(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

json number_of(const Column& column, std::size_t slot) {
  switch (column.type.storage()) {
    case columnar::Storage::Byte:
      return column.fixed<std::uint8_t>()[slot] != 0;
    case columnar::Storage::Int32:
      if (column.type.id == TypeId::Decimal) {
        return format_decimal(column.fixed<std::int32_t>()[slot], column.type.scale);
      }
      return column.fixed<std::int32_t>()[slot];
    case columnar::Storage::Int64:
      if (column.type.id == TypeId::Decimal) {
        return format_decimal(column.fixed<std::int64_t>()[slot], column.type.scale);
      }
      return std::to_string(column.fixed<std::int64_t>()[slot]);
    case columnar::Storage::Int128: {
      Int128 wide = 0;
      std::memcpy(&wide, column.values.data() + slot * sizeof wide, sizeof wide);
      return format_decimal(wide, column.type.scale);
    }
    case columnar::Storage::Float:
      return fmt::format("{:08x}", std::bit_cast<std::uint32_t>(column.fixed<float>()[slot]));
    case columnar::Storage::Double:
      return fmt::format("{:016x}", std::bit_cast<std::uint64_t>(column.fixed<double>()[slot]));
    default:
      return nullptr;
  }
}

json value_of(const Column& column, std::size_t slot) {
  if (column.is_null(slot)) return nullptr;
  switch (column.type.id) {
    case TypeId::String:
      return std::string(as_text(column.bytes(slot)));
    case TypeId::Binary:
      return hexadecimal(column.bytes(slot));
    case TypeId::List:
    case TypeId::Map: {
      json list = json::array();
      for (std::size_t i = column.offsets[slot]; i < column.offsets[slot + 1]; ++i) {
        list.push_back(value_of(column.children[0], i));
      }
      return list;
    }
    case TypeId::Struct: {
      json fields = json::array();
      for (const Column& child : column.children) fields.push_back(value_of(child, slot));
      return fields;
    }
    default:
      return number_of(column, slot);
  }
}

// Which indexes and filters a row group's chunks have, and of how many pages.
Result<json> indexes_of(const FileReader& reader, std::size_t row_group) {
  json chunks = json::array();
  for (std::size_t leaf = 0; leaf < reader.leaves().size(); ++leaf) {
    PG2ATHENA_ASSIGN(const auto offsets, reader.offset_index(row_group, leaf));
    PG2ATHENA_ASSIGN(const auto columns, reader.column_index(row_group, leaf));
    PG2ATHENA_ASSIGN(const auto filter, reader.bloom_filter(row_group, leaf));
    json chunk = {{"path", reader.leaves()[leaf].dotted_path()}};
    if (offsets) chunk["pages"] = offsets->page_locations.size();
    if (columns) chunk["null_pages"] = columns->null_pages;
    if (columns) chunk["null_counts"] = columns->null_counts;
    if (filter) chunk["bloom_filter_bytes"] = filter->size_bytes();
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

Result<json> content_of(ByteSource& source, std::size_t batch_rows) {
  PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source));
  json columns = json::array();
  for (const auto& field : reader.schema().fields) columns.push_back({field.name, hive_name(field.type)});
  json rows = json::array();
  json row_groups = json::array();
  columnar::Batch batch(reader.schema());
  for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
    PG2ATHENA_ASSIGN(RowGroupReader row_group, reader.row_group(i));
    for (;;) {
      PG2ATHENA_ASSIGN(const std::size_t count, row_group.read(batch, batch_rows));
      if (count == 0) break;
      for (std::size_t row = 0; row < count; ++row) {
        json values = json::array();
        for (const Column& column : batch.columns) values.push_back(value_of(column, row));
        rows.push_back(std::move(values));
      }
    }
    PG2ATHENA_ASSIGN(json indexes, indexes_of(reader, i));
    row_groups.push_back(std::move(indexes));
  }
  return json{{"columns", columns}, {"rows", rows}, {"row_groups", row_groups}};
}

json outcome_of(const std::string& path, std::size_t batch_rows) {
  std::ifstream file(path, std::ios::binary);
  MemorySource source(std::string(std::istreambuf_iterator<char>(file), {}));
  auto content = content_of(source, batch_rows);
  if (!content) {
    return {{"error", std::string(to_string(content.error().kind()))},
            {"message", content.error().describe()}};
  }
  return *std::move(content);
}

}  // namespace
}  // namespace pg2athena::parquet

int main(int argc, char** argv) try {
  std::size_t batch_rows = 1000;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--batch-rows" && i + 1 < argc) {
      batch_rows = std::stoul(argv[++i]);
      continue;
    }
    const auto outcome = pg2athena::parquet::outcome_of(argv[i], batch_rows);
    std::cout << outcome.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
