#include "catalog/table_change.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalog/type_widening.h"

namespace pg2athena::catalog {
namespace {

std::unexpected<Error> refuse(const TableRecord& record, std::string message, std::string hint) {
  return fail(
      Error(ErrorKind::Unsupported, std::move(message)).with("table", record.table).hint(std::move(hint)));
}

std::string start_anew(std::string_view display) {
  return fmt::format(
      "where nothing needs the old form any more, remove the table in Athena (DROP TABLE {}, which leaves "
      "its "
      "files) and make it again, by a run with catalog.glue or by `pg2athena ddl`; or give it another name "
      "with `as:`",
      display);
}

std::string keys_text(const std::vector<TableColumn>& keys) {
  std::vector<std::string> texts;
  for (const TableColumn& key : keys) texts.push_back(key.name + " " + key.type);
  return texts.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(texts, ", "));
}

// How Glue takes another set of keys it doesn't say, Hive's DDL has no statement for it, and registered
// partitions would have values of the old ones.
Result<void> check_partition_keys(const KnownTable& known, const TableRecord& record,
                                  std::string_view display) {
  const std::string there = keys_text(known.partition_keys);
  const std::string here = keys_text(known_table(record).partition_keys);
  if (there == here) return {};
  return refuse(record, fmt::format("{} is partitioned by {}, and would be by {} now", display, there, here),
                start_anew(display));
}

}  // namespace

KnownTable known_table(const TableRecord& record) {
  KnownTable known{.columns = record.columns, .partition_keys = {}};
  if (record.partitioning) {
    known.partition_keys.push_back(
        {.name = record.partitioning->column, .type = record.partitioning->type, .comment = {}});
  }
  return known;
}

Result<TableChange> table_change(const KnownTable& known, const TableRecord& record,
                                 std::string_view display) {
  PG2ATHENA_TRY(check_partition_keys(known, record, display));
  std::map<std::string_view, std::size_t> left;  // name → its place
  for (std::size_t i = 0; i < known.columns.size(); ++i) left.emplace(known.columns[i].name, i);
  TableChange change;
  std::vector<std::string> differences;
  for (const TableColumn& column : record.columns) {
    const auto before = left.find(column.name);
    if (before == left.end()) {
      change.added.push_back(column);
      continue;
    }
    const std::string& type = known.columns[before->second].type;
    if (!widens(type, column.type)) {
      differences.push_back(fmt::format("{} is {} there and {} now", column.name, type, column.type));
    } else if (!widens(column.type, type)) {
      change.widened.push_back(column);
    }
    left.erase(before);
  }
  if (!differences.empty()) {
    return refuse(record,
                  fmt::format("{} can't become what it is now, for its readers would fail: {}", display,
                              fmt::join(differences, "; ")),
                  "`types: {column: {as: …}}` may keep a column what it was; " + start_anew(display));
  }
  for (const auto& [name, place] : left) {
    if (!record.partitioning || record.partitioning->column != name) change.dropped.push_back(place);
  }
  std::ranges::sort(change.dropped);
  return change;
}

}  // namespace pg2athena::catalog
