#include "random_cases.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "case_values.h"
#include "parquet/schema_mapping.h"
#include "random_values.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

// So that thousands of files can be looked at.
constexpr std::size_t kMostValues = 30'000;
constexpr std::size_t kManyRows = 2'000;
constexpr std::size_t kHugeText = 10'000'000;

// Different from each other in any case, for readers that don't tell A from a.
std::string any_name(std::size_t index, Random& random) {
  const auto* const start = random.one_of<const char*>(
      {"a",           "b",        "c",           "UPPER",   "größe",   "列",         "имя",
       "with space",  "quo\"te",  "apo'strophe", "dot.ted", "comma,",  "semi;colon", "😀",
       "back\\slash", "percent%", "key",         "value",   "element", "list"});
  return fmt::format("{}{}", start, index);
}

Type any_scalar(Random& random) {
  if (random.percent(20)) {
    const int precision = 1 + static_cast<int>(random.below(38));
    return Type::decimal(precision,
                         static_cast<int>(random.below(static_cast<std::uint64_t>(precision) + 1)));
  }
  const std::vector<Type> types = scalar_types();
  return types[random.below(types.size())];
}

// Readers know no map as a key of a map.
Type any_key(Random& random) {
  if (random.percent(85)) return any_scalar(random);
  if (random.percent(50)) return Type::list(any_scalar(random), random.percent(50));
  return Type::structure({{.name = "k0", .type = any_scalar(random), .nullable = random.percent(50)},
                          {.name = "k1", .type = any_scalar(random), .nullable = false}});
}

Type any_type(int depth, Random& random) {
  if (depth == 0 || random.percent(25)) return any_scalar(random);
  switch (random.below(3)) {
    case 0: {
      Type element = any_type(depth - 1, random);
      return Type::list(std::move(element), random.percent(60));
    }
    case 1: {
      Type key = any_key(random);
      Type value = any_type(depth - 1, random);
      return Type::map(std::move(key), std::move(value), random.percent(60));
    }
    default: {
      std::vector<Field> fields;
      const std::uint64_t count = 1 + random.below(3);
      for (std::size_t i = 0; i < count; ++i) {
        std::string name = any_name(i, random);
        Type type = any_type(depth - 1, random);
        fields.push_back({.name = std::move(name), .type = std::move(type), .nullable = random.percent(60)});
      }
      return Type::structure(std::move(fields));
    }
  }
}

Schema any_schema(Random& random) {
  // A third of the files is flat.
  const int depth = random.percent(33) ? 0 : 1 + static_cast<int>(random.below(4));
  Schema schema;
  const std::uint64_t count = 1 + random.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = any_name(i, random);
    Type type = any_type(depth, random);
    schema.fields.push_back(
        {.name = std::move(name), .type = std::move(type), .nullable = random.percent(60)});
  }
  return schema;
}

Encoding any_encoding(PhysicalType type, Random& random) {
  switch (type) {
    case PhysicalType::Boolean:
      return random.one_of({Encoding::Plain, Encoding::Rle});
    case PhysicalType::Int32:
    case PhysicalType::Int64:
      return random.one_of({Encoding::Plain, Encoding::RleDictionary, Encoding::DeltaBinaryPacked});
    case PhysicalType::Float:
    case PhysicalType::Double:
      return random.one_of({Encoding::Plain, Encoding::RleDictionary, Encoding::ByteStreamSplit});
    case PhysicalType::ByteArray:
      return random.one_of({Encoding::Plain, Encoding::RleDictionary, Encoding::DeltaLengthByteArray});
    case PhysicalType::FixedLenByteArray:
      return random.one_of({Encoding::Plain, Encoding::RleDictionary});
  }
  return Encoding::Plain;
}

void choose_codec(WriterOptions& options, Random& random) {
  options.compression = random.one_of(
      {Compression::None, Compression::Snappy, Compression::Zstd, Compression::Gzip, Compression::Lz4Raw});
  // The profile Athena is for readers that don't have it.
  if (options.profile == Profile::Athena && options.compression == Compression::Lz4Raw) {
    options.compression = Compression::Zstd;
  }
  const bool has_levels =
      options.compression == Compression::Zstd || options.compression == Compression::Gzip;
  if (has_levels && random.percent(50)) options.compression_level = 1 + static_cast<int>(random.below(9));
}

