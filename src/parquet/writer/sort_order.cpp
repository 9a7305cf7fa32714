#include "parquet/writer/sort_order.h"

#include <algorithm>
#include <compare>
#include <cstring>
#include <utility>

#include "base/bytes.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;
using columnar::Storage;
using Order = std::partial_ordering;

template <typename T>
T value_at(const Column& column, std::size_t slot) {
  T value;
  std::memcpy(&value, column.values.data() + slot * sizeof(T), sizeof value);
  return value;
}

template <typename T>
Order compare_numbers(const Column& column, std::size_t a, std::size_t b) {
  return value_at<T>(column, a) <=> value_at<T>(column, b);
}

Order compare_values(const Column& column, std::size_t a, std::size_t b) {
  switch (column.type.storage()) {
    case Storage::Byte:
      return compare_numbers<std::uint8_t>(column, a, b);
    case Storage::Int32:
      return compare_numbers<std::int32_t>(column, a, b);
    case Storage::Int64:
      return compare_numbers<std::int64_t>(column, a, b);
    case Storage::Int128:
      return compare_numbers<Int128>(column, a, b);
    case Storage::Float:
      return compare_numbers<float>(column, a, b);
    case Storage::Double:
      return compare_numbers<double>(column, a, b);
    case Storage::Bytes:
      return as_text(column.bytes(a)) <=> as_text(column.bytes(b));
    case Storage::List:
    case Storage::Struct:
      break;
  }
  std::unreachable();
}

// The order of two values of which the first one comes first: less, or equal, or else out of order. A single
// NaN is in no order to itself.
Order in_direction(Order order, bool descending) {
  return descending ? 0 <=> order : order;
}
Order compare_nulls(bool a, bool b, bool nulls_first) {
  if (a == b) return Order::equivalent;
  return a == nulls_first ? Order::less : Order::greater;
}

Order compare(const Column& column, std::size_t a, std::size_t b, const SortingColumn& sorting) {
  const bool a_null = column.is_null(a);
  const bool b_null = column.is_null(b);
  if (a_null || b_null) return compare_nulls(a_null, b_null, sorting.nulls_first);
  return in_direction(compare_values(column, a, b), sorting.descending);
}

}  // namespace

Result<SortOrder> SortOrder::create(std::vector<SortingColumn> sorting, const std::vector<Leaf>& leaves) {
  SortOrder order(std::move(sorting));
  for (const SortingColumn& column : order.sorting_) {
    const auto index = static_cast<std::size_t>(column.column_idx);
    if (column.column_idx < 0 || index >= leaves.size()) {
      return fail(ErrorKind::InvalidArgument, "rows sorted by a column that the file doesn't have");
    }
    const Leaf& leaf = leaves[index];
    if (leaf.path.size() != 1 || std::ranges::find(order.columns_, leaf.column) != order.columns_.end()) {
      return fail(Error(ErrorKind::InvalidArgument, leaf.path.size() != 1
                                                        ? "rows can't be sorted by a part of a nested column"
                                                        : "rows sorted by one column twice")
                      .with("column", leaf.dotted_path()));
    }
    order.columns_.push_back(leaf.column);
  }
  return order;
}

void SortOrder::observe(const columnar::Batch& batch, std::size_t begin, std::size_t end) {
  if (sorting_.empty() || !ordered_ || begin == end) return;
  ordered_ = in_order(batch, begin, end);
  last_row_.clear();
  if (!ordered_) return;
  for (const std::size_t column : columns_) last_row_.push_back(key_of(batch.columns[column], end - 1));
}

bool SortOrder::in_order(const columnar::Batch& batch, std::size_t begin, std::size_t end) const {
  // Whether `order_of`, a column's order of two neighbours, says that they are in order.
  const auto neighbours = [this](const auto& order_of) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Order order = order_of(i);
      if (order != Order::equivalent) return order == Order::less;
    }
    return true;
  };
  const auto& columns = batch.columns;
  const auto behind_last_row = [&](std::size_t i) {
    const Key first = key_of(columns[columns_[i]], begin);
    const Key& last = last_row_[i];
    const bool a_null = last.index() == 0;
    const bool b_null = first.index() == 0;
    if (a_null || b_null) return compare_nulls(a_null, b_null, sorting_[i].nulls_first);
    return in_direction(last <=> first, sorting_[i].descending);
  };
  if (!last_row_.empty() && !neighbours(behind_last_row)) return false;
  for (std::size_t row = begin + 1; row < end; ++row) {
    if (!neighbours(
            [&](std::size_t i) { return compare(columns[columns_[i]], row - 1, row, sorting_[i]); })) {
      return false;
    }
  }
  return true;
}

SortOrder::Key SortOrder::key_of(const Column& column, std::size_t slot) {
  if (column.is_null(slot)) return std::monostate();
  switch (column.type.storage()) {
    case Storage::Byte:
      return Int128{value_at<std::uint8_t>(column, slot)};
    case Storage::Int32:
      return Int128{value_at<std::int32_t>(column, slot)};
    case Storage::Int64:
      return Int128{value_at<std::int64_t>(column, slot)};
    case Storage::Int128:
      return value_at<Int128>(column, slot);
    case Storage::Float:
      return static_cast<double>(value_at<float>(column, slot));
    case Storage::Double:
      return value_at<double>(column, slot);
    case Storage::Bytes:
      return std::string(as_text(column.bytes(slot)));
    case Storage::List:
    case Storage::Struct:
      break;
  }
  std::unreachable();
}

std::vector<SortingColumn> SortOrder::finish_row_group() {
  std::vector<SortingColumn> declared;
  if (ordered_) declared = sorting_;
  ordered_ = true;
  last_row_.clear();
  return declared;
}

}  // namespace pg2athena::parquet
