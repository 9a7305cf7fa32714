#include "parquet/thrift_compact_reader.h"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

struct Leaflet {
  std::int32_t number = 0;
};
template <typename Archive>
void describe(Archive& archive, IsA<Leaflet> auto& leaflet) {
  archive.field(3, leaflet.number);
}

struct Booklet {
  bool yes = false;
  std::optional<std::int64_t> absent;
  std::vector<Leaflet> leaflets;
  std::vector<std::string> texts;
  std::vector<bool> flags;
  std::int8_t small = 0;
};
template <typename Archive>
void describe(Archive& archive, IsA<Booklet> auto& booklet) {
  archive.field(1, booklet.yes);
  archive.field(3, booklet.absent);
  archive.list_field(41, booklet.leaflets);
  archive.list_field(42, booklet.texts);
  archive.list_field(43, booklet.flags);
  archive.field_with_default(44, booklet.small);
}

namespace {

template <typename T>
Result<T> read(std::initializer_list<int> numbers) {
  ByteBuffer bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  CompactReader reader(bytes.span());
  T value;
  reader.structure(value);
  if (!reader.failure().empty()) return fail(ErrorKind::CorruptInput, std::string(reader.failure()));
  EXPECT_EQ(reader.position(), bytes.size());
  return value;
}

template <typename T>
std::string failure(std::initializer_list<int> numbers) {
  const auto value = read<T>(numbers);
  return value ? "" : value.error().message();
}

TEST(CompactReader, What_is_written_is_read) {
  Booklet booklet{.yes = true, .absent = -5, .leaflets = {{1}, {-300}}, .texts = {"", "ab"}, .small = -2};
  booklet.texts.resize(100, "x");
  booklet.flags = {true, false, true};
  ByteBuffer bytes;
  CompactWriter(bytes).structure(booklet);
  CompactReader reader(bytes.span());
  Booklet found;
  reader.structure(found);
  EXPECT_EQ(reader.failure(), "");
  EXPECT_EQ(found.yes, booklet.yes);
  EXPECT_EQ(found.absent, booklet.absent);
  ASSERT_EQ(found.leaflets.size(), 2U);
  EXPECT_EQ(found.leaflets[1].number, -300);
  EXPECT_EQ(found.texts, booklet.texts);
  EXPECT_EQ(found.flags, booklet.flags);
  EXPECT_EQ(found.small, -2);
  // Cut anywhere, it isn't one.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CompactReader cut(bytes.span().first(size));
    cut.structure(found);
    EXPECT_NE(cut.failure(), "") << size;
  }
}

TEST(CompactReader, Fields_come_in_any_order_and_the_last_of_two_counts) {
  EXPECT_EQ(read<Booklet>({0x06, 6, 8, 0x01, 2, 0x06, 6, 10, 0})->absent, 5);
}

