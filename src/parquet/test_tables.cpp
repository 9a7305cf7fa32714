#include "parquet/test_tables.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/int128.h"
#include "parquet/encoding_choice.h"
#include "parquet/file_reader.h"
#include "parquet/file_writer.h"
#include "parquet/memory_source.h"
#include "parquet/schema_mapping.h"
#include "parquet/test_columns.h"
#include "parquet/test_equality.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;
using columnar::Field;
using columnar::Storage;
using columnar::Type;
using columnar::TypeId;

Type any_scalar(Choices& choices) {
  switch (choices.below(13)) {
    case 0:
      return Type::of(TypeId::Boolean);
    case 1:
      return Type::of(TypeId::Int16);
    case 2:
      return Type::of(TypeId::Int32);
    case 3:
      return Type::of(TypeId::Int64);
    case 4:
      return Type::of(TypeId::Float32);
    case 5:
      return Type::of(TypeId::Float64);
    case 6: {
      const int precision = 1 + static_cast<int>(choices.below(kMaxDecimalDigits));
      return Type::decimal(precision,
                           static_cast<int>(choices.below(static_cast<std::size_t>(precision) + 1)));
    }
    case 7:
      return Type::of(TypeId::Date);
    case 8:
      return Type::timestamp(choices.one_in(2));
    case 9:
      return Type::of(TypeId::Time);
    case 10:
      return Type::of(TypeId::Binary);
    default:
      return Type::of(TypeId::String);
  }
}

Field any_field(Choices& choices, std::string name, std::size_t depth);

Type any_type(Choices& choices, std::size_t depth) {
  if (depth == 0 || !choices.one_in(3)) return any_scalar(choices);
  const std::size_t kind = choices.below(3);
  Type type = Type::of(kind == 0 ? TypeId::List : kind == 1 ? TypeId::Map : TypeId::Struct);
  if (kind == 0) {
    type.children.push_back(any_field(choices, "element", depth - 1));
  } else if (kind == 1) {
    Field key = any_field(choices, "key", 0);
    key.nullable = false;
    type.children.push_back(std::move(key));
    type.children.push_back(any_field(choices, "value", depth - 1));
  } else {
    const std::size_t fields = 1 + choices.below(3);
    for (std::size_t i = 0; i < fields; ++i) {
      type.children.push_back(any_field(choices, fmt::format("f{}", i), depth - 1));
    }
  }
  return type;
}

Field any_field(Choices& choices, std::string name, std::size_t depth) {
  return {.name = std::move(name), .type = any_type(choices, depth), .nullable = choices.one_in(2)};
}

// Few different numbers, small ones, and any.
std::int64_t any_number(Choices& choices) {
  switch (choices.below(4)) {
    case 0:
      return static_cast<std::int64_t>(choices.below(3));
    case 1:
      return static_cast<std::int8_t>(choices.byte());
    case 2:
      return static_cast<std::int16_t>(choices.bits(2));
    default:
      return static_cast<std::int64_t>(choices.bits(8));
  }
}

Value any_decimal(Choices& choices, int precision) {
  Int128 number = any_number(choices);
  if (choices.one_in(4)) number = (number << 64U) + any_number(choices);
  return number % power_of_ten(precision);
}

Value any_value(Choices& choices, const Type& type, bool nullable) {
  if (nullable && choices.one_in(4)) return Null{};
  switch (type.id) {
    case TypeId::Boolean:
      return choices.one_in(2);
    case TypeId::Int16:
      return std::int64_t{static_cast<std::int16_t>(any_number(choices))};
    case TypeId::Float32:
    case TypeId::Float64:
      return static_cast<double>(any_number(choices)) / 4;
    case TypeId::Decimal:
      return any_decimal(choices, type.precision);
    case TypeId::String:
    case TypeId::Binary: {
      std::string text(choices.below(choices.one_in(8) ? 100 : 6), 'a');
      for (char& c : text) c = static_cast<char>('a' + choices.below(4));
      return text;
    }
    case TypeId::List:
    case TypeId::Map: {
      std::vector<Value> list;
      const std::size_t length = choices.below(choices.one_in(16) ? 40 : 4);
      for (std::size_t i = 0; i < length; ++i) {
        if (type.id == TypeId::List) {
          list.push_back(any_value(choices, type.children[0].type, type.children[0].nullable));
          continue;
        }
        std::vector<Value> entry;
        for (const Field& field : type.children)
          entry.push_back(any_value(choices, field.type, field.nullable));
        list.emplace_back(std::move(entry));
      }
      return list;
    }
    case TypeId::Struct: {
      std::vector<Value> record;
      for (const Field& field : type.children)
        record.push_back(any_value(choices, field.type, field.nullable));
      return record;
    }
    default:
      return any_number(choices);
  }
}

