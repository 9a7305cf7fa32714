// The bounds that are found again are those that the writer wrote: whatever the types, the values and the
// writer's options.
#include "parquet/value_bounds.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/file_reader.h"
#include "parquet/file_writer.h"
#include "parquet/memory_source.h"
#include "parquet/test_columns.h"
#include "parquet/test_tables.h"

namespace pg2athena::parquet {
namespace {

using columnar::Type;
using columnar::TypeId;

// Which zero a bound was depends on which came first.
std::optional<std::string> unsigned_zero(const std::optional<std::string>& text) {
  return text == "-0" ? "0" : text;
}

// What is wrong; empty where bounds of values, of chunks and of the summary agree.
std::string compare(const columnar::Schema& schema, const columnar::Batch& rows, const WriterOptions& options,
                    std::size_t read_rows) {
  MemorySink sink;
  auto writer = FileWriter::open(sink, schema, options);
  if (!writer) return writer.error().describe();
  if (auto done = writer->write(rows); !done) return done.error().describe();
  const auto summary = writer->close();
  MemorySource source(std::move(sink.content));
  const auto reader = FileReader::open(source);
  auto of_values = ValueBounds::create(reader->schema());
  auto of_chunks = ValueBounds::create(reader->schema());
  if (!of_values || !of_chunks) return "a schema that can't be mapped";
  columnar::Batch batch(reader->schema());
  for (std::size_t i = 0; i < reader->metadata().row_groups.size(); ++i) {
    auto row_group = reader->row_group(i);
    while (row_group->rows_left() != 0) {
      if (auto read = row_group->read(batch, read_rows); !read) return read.error().describe();
      of_values->add(batch);
    }
    const std::vector<Statistics> found = of_values->end_row_group();
    for (std::size_t leaf = 0; leaf < found.size(); ++leaf) {
      const Statistics& chunk = *reader->metadata().row_groups[i].columns[leaf].meta_data.statistics;
      if (found[leaf].min_value != chunk.min_value) return "another min_value";
      if (found[leaf].max_value != chunk.max_value) return "another max_value";
      if (!of_chunks->include(leaf, chunk)) return "bounds of another type";
    }
  }
  for (std::size_t leaf = 0; leaf < summary->columns.size(); ++leaf) {
    for (const ValueBounds* const bounds : {&*of_values, &*of_chunks}) {
      const ValueBounds::Texts texts = bounds->texts(leaf);
      const ColumnSummary& column = summary->columns[leaf];
      if (unsigned_zero(texts.min) != unsigned_zero(column.min)) return "another min of " + column.path;
      if (unsigned_zero(texts.max) != unsigned_zero(column.max)) return "another max of " + column.path;
    }
  }
  return "";
}

RC_GTEST_PROP(ValueBounds, Of_values_and_of_chunks_are_what_was_written, ()) {
  const auto bytes = *rc::gen::resize(600, rc::gen::arbitrary<std::vector<std::uint8_t>>());
  Choices choices(bytes);
  const TestTable table = table_of(choices);
  const std::string wrong = compare(table.schema, table.rows, table.options, table.read_rows);
  if (!wrong.empty()) RC_FAIL(wrong);
}

TEST(ValueBounds, Zeros_of_both_signs_infinities_and_NaN_agree) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<double>> columns = {
      {}, {0.0, -0.0}, {-0.0, 0.0}, {-0.0}, {std::nan("")}, {inf}, {-inf, inf, std::nan("")}, {-1.5, 0.0}};
  for (const std::vector<double>& values : columns) {
    const columnar::Schema schema{{{.name = "d", .type = Type::of(TypeId::Float64)}}};
    columnar::Batch rows(schema);
    for (const double value : values) append(rows.columns[0], value);
    EXPECT_EQ(compare(schema, rows, {}, 100), "");
  }
}

TEST(ValueBounds, Bounds_of_another_width_are_none_of_the_leaf) {
  auto bounds = ValueBounds::create({{{.name = "n", .type = Type::of(TypeId::Int32)},
                                      {.name = "d", .type = Type::decimal(38, 2)},
                                      {.name = "t", .type = Type::of(TypeId::String)}}});
  EXPECT_TRUE(bounds->include(0, {.max_value = std::string("\x05\0\0\0", 4), .min_value = std::nullopt}));
  EXPECT_FALSE(bounds->include(0, {.max_value = "12345678"}));
  EXPECT_FALSE(bounds->include(1, {.min_value = ""}));
  EXPECT_TRUE(bounds->include(1, {.min_value = std::string(15, '\xff') + '\x9c'}));
  EXPECT_TRUE(bounds->include(2, {.max_value = "any text", .min_value = "a"}));
  EXPECT_EQ(bounds->texts(0).max, "5");
  EXPECT_EQ(bounds->texts(1).min, "-1.00");
  EXPECT_EQ(bounds->texts(2).min, std::nullopt);
}

}  // namespace
}  // namespace pg2athena::parquet
