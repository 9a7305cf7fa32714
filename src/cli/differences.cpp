#include "cli/differences.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using Json = nlohmann::ordered_json;
using pipeline::Difference;
using pipeline::RunSummary;
using pipeline::TableSummary;
using pipeline::VerifiedColumn;

// Columns of which the source was asked nothing, with their tables: what the run compared of them is only
// what was written with what is there.
std::vector<std::string> not_compared(const RunSummary& summary) {
  std::vector<std::string> names;
  for (const TableSummary& table : summary.tables) {
    for (const VerifiedColumn& column : table.verified) {
      if (!column.count) names.push_back(fmt::format("{}.{}", table.name, column.path));
    }
  }
  return names;
}

std::size_t count(const RunSummary& summary, bool VerifiedColumn::* by) {
  std::size_t number = 0;
  for (const TableSummary& table : summary.tables) {
    number += static_cast<std::size_t>(std::ranges::count(table.verified, true, by));
  }
  return number;
}

}  // namespace

std::string differences_text(const std::vector<Difference>& differences) {
  TextTable table({{"table"}, {"shard", Align::Right}, {"where"}, {"what"}, {"expected"}, {"found"}});
  for (const Difference& difference : differences) {
    table.add_row({difference.table, difference.shard ? std::to_string(*difference.shard) : "",
                   difference.column.empty() ? difference.object : difference.column,
                   std::string(to_string(difference.kind)), difference.expected, difference.found});
  }
  return table.render();
}

std::string verified_text(const RunSummary& summary) {
  if (summary.verify == pipeline::Verify::None) return "";
  std::string text = fmt::format(
      "Verified against the source: rows of {}, values and NULLs of {}, sums of {}, smallest and largest "
      "values of {}",
      counted(summary.tables.size(), "table"), counted(count(summary, &VerifiedColumn::count), "column"),
      count(summary, &VerifiedColumn::sum), count(summary, &VerifiedColumn::bounds));
  if (summary.verify == pipeline::Verify::Deep) {
    text += fmt::format(", each value of {}", count(summary, &VerifiedColumn::digest));
  }
  text += "; and the files against what was written\n";
  const std::vector<std::string> others = not_compared(summary);
  if (!others.empty()) {
    // Of many columns the document of --output json has all.
    constexpr std::size_t kMost = 10;
    const std::vector<std::string> first(
        others.begin(), others.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, others.size())));
    text += fmt::format("Not compared with the source, only the files with what was read: {}{}\n",
                        fmt::join(first, ", "),
                        others.size() > kMost ? fmt::format(" and {} more", others.size() - kMost) : "");
  }
  return text;
}

Json verified_json(const std::vector<VerifiedColumn>& columns) {
  Json list = Json::array();
  for (const VerifiedColumn& column : columns) {
    Json by = Json::array();
    if (column.count) by.push_back("count");
    if (column.sum) by.push_back("sum");
    if (column.bounds) by.push_back("min_max");
    if (column.digest) by.push_back("digest");
    list.push_back({{"column", column.path}, {"by", std::move(by)}});
  }
  return list;
}

}  // namespace pg2athena::cli
