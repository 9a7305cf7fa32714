#include "pipeline/partition_splitter.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/civil_time.h"
#include "base/postgres_time_text.h"
#include "catalog/partition_name.h"

namespace pg2athena::pipeline {
namespace {

using columnar::Column;
using columnar::TypeId;
using types::OnUnrepresentable;
using types::PartitionBy;

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();
// What known_ and refused_ may have before they are emptied.
constexpr std::size_t kMostKnown = 4096;

// A year of four digits, which is what every reader takes for one: 0001-01-01 to 9999-12-31.
constexpr std::int64_t kFirstDay = -719'162;
constexpr std::int64_t kLastDay = 2'932'896;

std::int64_t day_of(std::int64_t micros) {
  return floor_division(micros, kMicrosPerDay);
}

std::string day_text(std::int64_t day, PartitionBy by) {
  if (by == PartitionBy::Year) return fmt::format("{}", civil_from_days(day).year);  // a number
  constexpr std::size_t kMonth = std::string_view("2026-01").size();
  const std::string text = format_date(static_cast<std::int32_t>(day));
  return by == PartitionBy::Month ? text.substr(0, kMonth) : text;
}

}  // namespace

PartitionSplitter::PartitionSplitter(const PlannedTable& table, const Check* check)
    : table_(table),
      partitioning_(*table.partitioning),
      check_(check != nullptr && *check ? check : nullptr),
      policy_(table.columns[partitioning_.column].mapping.on_unrepresentable),
      form_(form_of(table)) {}

// As partition_type() lets pass.
PartitionSplitter::Form PartitionSplitter::form_of(const PlannedTable& table) {
  const std::size_t column = table.partitioning->column;
  const TypeId id = table.schema.fields[column].type.id;
  if (id == TypeId::Date) return Form::Days;
  if (id == TypeId::Boolean) return Form::Boolean;
  if (table.partitioning->by == PartitionBy::Value) return id == TypeId::String ? Form::Text : Form::Number;
  if (id != TypeId::String) return Form::Micros;  // a timestamp, or its microseconds
  const std::string_view row = table.columns[column].mapping.row->name;
  return row == "date" ? Form::DaysText : row == "timestamptz" ? Form::InstantText : Form::MicrosText;
}

Result<const std::vector<PartitionRows>*> PartitionSplitter::split(const columnar::Batch& batch) {
  for (const PartitionRows& part : parts_) places_[part.partition] = kNowhere;
  parts_.clear();
  failed_row_.reset();
  PG2ATHENA_TRY(split_column(batch.columns[partitioning_.column]));
  return &parts_;
}

Result<void> PartitionSplitter::split_column(const Column& column) {
  const auto ints = [](const auto& values) {
    return [values](std::size_t row) { return static_cast<std::int64_t>(values[row]); };
  };
  switch (form_) {
    case Form::Days:
      return split_numbers(column, ints(column.fixed<std::int32_t>()));
    case Form::Micros:
      return split_numbers(
          column, [values = column.fixed<std::int64_t>()](std::size_t row) { return day_of(values[row]); });
    case Form::Boolean:
      return split_numbers(column, ints(column.fixed<std::uint8_t>()));
    case Form::Number:
      return column.type.width() == sizeof(std::int64_t)
                 ? split_numbers(column, ints(column.fixed<std::int64_t>()))
                 : split_numbers(column, ints(column.fixed<std::int32_t>()));
    case Form::Text:
    case Form::DaysText:
    case Form::MicrosText:
    case Form::InstantText:
      break;
  }
  return split_texts(column);
}

// `read` gives a row's number, which is looked up only where it is another than the row's before.
template <typename Read>
Result<void> PartitionSplitter::split_numbers(const Column& column, Read read) {
  const auto is_null = [&](std::size_t row) { return column.null_count != 0 && column.is_null(row); };
  std::size_t begin = 0;
  while (begin < column.length) {
    const bool null = is_null(begin);
    const std::int64_t number = null ? 0 : read(begin);
    std::size_t end = begin + 1;
    while (end < column.length && is_null(end) == null && (null || read(end) == number)) ++end;
    PG2ATHENA_ASSIGN(const std::uint32_t partition, null ? of_null(begin) : of_number(number, begin));
    add(partition, begin, end);
    begin = end;
  }
  return {};
}

Result<void> PartitionSplitter::split_texts(const Column& column) {
  std::size_t begin = 0;
  while (begin < column.length) {
    const bool null = column.is_null(begin);
    const std::string_view text = null ? std::string_view() : as_text(column.bytes(begin));
    std::size_t end = begin + 1;
    while (end < column.length && column.is_null(end) == null && (null || as_text(column.bytes(end)) == text))
      ++end;
    PG2ATHENA_ASSIGN(const std::uint32_t partition, null ? of_null(begin) : of_text(text, begin));
    add(partition, begin, end);
    begin = end;
  }
  return {};
}

void PartitionSplitter::add(std::uint32_t partition, std::size_t begin, std::size_t end) {
  if (places_.size() <= partition) places_.resize(partition + std::size_t{1}, kNowhere);
  std::uint32_t& place = places_[partition];
  if (place == kNowhere) {
    place = static_cast<std::uint32_t>(parts_.size());
    parts_.push_back({.partition = partition, .rows = {}});
  }
  std::vector<columnar::RowRange>& rows = parts_[place].rows;
  const auto first = static_cast<std::uint32_t>(begin);
  if (!rows.empty() && rows.back().end == first) {
    rows.back().end = static_cast<std::uint32_t>(end);
  } else {
    rows.push_back({.begin = first, .end = static_cast<std::uint32_t>(end)});
  }
}

Result<std::uint32_t> PartitionSplitter::of_number(std::int64_t number, std::size_t row) {
  if (const auto known = known_.find(number); known != known_.end()) return known->second;
  if (known_.size() >= kMostKnown) known_.clear();
  std::uint32_t partition = 0;
  if (form_ == Form::Boolean) {
    PG2ATHENA_ASSIGN(partition, place(number != 0 ? "true" : "false", row));
  } else if (form_ == Form::Number) {
    PG2ATHENA_ASSIGN(partition, place(fmt::format("{}", number), row));
  } else {
    PG2ATHENA_ASSIGN(partition, of_day(number, row));
  }
  known_.emplace(number, partition);
  return partition;
}

Result<std::uint32_t> PartitionSplitter::of_day(std::int64_t day, std::size_t row) {
  if (day < kFirstDay || day > kLastDay) {
    if (policy_ != OnUnrepresentable::Clamp) return settle(Problem::YearOutOfRange, row);
    day = std::clamp(day, kFirstDay, kLastDay);
  }
  return place(day_text(day, partitioning_.by), row);
}

Result<std::uint32_t> PartitionSplitter::of_text(std::string_view text, std::size_t row) {
  if (form_ != Form::Text) return of_time_text(text, row);
  if (text.empty()) return of_null(row);
  if (const auto known = numbers_.find(text); known != numbers_.end() && text != catalog::kDefaultPartition) {
    return known->second;
  }
  if (refused_.contains(text)) return null_partition();
  if (text == catalog::kDefaultPartition) return settle(Problem::ReservedName, row);
  if (text.size() > catalog::kLongestPartitionFolder ||
      catalog::partition_folder(partitioning_.name, text).size() > catalog::kLongestPartitionFolder) {
    return settle(Problem::TooLong, row);
  }
  return place(std::string(text), row);
}

// What the server printed for a column that is kept as text.
Result<std::uint32_t> PartitionSplitter::of_time_text(std::string_view text, std::size_t row) {
  if (form_ == Form::DaysText) {
    const auto date = parse_postgres_date(text);
    if (!date) return settle(Problem::YearOutOfRange, row);
    return date->finite() ? of_day(date->days, row) : settle(Problem::NoTime, row);
  }
  const auto time =
      form_ == Form::InstantText ? parse_postgres_timestamptz(text) : parse_postgres_timestamp(text);
  if (!time) return settle(Problem::YearOutOfRange, row);
  return time->finite() ? of_day(day_of(time->micros), row) : settle(Problem::NoTime, row);
}

Result<std::uint32_t> PartitionSplitter::settle(Problem problem, std::size_t row) {
  if (partitioning_.default_value) return null_partition();
  if (policy_ == OnUnrepresentable::Null) return of_null(row);
  failed_row_ = row;
  const auto message = [&]() -> std::string {
    switch (problem) {
      case Problem::YearOutOfRange:
        return "a day before 0001-01-01 or after 9999-12-31, for which there is no partition";
      case Problem::NoTime:
        return "an infinity, for which there is no partition";
      case Problem::TooLong:
        return fmt::format("a value whose partition's folder would have a name of more than {} bytes",
                           catalog::kLongestPartitionFolder);
      case Problem::ReservedName:
        return fmt::format("the text {}, which means NULL where a table has partitions",
                           catalog::kDefaultPartition);
    }
    std::unreachable();
  };
  const std::string& column = table_.columns[partitioning_.column].source_name;
  return fail(Error(ErrorKind::Unrepresentable, message())
                  .with("table", table_.display())
                  .with("column", column)
                  .hint(fmt::format("give such rows a partition (`default` of partition_by), leave them out "
                                    "with `where`, or put them where NULLs go: "
                                    "`types: {{{}: {{on_unrepresentable: null}}}}` at the table",
                                    column)));
}

std::uint32_t PartitionSplitter::null_partition() {
  return number_of(partitioning_.default_value.value_or(std::string(catalog::kDefaultPartition)));
}

// The default was checked when the plan was made.
Result<std::uint32_t> PartitionSplitter::of_null(std::size_t row) {
  if (!partitioning_.default_value && !null_checked_) {
    PG2ATHENA_TRY(check(std::string(catalog::kDefaultPartition), row));
    null_checked_ = true;
  }
  return null_partition();
}

Result<std::uint32_t> PartitionSplitter::place(std::string value, std::size_t row) {
  if (const auto known = numbers_.find(value); known != numbers_.end()) return known->second;
  if (auto shown = check(value, row); !shown) {
    if (!partitioning_.default_value || shown.error().kind() != ErrorKind::Unsupported) {
      return fail(std::move(shown).error());
    }
    failed_row_.reset();
    if (refused_.size() >= kMostKnown) refused_.clear();
    refused_.insert(std::move(value));
    return null_partition();
  }
  return number_of(std::move(value));
}

Result<void> PartitionSplitter::check(const std::string& value, std::size_t row) {
  if (check_ == nullptr) return {};
  auto shown = (*check_)(value);
  if (!shown) failed_row_ = row;
  return shown;
}

std::uint32_t PartitionSplitter::number_of(std::string value) {
  const auto [place, is_new] = numbers_.emplace(value, static_cast<std::uint32_t>(values_.size()));
  if (is_new) values_.push_back(std::move(value));
  return place->second;
}

}  // namespace pg2athena::pipeline