TEST(CompactReader, Fields_that_are_not_described_are_skipped) {
  const auto read_with = [](std::initializer_list<int> field) {
    std::vector<int> numbers = {0x11};  // field 1, true
    numbers.insert(numbers.end(), field);
    numbers.push_back(0);
    ByteBuffer bytes;
    for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
    CompactReader reader(bytes.span());
    Booklet booklet;
    reader.structure(booklet);
    return std::string(reader.failure());
  };
  EXPECT_EQ(read_with({0x11}), "") << "a boolean";
  EXPECT_EQ(read_with({0x13, 0xFF}), "") << "a byte";
  EXPECT_EQ(read_with({0x15, 0x80, 0x01}), "") << "a number";
  EXPECT_EQ(read_with({0x17, 1, 2, 3, 4, 5, 6, 7, 8}), "") << "a double";
  EXPECT_EQ(read_with({0x18, 2, 'a', 'b'}), "") << "a text";
  EXPECT_EQ(read_with({0x19, 0x21, 1, 2}), "") << "a list of booleans";
  EXPECT_EQ(read_with({0x1A, 0x15, 9}), "") << "a set";
  EXPECT_EQ(read_with({0x1B, 0}), "") << "a map without entries";
  EXPECT_EQ(read_with({0x1B, 1, 0x85, 1, 'k', 7}), "") << "a map";
  EXPECT_EQ(read_with({0x1C, 0x15, 9, 0x1C, 0, 0}), "") << "structs";
  EXPECT_EQ(read_with({0x1D, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), "") << "a UUID";
  EXPECT_EQ(read_with({0x1E}), "a field has a type that Thrift doesn't have");
}

TEST(CompactReader, A_field_of_another_type_is_a_failure) {
  EXPECT_EQ(failure<Booklet>({0x15, 2, 0}), "a field has another type than its own");
  EXPECT_EQ(failure<Booklet>({0x11, 0x09, 82, 0x15, 1, 0}),
            "a list has elements of another type than its own");
  EXPECT_EQ(failure<Booklet>({0x11, 0x09, 82, 0x00, 0}), "") << "an empty list has none";
}

TEST(CompactReader, A_field_that_has_to_be_there_is_missed) {
  EXPECT_EQ(failure<Booklet>({0}), "field 1 of a struct is missing");
  EXPECT_EQ(failure<Booklet>({0x11, 0x09, 82, 0x1C, 0, 0}), "field 3 of a struct is missing");
}

TEST(CompactReader, Lengths_beyond_the_end_are_a_failure_before_memory_is_taken) {
  EXPECT_EQ(failure<Booklet>({0x11, 0x09, 84, 0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}),
            "a list is longer than what is left");
  EXPECT_EQ(failure<Booklet>({0x11, 0x09, 84, 0x18, 0xFF, 0xFF, 0xFF, 0x7F}),
            "a text is longer than what is left");
  EXPECT_EQ(failure<Booklet>({0x11, 0x18, 0xFF, 0xFF, 0xFF, 0x7F}), "a text is longer than what is left");
}

TEST(CompactReader, Numbers_out_of_range_are_a_failure) {
  EXPECT_EQ(failure<Leaflet>({0x35, 0x80, 0x80, 0x80, 0x80, 0x10, 0}), "a number is out of its type's range");
  EXPECT_EQ(failure<Leaflet>({0x35, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0}),
            "a number has too many bytes");
}

TEST(CompactReader, Structs_within_each_other_have_an_end) {
  ByteBuffer bytes;
  for (int i = 0; i < 100'000; ++i) bytes.push_back(std::byte{0x2C});
  CompactReader reader(bytes.span());
  Booklet booklet;
  reader.structure(booklet);
  EXPECT_EQ(reader.failure(), "structs lie too deep within each other");
}

TEST(Metadata, What_is_written_is_parsed) {
  const std::vector<SchemaElement> schema = {
      {.name = "schema", .num_children = 3},
      {.type = PhysicalType::Int64,
       .repetition = Repetition::Optional,
       .name = "when",
       .logical_type = LogicalType{.kind = LogicalKind::Timestamp, .utc = true}},
      {.type = PhysicalType::FixedLenByteArray,
       .type_length = 9,
       .repetition = Repetition::Required,
       .name = "price",
       .logical_type = LogicalType{.kind = LogicalKind::Decimal, .precision = 20, .scale = 4}},
      {.type = PhysicalType::Int32,
       .repetition = Repetition::Required,
       .name = "small",
       .logical_type = LogicalType{.kind = LogicalKind::Integer, .bit_width = 16}}};
  ByteBuffer bytes;
  serialize(FileMetaData{.schema = schema,
                         .num_rows = 12,
                         .key_value_metadata = {{.key = "k", .value = "v"}, {.key = "only"}},
                         .created_by = "a test",
                         .column_orders = std::vector<ColumnOrder>(3, ColumnOrder::TypeDefined)},
            bytes);
  FileMetaData metadata;
  EXPECT_EQ(*parse(bytes.span(), metadata), bytes.size());
  EXPECT_EQ(metadata.schema, schema);
  EXPECT_EQ(metadata.num_rows, 12);
  EXPECT_EQ(metadata.key_value_metadata.at(0).value, "v");
  EXPECT_EQ(metadata.key_value_metadata.at(1).value, std::nullopt);
  EXPECT_EQ(metadata.created_by, "a test");
  EXPECT_EQ(metadata.column_orders, std::vector<ColumnOrder>(3, ColumnOrder::TypeDefined));

  bytes.clear();
  serialize(BloomFilterHeader{.num_bytes = 64}, bytes);
  BloomFilterHeader filter;
  EXPECT_EQ(*parse(bytes.span(), filter), bytes.size());
  EXPECT_EQ(filter.num_bytes, 64);
  bytes[4] = std::byte{0x2C};  // another algorithm
  EXPECT_EQ(parse(bytes.span(), filter).error().kind(), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace pg2athena::parquet
