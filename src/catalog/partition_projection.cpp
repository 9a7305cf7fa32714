#include "catalog/partition_projection.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/iso8601.h"
#include "base/number_text.h"
#include "catalog/partition_name.h"

namespace pg2athena::catalog {
namespace {

using Parameters = std::map<std::string, std::string>;

// A query without a filter looks for each partition of a range, a listing of S3 for each, whether it is there
// or not: AWS advises against projection where more than half are not.
constexpr std::uint64_t kMostProjected = 10'000;
constexpr std::uint64_t kMostProjectedOfEach = 100;
// Of a parameter's value: ParametersMapValue in Glue's API.
constexpr std::size_t kMostParameterBytes = 512'000;

std::unexpected<Error> refuse(const TableRecord& record, std::string message, std::string hint) {
  return fail(Error(ErrorKind::Unsupported, std::move(message))
                  .with("table", record.table)
                  .with("column", record.partitioning->source_column)
                  .hint(std::move(hint)));
}

constexpr const char* kElsewhere =
    "give such rows a partition (`default` of partition_by), partition the table by another column, or have "
    "Glue register its partitions (`catalog: registered`), which can have every value";

std::string key(const TablePartitioning& by, std::string_view name) {
  return fmt::format("projection.{}.{}", by.column, name);
}

Result<void> check_range(const TableRecord& record, std::string_view first, std::string_view last,
                         std::uint64_t steps) {
  const std::uint64_t partitions = record.partitioning->values.size();
  if (!is_sparse(partitions, steps)) return {};
  return refuse(
      record,
      fmt::format("the {} partitions from {} to {} lie so far apart that Athena would look for {}",
                  partitions, first, last, steps + 1),
      "leave out those that are far from the others with `where`, choose a default near them, partition the "
      "table by month or year, or have Glue register its partitions (`catalog: registered`)");
}

// Begins or ends with what Java calls white space, which Trino takes away ("trimResults" of Guava), or with
// another character than those of ASCII that only looks like none.
bool has_blank_ends(std::string_view value) {
  constexpr std::array<std::string_view, 6> kBlanks = {
      " ", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE3\x80\x80", "\xEF\xBB\xBF"};
  // U+2000 to U+206F: blanks, separators, marks that aren't seen.
  const auto is_general = [](std::string_view c) {
    return c.starts_with("\xE2\x80") || c.starts_with("\xE2\x81");
  };
  const std::string_view last = value.size() < 3 ? std::string_view() : value.substr(value.size() - 3);
  return std::ranges::any_of(
             kBlanks, [&](auto blank) { return value.starts_with(blank) || value.ends_with(blank); }) ||
         is_general(value) || is_general(last);
}

// The value behind this one, or before the last that there is: "2026-02-01" of "2026-01-31".
std::string neighbour_of_day(const std::string& day) {
  auto date = parse_iso8601_date(day);
  if (!date) return day;
  date->days += day == "9999-12-31" ? -1 : 1;
  const auto text = format_iso8601_date(*date);
  return text ? std::string(text->view()) : day;
}

// Values sort as their texts do: years have four digits. Trino refuses a range whose ends are the same; a
// partition more has no folder, and is empty.
Result<Parameters> days(const TableRecord& record) {
  const TablePartitioning& by = *record.partitioning;
  const auto [least, greatest] = std::ranges::minmax(by.values);
  // Trino 476 counts them with Java's SimpleDateFormat, which has the Julian calendar before its reform: of
  // some days it says nothing, on others it fails.
  constexpr std::string_view kFirst = "1582-10-15";
  if (least < kFirst) {
    return refuse(
        record,
        fmt::format("Athena would not find the day {}: its projection counts days before {} by another "
                    "calendar",
                    least, kFirst),
        "give such days a partition (`default` of partition_by), partition the table by month or year, or "
        "have Glue register its partitions (`catalog: registered`)");
  }
  if (const auto from = parse_iso8601_date(least), to = parse_iso8601_date(greatest); from && to) {
    PG2ATHENA_TRY(check_range(record, least, greatest, static_cast<std::uint64_t>(to->days - from->days)));
  }
  std::vector<std::string> ends = {least, least == greatest ? neighbour_of_day(least) : greatest};
  std::ranges::sort(ends);
  return Parameters{{key(by, "type"), "date"},
                    {key(by, "format"), "yyyy-MM-dd"},
                    {key(by, "range"), fmt::format("{},{}", ends[0], ends[1])}};
}

Result<Parameters> integers(const TableRecord& record) {
  const TablePartitioning& by = *record.partitioning;
  std::vector<std::int64_t> numbers;
  for (const std::string& value : by.values) {
    const auto number = parse_whole<std::int64_t>(value);
    if (!number) return refuse(record, fmt::format("the partition {} is no whole number", value), {});
    numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  // Unsigned, so that the distance of any two fits.
  std::uint64_t step = 0;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    step =
        std::gcd(step, static_cast<std::uint64_t>(numbers[i]) - static_cast<std::uint64_t>(numbers[i - 1]));
  }
  step = std::max<std::uint64_t>(step, 1);
  const std::uint64_t distance =
      static_cast<std::uint64_t>(numbers.back()) - static_cast<std::uint64_t>(numbers.front());
  PG2ATHENA_TRY(
      check_range(record, std::to_string(numbers.front()), std::to_string(numbers.back()), distance / step));
  return Parameters{{key(by, "type"), "integer"},
                    {key(by, "interval"), std::to_string(step)},
                    {key(by, "range"), fmt::format("{},{}", numbers.front(), numbers.back())}};
}

// Whether a value is in the name of its folder as it is. It is put into the location so, by Trino as Java's
// regular expressions have it, to which $ is a group.
bool names_its_folder(const TablePartitioning& by, const std::string& value) {
  return !value.contains('$') && !has_blank_ends(value) &&
         partition_folder(by.column, value) == fmt::format("{}={}", by.column, value);
}

Result<Parameters> texts(const TableRecord& record) {
  const TablePartitioning& by = *record.partitioning;
  for (const std::string& value : by.values) {
    // The list has no way to write a comma.
    if (!value.contains(',') && names_its_folder(by, value)) continue;
    return refuse(record,
                  fmt::format("Athena would not find the partition \"{}\": a list of partitions has no "
                              "commas, no $, no blanks at a value's ends, and no characters that a folder's "
                              "name can't have",
                              value),
                  kElsewhere);
  }
  std::string list = fmt::format("{}", fmt::join(by.values, ","));
  if (list.size() > kMostParameterBytes) {
    return refuse(record,
                  fmt::format("the list of its {} partitions has {} bytes, and Glue takes {}",
                              by.values.size(), list.size(), kMostParameterBytes),
                  "partition the table by a column with fewer values");
  }
  return Parameters{{key(by, "type"), "enum"}, {key(by, "values"), std::move(list)}};
}

// Commas are no matter, nor how many there are or how far apart: nothing lists them. Whether blanks at the
// ends stay Athena doesn't say, so they are refused here, too.
Result<Parameters> injected(const TableRecord& record) {
  const TablePartitioning& by = *record.partitioning;
  for (const std::string& value : by.values) {
    if (names_its_folder(by, value)) continue;
    return refuse(
        record,
        fmt::format("Athena would not find the partition \"{}\": a value that a query names has no $, "
                    "no blanks at its ends, and no characters that a folder's name can't have",
                    value),
        kElsewhere);
  }
  return Parameters{{key(by, "type"), "injected"}};
}

// A value that could be one, and is none where a table has no rows.
std::string any_value(const TablePartitioning& by) {
  if (by.type == "date") return "1970-01-01";
  return by.type == "string" ? "none" : "0";
}

Result<Parameters> rule(const TableRecord& record) {
  const TablePartitioning& by = *record.partitioning;
  if (by.catalog == CatalogPartitions::Injected) return injected(record);
  if (by.type == "date") return days(record);
  // Months too: Athena projects them as dates, and Trino has no such step.
  if (by.type == "string") return texts(record);
  return integers(record);
}

}  // namespace

Result<Parameters> projection_parameters(const TableRecord& record, std::string_view data_url) {
  const TablePartitioning& by = *record.partitioning;
  if (record.rows == 0) {
    // Its one file is in the partition of NULLs, and nobody has to find it. With no projection at all Athena
    // would show what was once registered.
    TableRecord empty = record;
    empty.rows = 1;
    empty.partitioning->values = {any_value(by)};
    return projection_parameters(empty, data_url);
  }
  if (std::ranges::find(by.values, kDefaultPartition) != by.values.end()) {
    return refuse(
        record,
        fmt::format("there are rows whose {} is NULL, or empty, and Athena would not show them: {}",
                    by.source_column,
                    by.catalog == CatalogPartitions::Injected
                        ? "a query has to name the partition (`catalog: injected`), and can't name NULL"
                        : "a projection has no partition for them"),
        "give them a partition (`default` of partition_by), leave them out with `where`, or have Glue "
        "register its partitions (`catalog: registered`)");
  }
  PG2ATHENA_ASSIGN(Parameters parameters, rule(record));
  parameters.emplace("projection.enabled", "true");
  parameters.emplace("storage.location.template",
                     fmt::format("{}{}=${{{}}}/", data_url, by.column, by.column));
  return parameters;
}

bool is_sparse(std::uint64_t partitions, std::uint64_t steps) {
  return steps >= std::max(kMostProjected, partitions * kMostProjectedOfEach);
}

bool is_projection_parameter(std::string_view name) {
  return name.starts_with("projection.") || name == "storage.location.template";
}

}  // namespace pg2athena::catalog
