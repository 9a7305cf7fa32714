// Which rows of a batch are in which partition.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columnar/batch.h"
#include "columnar/gather.h"
#include "pipeline/plan.h"

namespace pg2athena::pipeline {

// The rows of a batch that are in one partition.
struct PartitionRows {
  std::uint32_t partition = 0;           // the splitter's number for it
  std::vector<columnar::RowRange> rows;  // in their order
};

// Goes by the columns as they were decoded, so that a row's partition is always that of the value that its
// file has: also of a value that was cut to milliseconds, became NULL or was clamped. (The server could send
// the partition as one more column; but it is the bottleneck of a run, and to_char() costs it more than the
// rest of a row.) A value is looked at once, and looked up only where it isn't the row's before.
//
// Not thread-safe: a shard has its own.
class PartitionSplitter {
 public:
  // Refuses a partition that could not be shown to readers.
  using Check = std::function<Result<void>(const std::string& value)>;

  // The table is partitioned; it and `check` outlive the splitter. Without `check`, or with an empty one, all
  // can be shown.
  explicit PartitionSplitter(const PlannedTable& table, const Check* check = nullptr);

  // The batch's rows by partition, in the order of their first rows; of a batch in one partition one. The
  // result is good until the next call. Unrepresentable, with table and column, for a value that no partition
  // can be named by, where the column's policy isn't `null` (then the row goes where NULLs go) or `clamp` (of
  // days before 0001-01-01 and after 9999-12-31, which then are in the first and last partition there is);
  // the check's error for one that could not be shown. With a default neither is an error: such rows go where
  // NULLs go, which is the default's partition then.
  Result<const std::vector<PartitionRows>*> split(const columnar::Batch& batch);
  // After split() failed: the row, from 0, of the batch.
  std::optional<std::size_t> failed_row() const { return failed_row_; }

  // A partition's value as receipts and records have it.
  const std::string& value(std::uint32_t partition) const { return values_[partition]; }
  // The partition of rows that have NULL.
  std::uint32_t null_partition();
  // Whether its rows are apart even where rows are sorted by the column: empty texts and NULLs are, and what
  // no partition can be named by; and a default is a value that other rows may have.
  bool scatters_nulls() const {
    return form_ == Form::Text || policy_ == types::OnUnrepresentable::Null || partitioning_.default_value;
  }

 private:
  enum class Form : std::uint8_t { Days, Micros, DaysText, MicrosText, InstantText, Number, Boolean, Text };
  enum class Problem : std::uint8_t { YearOutOfRange, NoTime, TooLong, ReservedName };

  static Form form_of(const PlannedTable& table);
  template <typename Read>
  Result<void> split_numbers(const columnar::Column& column, Read read);
  Result<void> split_texts(const columnar::Column& column);
  Result<void> split_column(const columnar::Column& column);
  void add(std::uint32_t partition, std::size_t begin, std::size_t end);
  Result<std::uint32_t> of_number(std::int64_t number, std::size_t row);
  Result<std::uint32_t> of_text(std::string_view text, std::size_t row);
  Result<std::uint32_t> of_day(std::int64_t day, std::size_t row);
  Result<std::uint32_t> of_time_text(std::string_view text, std::size_t row);
  Result<std::uint32_t> settle(Problem problem, std::size_t row);
  Result<std::uint32_t> of_null(std::size_t row);
  Result<std::uint32_t> place(std::string value, std::size_t row);
  Result<void> check(const std::string& value, std::size_t row);
  std::uint32_t number_of(std::string value);

  const PlannedTable& table_;
  const PlannedPartitioning& partitioning_;
  const Check* const check_;
  const types::OnUnrepresentable policy_;
  const Form form_;
  std::vector<std::string> values_;  // by number
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  // Of numbers and days that were looked up before. Days are many where years are few, so it is emptied when
  // it has grown.
  std::map<std::int64_t, std::uint32_t> known_;
  // Values that the check refused, and that are in the default's partition. No limit of partitions bounds
  // them, so this is emptied, too.
  std::set<std::string, std::less<>> refused_;
  bool null_checked_ = false;

  std::vector<PartitionRows> parts_;   // of the batch
  std::vector<std::uint32_t> places_;  // in it, by number; kNowhere where there is none
  std::optional<std::size_t> failed_row_;
};

}  // namespace pg2athena::pipeline
