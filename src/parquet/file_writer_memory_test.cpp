// What the writer says it holds, against what the allocator gave it.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "parquet/compression.h"
#include "parquet/file_writer.h"
#include "parquet/test_columns.h"

namespace pg2athena::parquet {
namespace {

using columnar::Batch;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

// Counts, and keeps nothing.
class CountingSink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    written += bytes.size();
    return {};
  }

  std::uint64_t written = 0;
};

std::uint64_t noise(std::uint64_t number) {
  number = (number ^ (number >> 31U)) * 0x7FB5D329728EA185U;
  return (number ^ (number >> 27U)) * 0x81DADEF4BC2DD44DU;
}

// A table of one kind: `fill` appends a row.
struct Table {
  std::string name;
  Schema schema;
  std::function<void(Batch&, std::size_t row)> fill;

  Batch rows(std::size_t begin, std::size_t end) const {
    Batch batch(schema);
    for (std::size_t row = begin; row < end; ++row) fill(batch, row);
    return batch;
  }
};

std::vector<Table> tables() {
  const auto number = [](std::uint64_t value) { return Value(static_cast<std::int64_t>(value >> 1U)); };
  Schema wide;
  for (int i = 0; i < 200; ++i) wide.fields.push_back({fmt::format("c{}", i), Type::of(TypeId::Int64)});
  return {
      {"distinct numbers",
       {{{.name = "id", .type = Type::of(TypeId::Int64)}, {.name = "x", .type = Type::of(TypeId::Float64)}}},
       [=](Batch& batch, std::size_t row) {
         append(batch.columns[0], number(noise(row)));
         append(batch.columns[1], static_cast<double>(noise(row + 7)));
       }},
      {"few numbers and NULLs",
       {{{.name = "few", .type = Type::of(TypeId::Int32)}, {.name = "price", .type = Type::decimal(25, 2)}}},
       [](Batch& batch, std::size_t row) {
         append(batch.columns[0], row % 3 == 0 ? Value(Null{}) : Value(static_cast<std::int64_t>(row % 70)));
         append(batch.columns[1], static_cast<std::int64_t>(noise(row) % 50'000));
       }},
      {"text",
       {{{.name = "few", .type = Type::of(TypeId::String)},
         {.name = "all", .type = Type::of(TypeId::String)}}},
       [](Batch& batch, std::size_t row) {
         append(batch.columns[0], fmt::format("value {}", noise(row) % 5000));
         append(batch.columns[1], std::string(noise(row) % 90, 'x') + std::to_string(row));
       }},
      {"lists",
       {{{.name = "tags", .type = Type::list(Type::of(TypeId::String))},
         {.name = "points", .type = Type::list(Type::list(Type::of(TypeId::Float32)))}}},
       [](Batch& batch, std::size_t row) {
         append(batch.columns[0], std::vector<Value>(row % 5, Value(std::to_string(noise(row) % 99))));
         append(batch.columns[1],
                std::vector<Value>(
                    row % 3, Value(std::vector<Value>(row % 4, Value(0.5 * static_cast<double>(row))))));
       }},
      {"many columns", wide,
       [=](Batch& batch, std::size_t row) {
         for (std::size_t i = 0; i < batch.columns.size(); ++i)
           append(batch.columns[i], i % 2 == 0 ? number(noise(row * 200 + i)) : number(row % 9));
       }},
  };
}

std::vector<WriterOptions> options_for(const Schema& schema) {
  std::vector<WriterOptions> all;
  for (const Profile profile : {Profile::Athena, Profile::Modern}) {
    for (const Compression codec : {Compression::None, Compression::Snappy, Compression::Zstd,
                                    Compression::Gzip, Compression::Lz4Raw}) {
      all.push_back({.profile = profile, .compression = codec, .row_group_bytes = std::size_t{3} << 20U});
    }
  }
  WriterOptions& filtered = all.emplace_back();
  filtered.row_group_bytes = std::size_t{8} << 20U;
  filtered.page_index = true;
  filtered.page_rows = 100;
  if (schema.fields[0].type.id != TypeId::List) {
    filtered.columns = {{.path = schema.fields[0].name, .bloom_filter = true},
                        {.path = schema.fields[1].name, .bloom_filter = true}};
  }
  return all;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)

std::size_t allocated() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(FileWriterMemory, Bytes_held_are_what_the_allocator_gave_to_a_tenth) {
  // The size of a page: what it doesn't count, such as the allocator's own headers, is much less.
  constexpr double kSlack = 64 << 10U;
  for (const Table& table : tables()) {
    const std::size_t batch_rows = table.schema.fields.size() > 100 ? 400 : 40'000;
    for (const WriterOptions& options : options_for(table.schema)) {
      CountingSink sink;
      std::vector<Batch> batches;
      for (std::size_t i = 0; i < 5; ++i) batches.push_back(table.rows(i * batch_rows, (i + 1) * batch_rows));
      const std::size_t before = allocated();
      auto writer = FileWriter::open(sink, table.schema, options);
      ASSERT_TRUE(writer.has_value()) << writer.error();
      const auto check = [&](const char* when) {
        const auto taken = static_cast<double>(allocated() - before);
        EXPECT_NEAR(static_cast<double>(writer->bytes_held()), taken, taken / 10 + kSlack)
            << table.name << ", " << codec_name(options.compression) << ", profile "
            << static_cast<int>(options.profile) << ", " << when;
      };
      check("open");
      for (const Batch& batch : batches) {
        ASSERT_TRUE(writer->write(batch).has_value());
        check("write");
      }
      ASSERT_TRUE(writer->end_row_group().has_value());
      check("end of a row group");
    }
  }
}

#endif

TEST(FileWriterMemory, Blocks_go_from_one_file_to_the_next) {
  const Table table = tables()[0];
  BlockPool blocks;
  const Batch batch = table.rows(0, 300'000);
  for (int file = 0; file < 2; ++file) {
    CountingSink sink;
    auto writer = FileWriter::open(sink, table.schema, {.compression = Compression::None}, &blocks);
    ASSERT_TRUE(writer.has_value());
    ASSERT_TRUE(writer->write(batch).has_value());
    EXPECT_EQ(blocks.free_bytes(), 0U) << "they are the open row group's";
    const std::size_t held = writer->bytes_held();
    ASSERT_TRUE(writer->close().has_value());
    EXPECT_GE(blocks.free_bytes(), 3 * BlockPool::kBlockBytes);
    EXPECT_LE(blocks.free_bytes(), held);
  }
  // A writer that may hold less gives them back before it ends a row group.
  CountingSink sink;
  auto writer = FileWriter::open(sink, table.schema, {.memory_bytes = std::size_t{3} << 20U}, &blocks);
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->write(table.rows(0, 1000)).has_value());
  EXPECT_EQ(blocks.free_bytes(), 0U);
  EXPECT_EQ(sink.written, 4U);
}

TEST(FileWriterMemory, A_limit_may_change_between_two_batches) {
  const Table table = tables()[0];
  CountingSink sink;
  auto writer = FileWriter::open(sink, table.schema, {});
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->write(table.rows(0, 100'000)).has_value());
  EXPECT_EQ(sink.written, 4U);
  writer->limit_memory(std::size_t{1} << 20U);
  ASSERT_TRUE(writer->write(table.rows(0, 1000)).has_value());
  EXPECT_GT(sink.written, 4U) << "the row group had more";
  EXPECT_LT(writer->bytes_held(), std::size_t{2} << 20U);
  ASSERT_TRUE(writer->close().has_value());
}

TEST(FileWriterMemory, A_row_group_leaves_when_it_closes) {
  for (const Table& table : tables()) {
    for (const WriterOptions& options : options_for(table.schema)) {
      CountingSink sink;
      auto writer = FileWriter::open(sink, table.schema, options);
      ASSERT_TRUE(writer.has_value());
      ASSERT_TRUE(writer->write(table.rows(0, 300)).has_value());
      EXPECT_EQ(sink.written, 4U) << "the magic bytes";
      ASSERT_TRUE(writer->end_row_group().has_value());
      EXPECT_GT(sink.written, 300U);
      EXPECT_EQ(sink.written, writer->bytes_written());
      const std::uint64_t before = sink.written;
      ASSERT_TRUE(writer->close().has_value());
      EXPECT_GT(sink.written, before);
    }
  }
}

}  // namespace
}  // namespace pg2athena::parquet
