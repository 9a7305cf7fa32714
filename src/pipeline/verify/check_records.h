// A table's record against the decision and the receipts of the run that it shows, and these against the
// objects that are there. Pure: what was read is handed in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "catalog/receipt.h"
#include "catalog/table_counter.h"
#include "catalog/table_record.h"
#include "pipeline/verify/difference.h"
#include "pipeline/verify/run_facts.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// A table's receipts, as far as they could be read.
struct TableReceipts {
  std::vector<catalog::Receipt> receipts;  // each under the shard's key, by shard
  // Shards that have none, or one that can't be read, and of what that is said as a difference: what follows
  // from it isn't.
  std::vector<int> broken;
};

// The record and commit.json: each names the same run, columns, partitions and place.
std::vector<Difference> check_decision(const catalog::TableRecord& record, const RunFacts& facts);

// Whether a receipt is the one of this run, table and shard.
bool is_of_shard(const catalog::TableRecord& record, int shard, const catalog::Receipt& receipt);
// Whether a file's key is one, and in the folder of the record's run.
bool is_in_run_folder(const catalog::TableRecord& record, const std::string& key);

// One receipt that was read for a shard: it is of this run, table and shard, its sums are its files', and
// these lie in the table's folder and their partition's.
std::vector<Difference> check_receipt(const catalog::TableRecord& record, int shard,
                                      const catalog::Receipt& receipt);

// What the receipts sum up to, and what the record says: rows, bytes, files, partitions. And the same of
// commit.json.
std::vector<Difference> check_sums(const catalog::TableRecord& record, const RunFacts& facts,
                                   const TableReceipts& receipts);

// Objects under the run's prefix that no receipt knows, and files that two of them know. (That each file is
// there is for check_file().)
std::vector<Difference> check_objects(const catalog::TableRecord& record, const TableReceipts& receipts,
                                      std::span<const storage::ObjectInfo> objects);

// What the receipts count of the table: rows, and the values of each column that is a leaf.
struct ReceiptCounts {
  std::uint64_t rows = 0;
  std::vector<std::string> columns;
  std::vector<std::uint64_t> values;  // of each of them
};
ReceiptCounts counts_of(const catalog::TableRecord& record, const TableReceipts& receipts);

// What an engine counted that reads the table as its readers do.
std::vector<Difference> check_reader_counts(const catalog::TableRecord& record, const ReceiptCounts& expected,
                                            const catalog::TableCounts& found);

}  // namespace pg2athena::pipeline
