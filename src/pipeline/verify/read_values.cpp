#include "pipeline/verify/read_values.h"

#include <algorithm>
#include <set>
#include <utility>

#include "columnar/row_digest.h"
#include "columnar/totals.h"
#include "parquet/value_bounds.h"

namespace pg2athena::pipeline {
namespace {

using catalog::ColumnReceipt;
using parquet::ColumnMetaData;
using parquet::FileReader;
using parquet::ValueBounds;

constexpr std::size_t kBatchRows = 10'000;
constexpr std::size_t kBatchBytes = std::size_t{8} << 20U;

parquet::Statistics statistics_of(const ColumnMetaData& chunk) {
  return chunk.statistics.value_or(parquet::Statistics());
}

// Levels that stand for no value. Where the chunk doesn't say, there are none.
std::uint64_t nulls_of(const ColumnMetaData& chunk) {
  return static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(statistics_of(chunk).null_count.value_or(0), 0, chunk.num_values));
}

std::uint64_t values_of(const ColumnMetaData& chunk) {
  return static_cast<std::uint64_t>(chunk.num_values) - nulls_of(chunk);
}

std::vector<ColumnReceipt> named_columns(const FileReader& reader) {
  std::vector<ColumnReceipt> columns;
  columns.resize(reader.leaves().size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].path = reader.leaves()[i].dotted_path();
  return columns;
}

Result<ValueBounds> bounds_for(const FileReader& reader) {
  PG2ATHENA_ASSIGN(ValueBounds bounds, ValueBounds::create(reader.schema()));
  if (bounds.leaves() != reader.leaves().size()) {
    return fail(ErrorKind::CorruptInput, "its schema isn't one that pg2athena writes");
  }
  return bounds;
}

void set_bounds(const ValueBounds& bounds, std::vector<ColumnReceipt>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ValueBounds::Texts texts = bounds.texts(i);
    columns[i].min = std::move(texts.min);
    columns[i].max = std::move(texts.max);
  }
}

class ValueReader {
 public:
  ValueReader(const FileReader& reader, ValueBounds bounds, Cancellation* stop, const BatchVisitor& visit)
      : reader_(reader),
        stop_(stop),
        visit_(visit),
        bounds_(std::move(bounds)),
        totals_(reader.schema()),
        batch_(reader.schema()) {}

  Result<FileValues> read() {
    for (std::size_t i = 0; i < reader_.metadata().row_groups.size(); ++i) {
      PG2ATHENA_TRY(read_row_group(i));
    }
    values_.columns = named_columns(reader_);
    for (std::size_t i = 0; i < values_.columns.size(); ++i) {
      const columnar::LeafTotals& leaf = totals_.leaves()[i];
      values_.columns[i].values = leaf.values;
      values_.columns[i].nulls = leaf.nulls;
      values_.columns[i].sum = leaf.sum_text();
    }
    set_bounds(bounds_, values_.columns);
    values_.row_digest = digest_.hex();
    for (const std::size_t leaf : other_) {
      values_.other_than_footer.push_back(reader_.leaves()[leaf].dotted_path());
    }
    return std::move(values_);
  }

 private:
  Result<void> read_row_group(std::size_t index) {
    PG2ATHENA_ASSIGN(parquet::RowGroupReader row_group, reader_.row_group(index));
    columnar::Totals totals(reader_.schema());
    while (row_group.rows_left() != 0) {
      if (stop_ != nullptr) PG2ATHENA_TRY(stop_->check());
      PG2ATHENA_ASSIGN(const std::size_t rows, row_group.read(batch_, kBatchRows));
      values_.rows += rows;
      totals.add(batch_);
      digest_.add(batch_);
      bounds_.add(batch_);
      if (visit_) visit_(batch_);
    }
    compare_chunks(reader_.metadata().row_groups[index], totals);
    totals_.add(totals);
    return {};
  }

  void compare_chunks(const parquet::RowGroup& row_group, const columnar::Totals& totals) {
    const std::vector<parquet::Statistics> bounds = bounds_.end_row_group();
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      const ColumnMetaData& chunk = row_group.columns[i].meta_data;
      const columnar::LeafTotals& leaf = totals.leaves()[i];
      const parquet::Statistics said = statistics_of(chunk);
      const bool same = values_of(chunk) == leaf.values && nulls_of(chunk) == leaf.nulls &&
                        said.min_value == bounds[i].min_value && said.max_value == bounds[i].max_value;
      if (!same) other_.insert(i);
    }
  }

  const FileReader& reader_;
  Cancellation* const stop_;
  const BatchVisitor& visit_;
  ValueBounds bounds_;
  columnar::Totals totals_;
  columnar::RowDigest digest_;
  columnar::Batch batch_;
  std::set<std::size_t> other_;
  FileValues values_;
};

}  // namespace

Result<std::vector<ColumnReceipt>> columns_of_footer(const FileReader& reader) {
  PG2ATHENA_ASSIGN(ValueBounds bounds, bounds_for(reader));
  std::vector<ColumnReceipt> columns = named_columns(reader);
  for (const parquet::RowGroup& row_group : reader.metadata().row_groups) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const ColumnMetaData& chunk = row_group.columns[i].meta_data;
      columns[i].values += values_of(chunk);
      columns[i].nulls += nulls_of(chunk);
      if (!bounds.include(i, statistics_of(chunk))) {
        return fail(Error(ErrorKind::CorruptInput, "a chunk's bounds aren't of its column's type")
                        .with("column", columns[i].path));
      }
    }
  }
  set_bounds(bounds, columns);
  return columns;
}

Result<FileValues> read_values(ByteSource& source, Cancellation* stop, const BatchVisitor& visit) {
  PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source, {.batch_bytes = kBatchBytes}));
  PG2ATHENA_ASSIGN(ValueBounds bounds, bounds_for(reader));
  return ValueReader(reader, std::move(bounds), stop, visit).read();
}

}  // namespace pg2athena::pipeline
