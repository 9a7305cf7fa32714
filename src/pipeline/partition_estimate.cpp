#include "pipeline/partition_estimate.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/iso8601.h"
#include "base/number_text.h"

namespace pg2athena::pipeline {
namespace {

using types::PartitionBy;

// The day that a date or a timestamp of PostgreSQL's begins with; none for infinities, years of more digits
// and those before Christ.
std::optional<Date> day_of(std::string_view text) {
  constexpr std::size_t kDayBytes = 10;
  if (text.size() < kDayBytes || text.ends_with("BC")) return std::nullopt;
  const auto day = parse_iso8601_date(text.substr(0, kDayBytes));
  return day ? std::optional(*day) : std::nullopt;
}

// How many days, months or years there are from the one to the other, both included.
std::optional<std::uint64_t> steps_between(PartitionBy by, const postgres::ColumnStatistics& statistics) {
  const auto first = day_of(statistics.least);
  const auto last = day_of(statistics.greatest);
  if (by == PartitionBy::Value || !first || !last || first->days > last->days) return std::nullopt;
  const CivilDate from = civil_from_days(first->days);
  const CivilDate to = civil_from_days(last->days);
  const std::int64_t years = to.year - from.year;
  constexpr std::int64_t kMonths = 12;
  const std::int64_t steps = by == PartitionBy::Day ? std::int64_t{last->days} - first->days
                             : by == PartitionBy::Month
                                 ? years * kMonths + static_cast<std::int64_t>(to.month) - from.month
                                 : years;
  return static_cast<std::uint64_t>(steps) + 1;
}

}  // namespace

std::optional<PartitionEstimate> estimate_partitions(PartitionBy by,
                                                     const postgres::ColumnStatistics& statistics,
                                                     std::uint64_t rows, std::uint64_t shards) {
  // n_distinct of pg_stats: negative, it is a share of the rows.
  const double values =
      statistics.distinct >= 0 ? statistics.distinct : -statistics.distinct * static_cast<double>(rows);
  const auto distinct = static_cast<std::uint64_t>(std::llround(values));
  if (distinct == 0 || rows == 0) return std::nullopt;
  PartitionEstimate estimate{.partitions = std::min(distinct, rows)};
  // A timestamp has many values in a day; without the ends nobody knows how many days they are.
  const auto steps = steps_between(by, statistics);
  if (by != PartitionBy::Value && !statistics.least.empty() && !steps) return std::nullopt;
  if (steps) estimate.partitions = std::min(estimate.partitions, *steps);
  constexpr double kInOrder = 0.9;
  const bool in_order = std::abs(statistics.correlation) >= kInOrder;
  estimate.files = std::min(rows, in_order ? estimate.partitions + shards - std::min<std::uint64_t>(shards, 1)
                                           : estimate.partitions * std::max<std::uint64_t>(shards, 1));
  return estimate;
}

std::optional<std::uint64_t> steps_with_default(PartitionBy by, std::string_view type,
                                                const postgres::ColumnStatistics& statistics,
                                                std::string_view default_value) {
  const bool days = type == "date";
  if (!days && (by != PartitionBy::Value || type == "string")) return std::nullopt;
  const auto place = [&](std::string_view text) -> std::optional<std::int64_t> {
    if (!days) return parse_whole<std::int64_t>(text);
    const auto day = day_of(text);
    return day ? std::optional<std::int64_t>(day->days) : std::nullopt;
  };
  const auto start = place(default_value);
  if (!start) return std::nullopt;
  std::int64_t least = *start;
  std::int64_t greatest = *start;
  bool known = false;
  for (const std::string* const text : {&statistics.least, &statistics.greatest, &statistics.common}) {
    const auto at = place(*text);
    if (!at) continue;
    known = true;
    least = std::min(least, *at);
    greatest = std::max(greatest, *at);
  }
  if (!known) return std::nullopt;
  // Unsigned, so that the distance of any two fits.
  return static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
}

}  // namespace pg2athena::pipeline
