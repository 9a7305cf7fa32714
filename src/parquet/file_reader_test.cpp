// Files made by hand: corner cases of the format, and files that lie.
#include "parquet/file_reader.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "parquet/file_writer.h"
#include "parquet/memory_source.h"
#include "parquet/test_columns.h"
#include "parquet/test_equality.h"
#include "parquet/test_files.h"

namespace pg2athena::parquet {
namespace {

using columnar::Batch;

const SchemaElement kRequired{.type = PhysicalType::Int32, .repetition = Repetition::Required, .name = "a"};
const SchemaElement kOptional{.type = PhysicalType::Int32, .repetition = Repetition::Optional, .name = "a"};
const SchemaElement kRepeated{.type = PhysicalType::Int32, .repetition = Repetition::Repeated, .name = "a"};

struct Read {
  columnar::Schema schema;
  std::vector<Batch> batches;

  // As text: "1 NULL [2 3]".
  std::string values() const;
};

std::string text_of(const columnar::Column& column, std::size_t slot) {
  if (column.is_null(slot)) return "NULL";
  switch (column.type.storage()) {
    case columnar::Storage::Bytes:
      return std::string(as_text(column.bytes(slot)));
    case columnar::Storage::List: {
      std::string text;
      for (std::size_t i = column.offsets[slot]; i < column.offsets[slot + 1]; ++i) {
        text += (text.empty() ? "" : " ") + text_of(column.children[0], i);
      }
      return "[" + text + "]";
    }
    case columnar::Storage::Struct: {
      std::string text;
      for (const columnar::Column& child : column.children) {
        text += (text.empty() ? "" : " ") + text_of(child, slot);
      }
      return "{" + text + "}";
    }
    case columnar::Storage::Int64:
      return std::to_string(column.fixed<std::int64_t>()[slot]);
    default:
      return std::to_string(column.fixed<std::int32_t>()[slot]);
  }
}

std::string Read::values() const {
  std::string text;
  for (const Batch& batch : batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      for (const columnar::Column& column : batch.columns) {
        if (!text.empty()) text += ' ';
        text += text_of(column, row);
      }
    }
  }
  return text;
}

Result<Read> read(const std::string& file, std::size_t most_rows = 2, const ReaderOptions& options = {}) {
  MemorySource source(file);
  PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source, options));
  Read read{.schema = reader.schema()};
  for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
    PG2ATHENA_ASSIGN(RowGroupReader row_group, reader.row_group(i));
    for (;;) {
      Batch batch(reader.schema());
      PG2ATHENA_ASSIGN(const std::size_t rows, row_group.read(batch, most_rows));
      if (rows == 0) break;
      for (const columnar::Column& column : batch.columns) EXPECT_EQ(broken_layout(column), "");
      read.batches.push_back(std::move(batch));
    }
  }
  return read;
}

std::string one_column(const SchemaElement& element, std::int64_t rows, std::vector<TestPage> pages,
                       std::int64_t num_values) {
  return file_of({element}, 1, rows, {{.path = {"a"}, .pages = std::move(pages), .num_values = num_values}});
}

void expect_values(const std::string& file, const std::string& values) {
  const auto found = read(file);
  ASSERT_TRUE(found.has_value()) << found.error();
  EXPECT_EQ(found->values(), values);
}
void expect_error(const std::string& file, std::string_view message,
                  ErrorKind kind = ErrorKind::CorruptInput) {
  const auto found = read(file);
  ASSERT_FALSE(found.has_value()) << found->values();
  EXPECT_EQ(found.error().kind(), kind) << found.error();
  EXPECT_NE(found.error().describe().find(message), std::string::npos) << found.error();
}

std::string int32s(std::initializer_list<int> numbers) {
  std::string bytes;
  for (const int number : numbers) bytes += bytes_text({number, 0, 0, 0});
  return bytes;
}
// Runs with their length before them, as a page V1 has levels.
std::string levels(std::initializer_list<int> runs) {
  return int32s({static_cast<int>(runs.size())}) + bytes_text(runs);
}