void fill(Choices& choices, const Field& field, std::size_t rows, Column& column) {
  while (column.length < rows) {
    const Value value = any_value(choices, field.type, field.nullable);
    const std::size_t run = choices.one_in(6) ? 1 + choices.below(64) : 1;
    for (std::size_t i = 0; i < run && column.length < rows; ++i) append(column, value);
  }
}

template <typename T, std::size_t Count>
T one_of(Choices& choices, const std::array<T, Count>& values) {
  return values[choices.below(Count)];
}

void choose_columns(Choices& choices, const MappedSchema& mapped, WriterOptions& options) {
  for (std::size_t i = 0; i < mapped.leaves.size(); ++i) {
    const Leaf& leaf = mapped.leaves[i];
    ColumnOptions column{.path = leaf.dotted_path()};
    const auto encodings = encodings_of(leaf.physical);
    const std::size_t encoding = choices.below(encodings.size() + 2);
    if (encoding < encodings.size()) column.encoding = encodings[encoding];
    column.bloom_filter = leaf.physical != PhysicalType::Boolean && choices.one_in(4);
    options.columns.push_back(std::move(column));
    if (leaf.path.size() == 1 && choices.one_in(4)) {
      options.sorting_columns.push_back({.column_idx = static_cast<std::int32_t>(i),
                                         .descending = choices.one_in(2),
                                         .nulls_first = choices.one_in(2)});
    }
  }
}

WriterOptions any_options(Choices& choices, const columnar::Schema& schema) {
  WriterOptions options;
  options.profile = choices.one_in(2) ? Profile::Modern : Profile::Athena;
  options.compression =
      one_of<Compression>(choices, std::array{Compression::None, Compression::Snappy, Compression::Zstd,
                                              Compression::Gzip, Compression::Lz4Raw});
  options.page_rows = one_of<std::size_t>(choices, std::array<std::size_t, 4>{1, 7, 100, 20'000});
  options.page_bytes = one_of<std::size_t>(choices, std::array<std::size_t, 4>{1, 40, 1000, 1U << 20U});
  options.dictionary_bytes = one_of<std::size_t>(choices, std::array<std::size_t, 4>{0, 20, 300, 1U << 20U});
  options.row_group_bytes = one_of<std::size_t>(choices, std::array<std::size_t, 3>{200, 5000, 1U << 27U});
  if (choices.one_in(2)) options.page_index = choices.one_in(2);
  if (const auto mapped = map_schema(schema)) choose_columns(choices, *mapped, options);
  return options;
}

// Appends rows [begin, end) of `from`.
void append_rows(const Column& from, std::size_t begin, std::size_t end, Column& to) {
  const std::size_t width = from.type.width();
  for (std::size_t i = begin; i < end; ++i) {
    if (width != 0) to.values.append(from.values.data() + i * width, width);
    if (from.type.storage() == Storage::Bytes) {
      to.values.append(from.bytes(i));
      to.offsets.push_back(static_cast<std::uint32_t>(to.values.size()));
    }
    if (from.type.storage() == Storage::List) {
      append_rows(from.children[0], from.offsets[i], from.offsets[i + 1], to.children[0]);
      to.offsets.push_back(static_cast<std::uint32_t>(to.children[0].length));
    }
    if (from.nullable) to.validity.push_back(!from.is_null(i));
    to.null_count += from.is_null(i) ? 1U : 0U;
    ++to.length;
  }
  if (from.type.storage() != Storage::Struct) return;
  for (std::size_t i = 0; i < from.children.size(); ++i)
    append_rows(from.children[i], begin, end, to.children[i]);
}

// What a Bloom filter denies though rows [begin, …) of the file have it. Of columns whose values lie in
// memory as in the file.
std::string denied(const BloomFilterReader& filter, const ReadLeaf& leaf, const columnar::Batch& batch) {
  if (leaf.steps.size() != 1 || leaf.physical == PhysicalType::FixedLenByteArray) return "";
  const Column& column = batch.columns[leaf.steps[0].child];
  const std::size_t width = column.type.width();
  for (std::size_t i = 0; i < column.length; ++i) {
    if (column.is_null(i)) continue;
    const auto value = width == 0 ? column.bytes(i) : column.values.span().subspan(i * width, width);
    if (!filter.might_contain(value))
      return fmt::format("a Bloom filter denies row {} of {}", i, leaf.dotted_path());
  }
  return "";
}

// What is wrong with a row group's indexes.
Result<std::string> check_indexes(const FileReader& reader, std::size_t row_group, bool expected) {
  for (std::size_t leaf = 0; leaf < reader.leaves().size(); ++leaf) {
    PG2ATHENA_ASSIGN(const auto offsets, reader.offset_index(row_group, leaf));
    PG2ATHENA_ASSIGN(const auto columns, reader.column_index(row_group, leaf));
    if (offsets.has_value() != expected) return "an offset index that is there, or isn't";
    if (!columns) continue;
    if (!offsets || columns->null_pages.size() != offsets->page_locations.size())
      return "indexes of other pages";
  }
  return "";
}

// Reads a row group, and compares it with the rows from `begin` on; advances `begin`.
Result<std::string> check_row_group(const FileReader& reader, std::size_t index, const TestTable& table,
                                    std::size_t& begin) {
  PG2ATHENA_ASSIGN(RowGroupReader row_group, reader.row_group(index));
  std::vector<std::optional<BloomFilterReader>> filters;
  for (std::size_t leaf = 0; leaf < reader.leaves().size(); ++leaf) {
    PG2ATHENA_ASSIGN(auto filter, reader.bloom_filter(index, leaf));
    filters.push_back(std::move(filter));
  }
  columnar::Batch batch(reader.schema());
  for (;;) {
    PG2ATHENA_ASSIGN(const std::size_t rows, row_group.read(batch, table.read_rows));
    if (rows == 0) return "";
    if (rows != batch.rows() || begin + rows > table.rows.rows()) return "other rows than were written";
    for (const Column& column : batch.columns) {
      if (const std::string broken = broken_layout(column); !broken.empty()) return "the layout: " + broken;
    }
    if (std::string different = difference(table.rows, begin, batch); !different.empty()) return different;
    for (std::size_t leaf = 0; leaf < filters.size(); ++leaf) {
      if (!filters[leaf]) continue;
      if (std::string why = denied(*filters[leaf], reader.leaves()[leaf], batch); !why.empty()) return why;
    }
    begin += rows;
  }
}

Result<std::string> read_back(const TestTable& table, std::string content) {
  MemorySource source(std::move(content));
  PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source));
  if (reader.schema() != table.schema) return "another schema than was written";
  std::size_t begin = 0;
  const bool indexes = writes_page_index(table.options);
  for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
    PG2ATHENA_ASSIGN(std::string wrong, check_row_group(reader, i, table, begin));
    if (wrong.empty()) {
      PG2ATHENA_ASSIGN(wrong, check_indexes(reader, i, indexes));
    }
    if (!wrong.empty()) return wrong;
  }
  return begin == table.rows.rows() ? "" : "fewer rows than were written";
}

}  // namespace

