#include "pipeline/verify/difference.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/one_line.h"

namespace pg2athena::pipeline {
namespace {

struct KindRow {
  DifferenceKind kind;
  std::string_view name;
  std::string_view clause;  // behind the object and the column
};

constexpr std::array kKinds = {
    KindRow{DifferenceKind::Missing, "missing", "isn't there"},
    KindRow{DifferenceKind::Size, "size", "has another size"},
    KindRow{DifferenceKind::Checksum, "checksum", "has other bytes than were written"},
    KindRow{DifferenceKind::Unreadable, "unreadable", "can't be read as Parquet"},
    KindRow{DifferenceKind::Metadata, "metadata", "says that it is another's"},
    KindRow{DifferenceKind::Columns, "columns", "has other columns"},
    KindRow{DifferenceKind::Rows, "rows", "has another number of rows"},
    KindRow{DifferenceKind::Values, "values", "has another number of values that aren't NULL"},
    KindRow{DifferenceKind::Nulls, "nulls", "has another number of NULLs"},
    KindRow{DifferenceKind::Minimum, "min", "has another smallest value"},
    KindRow{DifferenceKind::Maximum, "max", "has another largest value"},
    KindRow{DifferenceKind::Sum, "sum", "has values with another sum"},
    KindRow{DifferenceKind::RowDigest, "row_digest", "has rows with another digest"},
    KindRow{DifferenceKind::ValueDigest, "digest", "has values with another digest"},
    KindRow{DifferenceKind::Content, "content", "can't be decoded"},
    KindRow{DifferenceKind::Statistics, "statistics", "has other values than the file says itself"},
    KindRow{DifferenceKind::Extra, "extra", "is known to no receipt"},
    KindRow{DifferenceKind::Partition, "partition", "isn't in its partition's folder"},
    KindRow{DifferenceKind::Record, "record", "isn't what the run published"},
    KindRow{DifferenceKind::Commit, "commit", "isn't the decision that published the table"},
    KindRow{DifferenceKind::Plan, "plan", "isn't the plan of the run"},
    KindRow{DifferenceKind::Receipt, "receipt", "isn't a receipt of the run"},
    KindRow{DifferenceKind::Link, "link", "readers aren't led to the run"},
    KindRow{DifferenceKind::Catalog, "catalog", "is shown otherwise by Glue"},
    KindRow{DifferenceKind::Athena, "athena", "is read otherwise by Athena"},
};

const KindRow& row_of(DifferenceKind kind) {
  return *std::ranges::find(kKinds, kind, &KindRow::kind);
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  return row_of(kind).name;
}

std::string difference_text(const Difference& difference) {
  std::string text = difference.shard ? fmt::format("shard {}", *difference.shard) : difference.object;
  if (!difference.column.empty()) {
    text += fmt::format("{}column {}", text.empty() ? "" : ", ", difference.column);
  }
  if (!text.empty()) text += ": ";
  text += row_of(difference.kind).clause;
  if (!difference.found.empty()) text += fmt::format(": {}", difference.found);
  if (!difference.expected.empty()) {
    text +=
        fmt::format("{}{}", difference.found.empty() ? ": expected " : " instead of ", difference.expected);
  }
  return one_line(text);
}

}  // namespace pg2athena::pipeline