TEST(FileReader, Pages_of_both_versions_follow_each_other) {
  expect_values(
      one_column(
          kOptional, 5,
          {page_v1(3, Encoding::Plain, levels({0x03, 0b101}) + int32s({1, 2})),
           page_v2({.num_values = 2, .num_nulls = 1, .num_rows = 2, .definition_levels_byte_length = 2},
                   bytes_text({0x03, 0b10}) + int32s({3}))},
          5),
      "1 NULL 2 NULL 3");
}

TEST(FileReader, A_dictionary_of_one_value_has_indices_of_no_bits) {
  expect_values(
      one_column(kRequired, 3,
                 {dictionary_page(1, int32s({7})), page_v1(3, Encoding::RleDictionary, bytes_text({0}))}, 3),
      "7 7 7");
}

TEST(FileReader, A_dictionary_may_be_empty_where_all_is_NULL) {
  for (const std::string& values : {std::string(), bytes_text({0}), bytes_text({1, 0})}) {
    expect_values(
        one_column(kOptional, 3,
                   {dictionary_page(0, ""), page_v1(3, Encoding::RleDictionary, levels({0x06, 0}) + values)},
                   3),
        "NULL NULL NULL");
  }
}

TEST(FileReader, A_page_may_have_no_values) {
  expect_values(one_column(kOptional, 1,
                           {page_v1(0, Encoding::Plain, ""),
                            page_v1(1, Encoding::Plain, levels({0x02, 1}) + int32s({9})),
                            page_v1(0, Encoding::RleDictionary, levels({}))},
                           1),
                "9");
}

TEST(FileReader, A_page_V2_may_be_uncompressed_in_a_compressed_chunk) {
  const auto file = [](std::optional<bool> is_compressed) {
    return file_of(
        {kRequired}, 1, 1,
        {{.path = {"a"},
          .pages = {page_v2({.num_values = 1, .num_rows = 1, .is_compressed = is_compressed}, int32s({5}))},
          .num_values = 1,
          .codec = Codec::Snappy}});
  };
  expect_values(file(false), "5");
  expect_error(file(std::nullopt), "doesn't decompress");
}

TEST(FileReader, A_row_may_go_on_in_the_next_page_V1) {
  // [1 2 3], [], [4]
  expect_values(
      one_column(
          kRepeated, 3,
          {page_v1(2, Encoding::Plain, levels({0x03, 0b10}) + levels({0x04, 1}) + int32s({1, 2})),
           page_v1(3, Encoding::Plain, levels({0x03, 0b001}) + levels({0x03, 0b101}) + int32s({3, 4}))},
          5),
      "[1 2 3] [] [4]");
}

TEST(FileReader, Rows_and_values_that_do_not_add_up_are_errors) {
  const TestPage page = page_v1(2, Encoding::Plain, int32s({1, 2}));
  expect_error(one_column(kRequired, 3, {page}, 2), "fewer rows");
  expect_error(one_column(kRequired, 1, {page}, 2), "more rows");
  expect_error(one_column(kRequired, 2, {page}, 3), "its metadata says 3");
  expect_error(one_column(kRequired, 2, {page, page_v1(0, Encoding::Plain, ""), page}, 2), "more rows");
  expect_error(one_column(kRequired, 2, {page_v1(2, Encoding::Plain, int32s({1}))}, 2), "values end");
  expect_error(one_column(kRequired, 2, {page_v1(-1, Encoding::Plain, int32s({1}))}, 2), "negative");
}

