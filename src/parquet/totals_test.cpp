// What is counted of batches is what the file says of itself, and the rows' digest is the same when they are
// read again: whatever the types, the values and the writer's options.
#include "columnar/totals.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "columnar/row_digest.h"
#include "parquet/file_reader.h"
#include "parquet/file_writer.h"
#include "parquet/memory_source.h"
#include "parquet/test_columns.h"
#include "parquet/test_tables.h"

namespace pg2athena::parquet {
namespace {

struct Counted {
  columnar::Totals totals;
  columnar::RowDigest digest;
};

Result<Counted> read_back(std::string content, std::size_t rows_at_once) {
  MemorySource source(std::move(content));
  PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source));
  Counted counted{.totals = columnar::Totals(reader.schema()), .digest = {}};
  columnar::Batch batch(reader.schema());
  for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
    PG2ATHENA_ASSIGN(RowGroupReader row_group, reader.row_group(i));
    while (row_group.rows_left() != 0) {
      PG2ATHENA_TRY(row_group.read(batch, rows_at_once));
      counted.totals.add(batch);
      counted.digest.add(batch);
    }
  }
  return counted;
}

RC_GTEST_PROP(Totals, Of_what_is_written_and_of_what_is_read_are_the_same, ()) {
  const auto bytes = *rc::gen::resize(600, rc::gen::arbitrary<std::vector<std::uint8_t>>());
  Choices choices(bytes);
  const TestTable table = table_of(choices);
  MemorySink sink;
  auto writer = FileWriter::open(sink, table.schema, table.options);
  RC_ASSERT(writer.has_value());
  RC_ASSERT(writer->write(table.rows).has_value());
  const auto summary = writer->close();
  RC_ASSERT(summary.has_value());
  columnar::Totals totals(table.schema);
  totals.add(table.rows);
  columnar::RowDigest digest;
  digest.add(table.rows);
  RC_ASSERT(totals.leaves().size() == summary->columns.size());
  for (std::size_t i = 0; i < totals.leaves().size(); ++i) {
    RC_ASSERT(totals.leaves()[i].path == summary->columns[i].path);
    RC_ASSERT(totals.leaves()[i].values == summary->columns[i].values);
    RC_ASSERT(totals.leaves()[i].nulls == summary->columns[i].nulls);
  }
  const auto read = read_back(std::move(sink.content), table.read_rows);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->totals.leaves() == totals.leaves());
  RC_ASSERT(read->digest == digest);
}

}  // namespace
}  // namespace pg2athena::parquet