void choose_columns(WriterOptions& options, const Schema& schema, Random& random) {
  const MappedSchema mapped = map_schema(schema).value();
  for (const Leaf& leaf : mapped.leaves) {
    if (random.percent(60)) continue;
    ColumnOptions column{.path = leaf.dotted_path()};
    if (random.percent(70)) column.encoding = any_encoding(leaf.physical, random);
    column.bloom_filter = leaf.physical != PhysicalType::Boolean && random.percent(40);
    options.columns.push_back(std::move(column));
  }
  // Whether the rows came in this order or not.
  for (std::size_t i = 0; i < mapped.leaves.size(); ++i) {
    if (!mapped.leaves[i].steps.empty() || !random.percent(15)) continue;
    options.sorting_columns.push_back({.column_idx = static_cast<std::int32_t>(i),
                                       .descending = random.percent(20),
                                       .nulls_first = random.percent(50)});
  }
}

WriterOptions any_options(const Schema& schema, bool many_rows, Random& random) {
  WriterOptions options;
  options.profile = random.one_of({Profile::Athena, Profile::Modern});
  choose_codec(options, random);
  constexpr std::size_t kDefaultBytes = std::size_t{1} << 20U;
  if (many_rows) {
    options.row_group_bytes = random.one_of<std::size_t>({20'000, kDefaultBytes, kDefaultBytes});
    options.page_rows = random.one_of<std::size_t>({100, 1'000, 20'000});
    options.page_bytes = random.one_of<std::size_t>({1'000, 65'536, kDefaultBytes});
  } else {
    options.row_group_bytes = random.one_of<std::size_t>({1'000, 20'000, kDefaultBytes, kDefaultBytes});
    options.page_rows = random.one_of<std::size_t>({1, 3, 8, 100, 20'000});
    options.page_bytes = random.one_of<std::size_t>({1, 50, 1'000, kDefaultBytes, kDefaultBytes});
  }
  if (random.percent(10)) options.memory_bytes = 300'000;
  options.dictionary_bytes = random.one_of<std::size_t>({0, 100, kDefaultBytes, kDefaultBytes});
  if (random.percent(60)) options.page_index = random.percent(50);
  choose_columns(options, schema, random);
  return options;
}

}  // namespace

FileCase random_case(std::uint64_t seed) {
  Random random(mix(seed));
  const bool huge = random.percent(2);
  Schema schema = any_schema(random);
  if (huge) schema.fields.push_back({.name = "huge", .type = Type::of(TypeId::String), .nullable = true});
  const std::size_t rows =
      huge ? 5 : random.one_of<std::size_t>({0, 1, 2, 9, 100, 100, 1'000, 1'000, 1'000, 5'000, 20'000});

  FileCase file;
  file.name = fmt::format("random_{}", seed);
  std::vector<RandomValues> makers;
  std::vector<std::shared_ptr<std::vector<Value>>> values;
  for (const Field& field : schema.fields) {
    makers.emplace_back(field, random);
    values.push_back(std::make_shared<std::vector<Value>>());
    file.columns.push_back({field, [made = values.back()](std::size_t row) { return (*made)[row]; }});
  }
  for (std::size_t made = 0; file.rows < rows && made < kMostValues; ++file.rows) {
    made = 0;
    for (std::size_t i = 0; i < makers.size(); ++i) {
      const bool fill = huge && i + 1 == makers.size() && file.rows == 2;
      values[i]->push_back(fill ? Value(wide_text(seed, kHugeText)) : makers[i].next(random));
      made += makers[i].made();
    }
  }
  file.options = any_options(schema, file.rows > kManyRows, random);
  file.batch_rows = random.one_of<std::size_t>({7, 100, 1'000, 50'000});
  return file;
}

}  // namespace pg2athena::parquet