TEST(FileReader, Counts_of_a_page_V2_that_lie_are_errors) {
  const auto file = [](DataPageHeaderV2 header) {
    header.definition_levels_byte_length = 2;
    return one_column(kOptional, 2, {page_v2(header, bytes_text({0x03, 0b10}) + int32s({3}))}, 2);
  };
  expect_values(file({.num_values = 2, .num_nulls = 1, .num_rows = 2}), "NULL 3");
  expect_error(file({.num_values = 2, .num_nulls = 0, .num_rows = 2}), "fewer values than its header");
  expect_error(file({.num_values = 2, .num_nulls = 2, .num_rows = 2}), "more values than its header");
  expect_error(file({.num_values = 2, .num_nulls = 1, .num_rows = 1}), "other rows");
  expect_error(file({.num_values = 2, .num_nulls = 3, .num_rows = 2}), "fewer values than NULLs");
}

TEST(FileReader, Levels_that_are_no_rows_are_errors) {
  const auto file = [](std::initializer_list<int> repetitions, std::initializer_list<int> definitions) {
    return one_column(
        kRepeated, 1,
        {page_v1(2, Encoding::Plain, levels(repetitions) + levels(definitions) + int32s({1, 2}))}, 2);
  };
  expect_values(file({0x03, 0b10}, {0x04, 1}), "[1 2]");
  expect_error(file({0x03, 0b11}, {0x04, 1}), "continues a list that isn't there");
  expect_error(file({0x03, 0b10}, {0x03, 0b01}), "continues a list that isn't there");
  expect_error(file({0x03, 0b10}, {0x04, 2}), "larger than the schema allows");
  expect_error(file({0x02, 0}, {0x04, 1}), "runs end");
}

TEST(FileReader, Fields_of_a_struct_that_disagree_about_it_are_an_error) {
  const auto file = [](int second) {
    const auto chunk = [](std::string name, int validity) {
      return TestChunk{.path = {"s", std::move(name)},
                       .pages = {page_v1(2, Encoding::Plain, levels({0x03, validity}) + int32s({1}))},
                       .num_values = 2};
    };
    SchemaElement b = kRequired;
    b.name = "b";
    return file_of({{.repetition = Repetition::Optional, .name = "s", .num_children = 2}, kRequired, b}, 1, 2,
                   {chunk("a", 0b01), chunk("b", second)});
  };
  expect_values(file(0b01), "{1 1} NULL");
  expect_error(file(0b10), "the columns beside it");
}

TEST(FileReader, Dictionaries_come_first_and_once) {
  const TestPage dictionary = dictionary_page(1, int32s({7}));
  const TestPage page = page_v1(1, Encoding::RleDictionary, bytes_text({0}));
  expect_error(one_column(kRequired, 2, {dictionary, page, dictionary, page}, 2), "isn't the first page");
  expect_error(one_column(kRequired, 1, {page}, 1), "without a dictionary");
}

TEST(FileReader, A_small_file_does_not_make_it_take_much_memory) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  // A page that says that it has 2 GiB.
  for (const Codec codec : {Codec::Snappy, Codec::Gzip, Codec::Zstd, Codec::Lz4Raw}) {
    TestPage page = page_v1(1, Encoding::Plain, int32s({1}));
    page.header.uncompressed_page_size = (1 << 30) - 1;
    const std::string lying =
        file_of({kRequired}, 1, 1, {{.path = {"a"}, .pages = {page}, .num_values = 1, .codec = codec}});
    expect_error(lying, "can't have 1073741823");
    page.header.uncompressed_page_size = kMost;
    expect_error(
        file_of({kRequired}, 1, 1, {{.path = {"a"}, .pages = {page}, .num_values = 1, .codec = codec}}),
        "is the most that is read", ErrorKind::ValueTooLarge);
  }
  // A list of two billion elements, all the same.
  const std::string runs = bytes_text({0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 1});
  const std::string list = int32s({8}) + bytes_text({0x02, 0}) + runs + int32s({6}) + runs;
  expect_error(one_column(kRepeated, 1,
                          {dictionary_page(1, int32s({7})),
                           page_v1(kMost, Encoding::RleDictionary, list + bytes_text({0}))},
                          kMost),
               "more elements than are read at once", ErrorKind::ValueTooLarge);
}

