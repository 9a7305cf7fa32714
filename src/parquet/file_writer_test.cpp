// What can be seen of a file without a reader; tests/parquet reads files with other programs.
#include "parquet/file_writer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "parquet/test_columns.h"

namespace pg2athena::parquet {
namespace {

using columnar::Batch;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

const Schema kSchema{{{.name = "id", .type = Type::of(TypeId::Int64), .nullable = false},
                      {.name = "price", .type = Type::decimal(15, 2), .nullable = true},
                      {.name = "name", .type = Type::of(TypeId::String), .nullable = true},
                      {.name = "tags", .type = Type::list(Type::of(TypeId::Int32)), .nullable = true}}};

// Rows [begin, end) of a table that goes on for ever.
Batch rows(std::size_t begin, std::size_t end) {
  Batch batch(kSchema);
  for (std::size_t i = begin; i < end; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    append(batch.columns[0], number);
    append(batch.columns[1], i % 3 == 0 ? Value(Null{}) : Value(number * 100));
    append(batch.columns[2], i % 5 == 0 ? Value(Null{}) : Value("name " + std::to_string(i % 1000)));
    append(batch.columns[3], std::vector<Value>(i % 4, Value(number % 7)));
  }
  return batch;
}

std::string file_of(std::size_t count, std::size_t batch_rows, const WriterOptions& options,
                    FileSummary& summary) {
  MemorySink sink;
  auto writer = FileWriter::open(sink, kSchema, options);
  EXPECT_TRUE(writer.has_value());
  for (std::size_t at = 0; at < count; at += batch_rows) {
    const auto written = writer->write(rows(at, std::min(at + batch_rows, count)));
    EXPECT_TRUE(written.has_value()) << written.error();
  }
  auto closed = writer->close();
  EXPECT_TRUE(closed.has_value()) << closed.error();
  summary = *closed;
  EXPECT_EQ(writer->bytes_written(), sink.content.size());
  return sink.content;
}

TEST(FileWriter, A_file_begins_and_ends_with_the_magic_bytes) {
  FileSummary summary;
  const std::string file = file_of(10, 10, {}, summary);
  EXPECT_EQ(file.substr(0, 4), "PAR1");
  EXPECT_EQ(file.substr(file.size() - 4), "PAR1");
  EXPECT_EQ(summary.bytes, file.size());
  EXPECT_NE(file.find("pg2athena version "), std::string::npos);
}

TEST(FileWriter, A_file_without_rows_has_no_row_group) {
  FileSummary summary;
  EXPECT_GT(file_of(0, 1, {}, summary).size(), 12U);
  EXPECT_EQ(summary.rows, 0U);
  EXPECT_EQ(summary.row_groups, 0U);
  EXPECT_EQ(summary.columns.at(0), ColumnSummary{.path = "id"});
}

TEST(FileWriter, The_summary_counts_values_and_NULLs_and_has_the_bounds) {
  FileSummary summary;
  file_of(1000, 77, {}, summary);
  EXPECT_EQ(summary.rows, 1000U);
  EXPECT_EQ(summary.row_groups, 1U);
  const std::vector<ColumnSummary> expected = {
      {.path = "id", .values = 1000, .nulls = 0, .min = "0", .max = "999"},
      {.path = "price", .values = 666, .nulls = 334, .min = "1.00", .max = "998.00"},
      {.path = "name", .values = 800, .nulls = 200},
      {.path = "tags.list.element", .values = 1500, .nulls = 250, .min = "0", .max = "6"},
  };
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(summary.columns.at(i), expected[i]) << expected[i].path;
}

TEST(FileWriter, A_row_group_ends_rather_than_hold_more_memory_and_gives_it_back) {
  constexpr std::size_t kMemory = std::size_t{2} << 20U;
  MemorySink sink;
  auto writer = FileWriter::open(sink, kSchema, {.memory_bytes = kMemory});
  ASSERT_TRUE(writer.has_value());
  for (std::size_t at = 0; at < 400'000; at += 10'000) {
    ASSERT_TRUE(writer->write(rows(at, at + 10'000)).has_value());
    EXPECT_LT(writer->bytes_held() - writer->footer_bytes_held(), kMemory * 3 / 2);
  }
  ASSERT_TRUE(writer->end_row_group().has_value());
  EXPECT_LT(writer->bytes_held() - writer->footer_bytes_held(), kMemory) << "what is left is the codec's";
  ASSERT_TRUE(writer->end_row_group().has_value()) << "without rows it does nothing";
  const auto summary = writer->close();
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->rows, 400'000U);
  EXPECT_GT(summary->row_groups, 2U);
}

TEST(FileWriter, The_page_of_a_large_row_is_not_there_twice) {
  constexpr std::size_t kRow = std::size_t{16} << 20U;
  const Schema schema{{{.name = "body", .type = Type::of(TypeId::Binary), .nullable = true}}};
  Batch batch(schema);
  std::string noise(kRow, 0);
  std::uint64_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 6364136223846793005U + 1) >> 56U);
  append(batch.columns[0], Value(noise));
  for (const Compression codec : {Compression::None, Compression::Snappy, Compression::Zstd}) {
    MemorySink sink;
    auto writer = FileWriter::open(sink, schema, {.compression = codec});
    ASSERT_TRUE(writer.has_value());
    ASSERT_TRUE(writer->write(batch).has_value());
    EXPECT_LT(writer->bytes_held(), kRow * 5 / 4)
        << "the compressed page, and no buffers that it went through";
    ASSERT_TRUE(writer->end_row_group().has_value());
    EXPECT_LT(writer->bytes_held(), kRow / 4);
    ASSERT_TRUE(writer->write(batch).has_value()) << "buffers that were given away are made again";
    ASSERT_TRUE(writer->close().has_value());
    EXPECT_GT(sink.content.size(), 2 * kRow);
  }
}

TEST(FileWriter, Bytes_do_not_depend_on_how_rows_are_batched) {
  FileSummary summary;
  const std::string all = file_of(50000, 50000, {}, summary);
  for (const std::size_t batch_rows : {4096U, 1000U, 333U}) {
    EXPECT_TRUE(file_of(50000, batch_rows, {}, summary) == all) << batch_rows;
  }
}

TEST(FileWriter, A_row_group_closes_at_its_byte_target) {
  FileSummary summary;
  file_of(100000, 1000, {.row_group_bytes = 200'000}, summary);
  EXPECT_GT(summary.row_groups, 5U);
  EXPECT_EQ(summary.columns.at(0).values, 100000U);
  EXPECT_EQ(summary.columns.at(0).max, "99999");
  // A batch that is larger than a row group is cut.
  FileSummary large;
  file_of(100000, 100000, {.row_group_bytes = 200'000}, large);
  EXPECT_NEAR(static_cast<double>(large.row_groups), static_cast<double>(summary.row_groups), 3);
}

TEST(FileWriter, After_close_there_is_nothing_to_write_or_to_close) {
  MemorySink sink;
  auto writer = FileWriter::open(sink, kSchema, {});
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->close().has_value());
  EXPECT_EQ(writer->write(rows(0, 1)).error().kind(), ErrorKind::Internal);
  EXPECT_EQ(writer->close().error().kind(), ErrorKind::Internal);
}

TEST(FileWriter, A_batch_with_other_columns_is_an_error) {
  const Schema other{{{.name = "id", .type = Type::of(TypeId::Int32), .nullable = false}}};
  Batch batch(other);
  append(batch.columns[0], 1);
  MemorySink sink;
  auto writer = FileWriter::open(sink, kSchema, {});
  ASSERT_TRUE(writer.has_value());
  EXPECT_EQ(writer->write(batch).error().kind(), ErrorKind::Internal);
}

TEST(FileWriter, A_batch_whose_parts_do_not_fit_together_is_an_error) {
  using columnar::Column;
  const Type row = Type::structure({{.name = "n", .type = Type::of(TypeId::Int32), .nullable = true},
                                    {.name = "s", .type = Type::of(TypeId::String), .nullable = false}});
  const Schema schema{{{.name = "c", .type = Type::map(Type::of(TypeId::Int32), row), .nullable = true}}};
  struct Case {
    const char* what;
    void (*damage)(Column& map);
  };
  static const auto kValue = [](Column& map) -> Column& { return map.children[0].children[1]; };
  const std::vector<Case> cases = {
      {"offsets that go on behind the entries", [](Column& map) { map.offsets.back() += 1; }},
      {"an offset too few", [](Column& map) { map.offsets.resize(map.length); }},
      {"offsets that don't begin at 0", [](Column& map) { map.offsets[0] = 1; }},
      {"a validity bit too many", [](Column& map) { map.validity.push_back(true); }},
      {"no key", [](Column& map) { map.children[0].children[0].length = 0; }},
      {"a struct without children", [](Column& map) { kValue(map).children.clear(); }},
      {"a field of other slots", [](Column& map) { append(kValue(map).children[0], 7); }},
      {"a number too few", [](Column& map) { kValue(map).children[0].values.resize(4); }},
      {"text that ends before its offsets", [](Column& map) { kValue(map).children[1].values.resize(2); }},
      {"a field of another type",
       [](Column& map) { kValue(map).children[0].type = Type::of(TypeId::Int64); }},
      {"no validity", [](Column& map) { kValue(map).children[0].validity.clear(); }},
  };
  const auto written = [&](const Batch& batch) {
    MemorySink sink;
    return FileWriter::open(sink, schema, {})->write(batch);
  };
  const auto batch = [&] {
    Batch made(schema);
    append(made.columns[0], Elements{Record{1, Record{10, "one"}}, Record{2, Record{Null{}, "two"}}});
    return made;
  };
  EXPECT_TRUE(written(batch()).has_value());
  for (const auto& [what, damage] : cases) {
    Batch damaged = batch();
    damage(damaged.columns[0]);
    const auto result = written(damaged);
    ASSERT_FALSE(result.has_value()) << what;
    EXPECT_EQ(result.error().kind(), ErrorKind::Internal) << what;
    EXPECT_EQ(result.error().context("column"), "c") << what;
  }
}

TEST(FileWriter, Options_that_make_no_sense_are_an_error) {
  MemorySink sink;
  for (const WriterOptions& options :
       {WriterOptions{.page_rows = 0}, WriterOptions{.page_bytes = 0}, WriterOptions{.row_group_bytes = 0},
        WriterOptions{.page_bytes = std::size_t{1} << 32U}, WriterOptions{.compression_level = 99},
        WriterOptions{.bloom_filter_false_positives = 1e-300},
        WriterOptions{.bloom_filter_false_positives = 1}}) {
    EXPECT_EQ(FileWriter::open(sink, kSchema, options).error().kind(), ErrorKind::InvalidArgument);
  }
}

class FullSink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    if (bytes.size() > room) return fail(ErrorKind::StorageFull, "no room");
    room -= bytes.size();
    return {};
  }
  std::size_t room = 0;
};

TEST(FileWriter, Encodings_that_are_only_read_are_refused) {
  for (const Encoding encoding : {kPlainDictionary, kDeltaByteArray}) {
    MemorySink sink;
    const auto writer =
        FileWriter::open(sink, kSchema, {.columns = {{.path = "name", .encoding = encoding}}});
    ASSERT_FALSE(writer.has_value());
    EXPECT_EQ(writer.error().kind(), ErrorKind::InvalidArgument);
  }
}

TEST(FileWriter, An_error_of_the_sink_ends_the_file) {
  FullSink sink;
  EXPECT_EQ(FileWriter::open(sink, kSchema, {}).error().kind(), ErrorKind::StorageFull);
  sink.room = 1000;
  auto writer = FileWriter::open(sink, kSchema, {.row_group_bytes = 10'000});
  ASSERT_TRUE(writer.has_value());
  EXPECT_EQ(writer->write(rows(0, 10000)).error().kind(), ErrorKind::StorageFull);
  sink.room = 1'000'000;
  EXPECT_EQ(writer->close().error().kind(), ErrorKind::Internal);
}

TEST(FileWriter, A_value_that_no_page_can_hold_is_an_error_that_names_the_column) {
  const Schema schema{{{.name = "big", .type = Type::of(TypeId::Binary), .nullable = false}}};
  Batch batch(schema);
  // Memory that is never touched costs nothing.
  constexpr std::size_t kSize = (std::size_t{1} << 31U) + 100;
  batch.columns[0].values.resize(kSize);
  batch.columns[0].offsets.push_back(static_cast<std::uint32_t>(kSize));
  batch.columns[0].length = 1;
  MemorySink sink;
  auto writer = FileWriter::open(sink, schema, {});
  ASSERT_TRUE(writer.has_value());
  const auto written = writer->write(batch);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(written.error().context("column"), "big");
}

TEST(FileWriter, Buffers_of_a_huge_row_are_given_back) {
  const Schema schema{{{.name = "big", .type = Type::of(TypeId::Binary), .nullable = true}}};
  Batch batch(schema);
  constexpr std::size_t kHuge = 100'000'000;
  append(batch.columns[0], std::string(kHuge, 'x'));
  append(batch.columns[0], std::string(10, 'y'));
  MemorySink sink;
  auto writer = FileWriter::open(sink, schema, {});
  ASSERT_TRUE(writer.has_value());
  const auto written = writer->write(batch);
  ASSERT_TRUE(written.has_value()) << written.error();
  EXPECT_LT(writer->bytes_held(), 10'000'000U);
  ASSERT_TRUE(writer->close().has_value());
}

}  // namespace
}  // namespace pg2athena::parquet