TestTable table_of(Choices& choices) {
  columnar::Schema schema;
  const std::size_t columns = 1 + choices.below(3);
  for (std::size_t i = 0; i < columns; ++i)
    schema.fields.push_back(any_field(choices, fmt::format("c{}", i), 3));
  WriterOptions options = any_options(choices, schema);
  const std::size_t rows = choices.one_in(3) ? choices.bits(2) % 600 : choices.below(20);
  const std::size_t write_rows = 1 + choices.byte();
  const std::size_t read_rows = 1 + choices.byte();
  columnar::Batch batch(schema);
  for (std::size_t i = 0; i < columns; ++i) fill(choices, schema.fields[i], rows, batch.columns[i]);
  return {.schema = std::move(schema),
          .rows = std::move(batch),
          .options = std::move(options),
          .write_rows = write_rows,
          .read_rows = read_rows};
}

Result<std::string> written(const TestTable& table) {
  MemorySink sink;
  PG2ATHENA_ASSIGN(FileWriter writer, FileWriter::open(sink, table.schema, table.options));
  columnar::Batch part(table.schema);
  for (std::size_t begin = 0; begin < table.rows.rows(); begin += table.write_rows) {
    const std::size_t end = std::min(begin + table.write_rows, table.rows.rows());
    part.clear();
    for (std::size_t i = 0; i < part.columns.size(); ++i) {
      append_rows(table.rows.columns[i], begin, end, part.columns[i]);
    }
    PG2ATHENA_TRY(writer.write(part));
  }
  PG2ATHENA_TRY(writer.close());
  return std::move(sink.content);
}

std::string round_trip(const TestTable& table) {
  auto content = written(table);
  if (!content) return content.error().describe();
  auto wrong = read_back(table, *std::move(content));
  return wrong ? *wrong : wrong.error().describe();
}

}  // namespace pg2athena::parquet