TEST(FileReader, Two_billion_rows_are_read_in_batches) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::string file = one_column(
      kRequired, kMost,
      {dictionary_page(1, int32s({7})), page_v1(kMost, Encoding::RleDictionary, bytes_text({0}))}, kMost);
  MemorySource source(file);
  const auto reader = FileReader::open(source);
  ASSERT_TRUE(reader.has_value()) << reader.error();
  auto row_group = reader->row_group(0);
  ASSERT_TRUE(row_group.has_value()) << row_group.error();
  Batch batch(reader->schema());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(*row_group->read(batch, 1000), 1000U);
  EXPECT_EQ(row_group->rows_left(), kMost - 10'000U);
}

TEST(FileReader, A_batch_of_large_rows_ends_early) {
  const SchemaElement text{.type = PhysicalType::ByteArray, .repetition = Repetition::Required, .name = "a"};
  const std::string file = file_of({text}, 1, 1000,
                                   {{.path = {"a"},
                                     .type = PhysicalType::ByteArray,
                                     .pages = {dictionary_page(1, int32s({100}) + std::string(100, 'x')),
                                               page_v1(1000, Encoding::RleDictionary, bytes_text({0}))},
                                     .num_values = 1000}});
  const auto found = read(file, 1000, {.batch_bytes = 10'000});
  ASSERT_TRUE(found.has_value()) << found.error();
  std::size_t rows = 0;
  for (const Batch& batch : found->batches) {
    EXPECT_LT(batch.size_bytes(), 20'000U);
    rows += batch.rows();
  }
  EXPECT_EQ(rows, 1000U);
  EXPECT_EQ(read(file, 1000, {.most_column_bytes = 1000}).error().kind(), ErrorKind::ValueTooLarge);
}

TEST(FileReader, A_wrong_checksum_is_an_error) {
  TestPage page = page_v1(1, Encoding::Plain, int32s({1}));
  page.header.crc = 12345;
  const std::string file = one_column(kRequired, 1, {page}, 1);
  expect_error(file, "checksum");
  EXPECT_TRUE(read(file, 1, {.verify_checksums = false}).has_value());
}

TEST(FileReader, What_is_no_Parquet_file_is_an_error) {
  expect_error("", "too short");
  expect_error("PAR1PAR1", "too short");
  expect_error("PAR1some textPAR2", "doesn't end as a Parquet file");
  expect_error("PAR1some text" + int32s({100}) + "PAR1", "longer than the file");
  expect_error("PAR1some text" + int32s({9}) + "PAR1", "footer can't be read");
  expect_error("PARE" + int32s({0}) + "PARE", "encrypted", ErrorKind::Unsupported);
}

TEST(FileReader, Chunks_that_are_not_those_of_the_schema_are_errors) {
  const TestPage page = page_v1(1, Encoding::Plain, int32s({1}));
  expect_error(file_of({kRequired}, 1, 1, {}), "0 column chunks");
  expect_error(file_of({kRequired}, 1, 1, {{.path = {"b"}, .pages = {page}, .num_values = 1}}),
               "isn't that of its column");
  expect_error(file_of({kRequired}, 1, 1,
                       {{.path = {"a"}, .type = PhysicalType::Int64, .pages = {page}, .num_values = 1}}),
               "isn't that of its column");
  TestPage long_page = page;
  long_page.header.compressed_page_size = 1000;
  expect_error(one_column(kRequired, 1, {long_page}, 1), "beyond its column chunk");
}

TEST(FileReader, What_is_not_read_is_named) {
  const TestPage page = page_v1(1, Encoding::Plain, int32s({1}));
  constexpr Codec kBrotli{4};
  constexpr Encoding kAlp{10};
  expect_error(
      file_of({kRequired}, 1, 1, {{.path = {"a"}, .pages = {page}, .num_values = 1, .codec = kBrotli}}),
      "the codec 4 (column=a)", ErrorKind::Unsupported);
  expect_error(one_column(kRequired, 1, {page_v1(1, kAlp, int32s({1}))}, 1), "the encoding 10 (column=a)",
               ErrorKind::Unsupported);
  SchemaElement old = kRequired;
  old.type = kInt96;
  expect_error(one_column(old, 1, {page}, 1), "INT96 (column=a)", ErrorKind::Unsupported);
}

TEST(FileReader, After_an_error_there_is_nothing_more_to_read) {
  MemorySource source(one_column(kRequired, 3, {page_v1(2, Encoding::Plain, int32s({1, 2}))}, 2));
  const auto reader = FileReader::open(source);
  ASSERT_TRUE(reader.has_value());
  auto row_group = reader->row_group(0);
  ASSERT_TRUE(row_group.has_value());
  Batch batch(reader->schema());
  EXPECT_EQ(*row_group->read(batch, 2), 2U);
  EXPECT_EQ(row_group->read(batch, 2).error().kind(), ErrorKind::CorruptInput);
  EXPECT_EQ(row_group->read(batch, 2).error().kind(), ErrorKind::Internal);
  Batch other({{{.name = "a", .type = columnar::Type::of(columnar::TypeId::Int64), .nullable = false}}});
  EXPECT_EQ(reader->row_group(0)->read(other, 2).error().kind(), ErrorKind::Internal);
}

TEST(FileReader, A_row_group_or_chunk_that_is_not_there_is_InvalidArgument) {
  MemorySource source(one_column(kRequired, 1, {page_v1(1, Encoding::Plain, int32s({1}))}, 1));
  const auto reader = FileReader::open(source);
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->row_group(1).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(reader->offset_index(0, 1).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_FALSE(reader->offset_index(0, 0)->has_value());
  EXPECT_FALSE(reader->column_index(0, 0)->has_value());
  EXPECT_FALSE(reader->bloom_filter(0, 0)->has_value());
}

TEST(FileReader, Decimals_are_read_from_every_physical_type) {
  const auto file = [](PhysicalType type, int precision, std::string content) {
    SchemaElement element{
        .type = type,
        .repetition = Repetition::Required,
        .name = "a",
        .logical_type = LogicalType{.kind = LogicalKind::Decimal, .precision = precision, .scale = 2}};
    if (type == PhysicalType::FixedLenByteArray) element.type_length = 20;
    return file_of({element}, 1, 1,
                   {{.path = {"a"},
                     .type = type,
                     .pages = {page_v1(1, Encoding::Plain, std::move(content))},
                     .num_values = 1}});
  };
  expect_values(file(PhysicalType::Int32, 9, int32s({5})), "5");
  expect_values(file(PhysicalType::Int64, 4, int32s({5, 0})), "5");
  expect_error(file(PhysicalType::Int64, 4, int32s({5, 5})), "a number that its type can't have");
  expect_values(file(PhysicalType::ByteArray, 4, int32s({2}) + bytes_text({0xFF, 0x00})), "-256");
  expect_values(file(PhysicalType::ByteArray, 12, int32s({2}) + bytes_text({0x01, 0x00})), "256");
  expect_error(file(PhysicalType::ByteArray, 4, int32s({0})), "a number that its type can't have");
  expect_error(file(PhysicalType::ByteArray, 4, int32s({6}) + bytes_text({1, 0, 0, 0, 0, 0})), "can't have");
  expect_values(file(PhysicalType::FixedLenByteArray, 4, std::string(20, '\xFF')), "-1");
  expect_error(file(PhysicalType::FixedLenByteArray, 4, std::string(20, '\x7F')), "can't have");
}

}  // namespace
}  // namespace pg2athena::parquet
