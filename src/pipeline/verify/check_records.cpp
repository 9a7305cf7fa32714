#include "pipeline/verify/check_records.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "catalog/object_keys.h"
#include "catalog/partition_name.h"

namespace pg2athena::pipeline {
namespace {

using catalog::FileReceipt;
using catalog::Receipt;
using catalog::TableRecord;

// The differences of one object.
class Findings {
 public:
  Findings(DifferenceKind kind, const TableRecord& record, std::string object)
      : kind_(kind), table_(record.table), object_(std::move(object)) {}

  void add(std::string expected, std::string found) {
    found_.push_back({.kind = kind_,
                      .table = table_,
                      .object = object_,
                      .expected = std::move(expected),
                      .found = std::move(found)});
  }
  void compare(std::string_view what, std::uint64_t expected, std::uint64_t found) {
    if (expected != found) add(fmt::format("{}", expected), fmt::format("{} {}", what, found));
  }
  void compare(std::string_view what, std::string_view expected, std::string_view found) {
    if (expected != found) add(std::string(expected), fmt::format("{} {}", what, found));
  }
  std::vector<Difference> take() { return std::move(found_); }

 private:
  DifferenceKind kind_;
  std::string table_;
  std::string object_;
  std::vector<Difference> found_;
};

std::vector<std::string> column_texts(const TableRecord& record) {
  std::vector<std::string> texts;
  for (const catalog::TableColumn& column : record.columns) texts.push_back(column.name + " " + column.type);
  return texts;
}

std::string partitioning_text(const TableRecord& record) {
  if (!record.partitioning) return "no partitions";
  const catalog::TablePartitioning& partitioning = *record.partitioning;
  return fmt::format("{} {} by {} of {}", partitioning.column, partitioning.type, partitioning.by,
                     partitioning.source_column);
}

struct Sums {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::set<std::string> partitions;
};

Sums sums_of(const TableReceipts& receipts) {
  Sums sums;
  for (const Receipt& receipt : receipts.receipts) {
    sums.rows += receipt.rows;
    sums.bytes += receipt.bytes;
    sums.files += receipt.files.size();
    for (const FileReceipt& file : receipt.files) {
      if (file.partition) sums.partitions.insert(*file.partition);
    }
  }
  return sums;
}

void compare_sums(const Sums& sums, const TableRecord& record, Findings& findings) {
  findings.compare("rows", sums.rows, record.rows);
  findings.compare("bytes", sums.bytes, record.bytes);
  findings.compare("files", sums.files, record.files);
  // Values of partitions are in names of folders, which are no secret; but there may be a thousand.
  if (record.partitioning && !std::ranges::equal(sums.partitions, record.partitioning->values)) {
    findings.add("those of the receipts", "partitions");
  }
}

// Whether a file lies where its partition says.
bool is_in_its_folder(const FileReceipt& file, const TableRecord& record) {
  if (!record.partitioning) return !file.partition && !file.key.substr(record.data.size()).contains('/');
  if (!file.partition || file.partition->empty()) return false;
  return file.key.starts_with(
      catalog::partition_prefix(record.data, record.partitioning->column, *file.partition));
}

}  // namespace

std::vector<Difference> check_decision(const TableRecord& record, const RunFacts& facts) {
  Findings commit(DifferenceKind::Commit, record, catalog::commit_key(facts.run_id));
  if (!facts.decision) {
    commit.add({}, facts.commit_problem);
    return commit.take();
  }
  if (facts.decision->verdict == catalog::Decision::Verdict::Abandon) {
    commit.add({}, "it abandons the run");
    return commit.take();
  }
  const TableRecord* const decided = decided_record(*facts.decision, record.table);
  if (decided == nullptr) {
    commit.add({}, "it doesn't have the table");
    return commit.take();
  }
  Findings findings(DifferenceKind::Record, record, catalog::table_key(record.table));
  findings.compare("previous run", decided->previous_run_id, record.previous_run_id);
  findings.compare("data", decided->data, record.data);
  findings.compare("catalog", decided->catalog, record.catalog);
  findings.compare("partitioned by", partitioning_text(*decided), partitioning_text(record));
  if (column_texts(*decided) != column_texts(record)) findings.add("those of the decision", "columns");
  return findings.take();
}

bool is_of_shard(const TableRecord& record, int shard, const Receipt& receipt) {
  return receipt.run_id == record.run_id && receipt.table == record.table && receipt.shard == shard;
}

bool is_in_run_folder(const TableRecord& record, const std::string& key) {
  return key.starts_with(record.data) && storage::check_key(key).has_value();
}

std::vector<Difference> check_receipt(const TableRecord& record, int shard, const Receipt& receipt) {
  Findings findings(DifferenceKind::Receipt, record, catalog::receipt_key(record.run_id, shard));
  findings.compare("run", record.run_id, receipt.run_id);
  findings.compare("table", record.table, receipt.table);
  findings.compare("shard", static_cast<std::uint64_t>(shard), static_cast<std::uint64_t>(receipt.shard));
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::vector<Difference> misplaced;
  for (const FileReceipt& file : receipt.files) {
    rows += file.rows;
    bytes += file.bytes;
    if (!is_in_run_folder(record, file.key)) {
      findings.add({}, fmt::format("it has a file outside of the run's folder, {}", file.key));
    } else if (!is_in_its_folder(file, record)) {
      misplaced.push_back({.kind = DifferenceKind::Partition,
                           .table = record.table,
                           .object = file.key,
                           .expected = file.partition.value_or("no partition")});
    }
  }
  findings.compare("rows", rows, receipt.rows);
  findings.compare("bytes", bytes, receipt.bytes);
  std::vector<Difference> all = findings.take();
  std::ranges::move(misplaced, std::back_inserter(all));
  return all;
}

std::vector<Difference> check_sums(const TableRecord& record, const RunFacts& facts,
                                   const TableReceipts& receipts) {
  if (!receipts.broken.empty()) return {};
  const Sums sums = sums_of(receipts);
  Findings of_record(DifferenceKind::Record, record, catalog::table_key(record.table));
  compare_sums(sums, record, of_record);
  std::vector<Difference> all = of_record.take();
  const TableRecord* const decided = facts.decision ? decided_record(*facts.decision, record.table) : nullptr;
  if (decided != nullptr) {
    Findings of_commit(DifferenceKind::Commit, record, catalog::commit_key(facts.run_id));
    compare_sums(sums, *decided, of_commit);
    std::ranges::move(of_commit.take(), std::back_inserter(all));
  }
  return all;
}

std::vector<Difference> check_objects(const TableRecord& record, const TableReceipts& receipts,
                                      std::span<const storage::ObjectInfo> objects) {
  std::set<std::string_view> known;
  std::vector<Difference> all;
  for (const Receipt& receipt : receipts.receipts) {
    for (const FileReceipt& file : receipt.files) {
      if (known.insert(file.key).second) continue;
      all.push_back({.kind = DifferenceKind::Receipt,
                     .table = record.table,
                     .object = catalog::receipt_key(record.run_id, receipt.shard),
                     .found = fmt::format("it has {}, which another has too", file.key)});
    }
  }
  for (const storage::ObjectInfo& object : objects) {
    if (known.contains(object.key)) continue;
    // A file of a shard whose receipt is gone is what that one knew.
    const auto parsed = catalog::run_object(object.key);
    const bool of_broken =
        parsed && std::ranges::find(receipts.broken, parsed->shard) != receipts.broken.end();
    if (of_broken) continue;
    all.push_back({.kind = DifferenceKind::Extra,
                   .table = record.table,
                   .object = object.key,
                   .found = fmt::format("{} bytes", object.size)});
  }
  return all;
}

ReceiptCounts counts_of(const TableRecord& record, const TableReceipts& receipts) {
  std::map<std::string_view, std::uint64_t> values;
  ReceiptCounts counts;
  for (const Receipt& receipt : receipts.receipts) {
    counts.rows += receipt.rows;
    for (const FileReceipt& file : receipt.files) {
      for (const catalog::ColumnReceipt& column : file.columns) values[column.path] += column.values;
    }
  }
  for (const catalog::TableColumn& column : record.columns) {
    // Of a nested one the receipts count what is in it.
    const auto found = values.find(column.name);
    if (found == values.end()) continue;
    counts.columns.push_back(column.name);
    counts.values.push_back(found->second);
  }
  return counts;
}

std::vector<Difference> check_reader_counts(const TableRecord& record, const ReceiptCounts& expected,
                                            const catalog::TableCounts& found) {
  std::vector<Difference> all;
  const auto add = [&](const std::string& column, std::string wanted, std::string counted) {
    all.push_back({.kind = DifferenceKind::Athena,
                   .table = record.table,
                   .column = column,
                   .expected = std::move(wanted),
                   .found = std::move(counted)});
  };
  if (!found.refusal.empty()) {
    add({}, {}, found.refusal);
    return all;
  }
  if (found.rows != expected.rows) {
    add({}, fmt::format("{}", expected.rows), fmt::format("{} rows", found.rows));
  }
  for (std::size_t i = 0; i < std::min(expected.columns.size(), found.values.size()); ++i) {
    if (found.values[i] == expected.values[i]) continue;
    add(expected.columns[i], fmt::format("{}", expected.values[i]),
        fmt::format("{} values that aren't NULL", found.values[i]));
  }
  return all;
}

}  // namespace pg2athena::pipeline
