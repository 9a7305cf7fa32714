#include "parquet/writer/page_index.h"

#include <utility>

namespace pg2athena::parquet {

void PageIndexBuilder::add_page(const PageLevels& levels, const Statistics& statistics, std::uint64_t bytes,
                                std::size_t data_bytes) {
  offsets_.page_locations.push_back(
      {.offset = bytes_, .compressed_page_size = static_cast<std::int32_t>(bytes), .first_row_index = rows_});
  if (leaf_->physical == PhysicalType::ByteArray) {
    offsets_.unencoded_byte_array_data_bytes.push_back(static_cast<std::int64_t>(data_bytes));
  }
  bytes_ += static_cast<std::int64_t>(bytes);
  rows_ += static_cast<std::int64_t>(levels.rows());
  add_bounds(levels, statistics);
}

void PageIndexBuilder::add_bounds(const PageLevels& levels, const Statistics& statistics) {
  const bool null_page = levels.values() == 0;
  if (!null_page && !(statistics.min_value.has_value() && statistics.max_value.has_value())) bounded_ = false;
  columns_.null_pages.push_back(null_page);
  columns_.min_values.push_back(statistics.min_value.value_or(""));
  columns_.max_values.push_back(statistics.max_value.value_or(""));
  columns_.null_counts.push_back(static_cast<std::int64_t>(levels.count() - levels.values()));
  bound_bytes_ += columns_.min_values.back().capacity() + columns_.max_values.back().capacity();
  if (statistics.nan_count.has_value()) columns_.nan_counts.push_back(*statistics.nan_count);
  // Where there are only the levels 0 and 1 the counts above say the same.
  if (leaf_->max_repetition == 0 && leaf_->max_definition <= 1) return;
  std::vector<std::int64_t> definitions;
  std::vector<std::int64_t> repetitions;
  levels.add_histograms(definitions, repetitions);
  const auto append = [](std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(columns_.definition_level_histograms, definitions);
  if (leaf_->max_repetition != 0) append(columns_.repetition_level_histograms, repetitions);
}

SerializedPageIndex PageIndexBuilder::finish(std::uint64_t first_page_offset, BoundaryOrder order) {
  SerializedPageIndex index;
  for (PageLocation& page : offsets_.page_locations) {
    page.offset += static_cast<std::int64_t>(first_page_offset);
  }
  serialize(offsets_, index.offset_index);
  if (bounded_) {
    columns_.boundary_order = order;
    serialize(columns_, index.column_index);
  }
  release();
  return index;
}

std::size_t PageIndexBuilder::memory_bytes() const {
  const auto capacity = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
  return capacity(offsets_.page_locations) + capacity(offsets_.unencoded_byte_array_data_bytes) +
         capacity(columns_.min_values) + capacity(columns_.max_values) + capacity(columns_.null_counts) +
         capacity(columns_.repetition_level_histograms) + capacity(columns_.definition_level_histograms) +
         capacity(columns_.nan_counts) + columns_.null_pages.capacity() / 8 + bound_bytes_;
}

void PageIndexBuilder::release() {
  *this = PageIndexBuilder(*leaf_);
}

}  // namespace pg2athena::parquet
