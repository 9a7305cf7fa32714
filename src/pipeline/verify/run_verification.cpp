#include "pipeline/verify/run_verification.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "catalog/object_keys.h"
#include "columnar/totals.h"
#include "pipeline/lake_tables.h"
#include "pipeline/verify/check_file.h"
#include "pipeline/verify/source_comparison.h"
#include "pipeline/verify/value_digests.h"

namespace pg2athena::pipeline {
namespace {

using catalog::Receipt;

// Who finds more has seen enough.
constexpr std::size_t kMostDifferences = 1000;

Result<Receipt> read_receipt(storage::ObjectStore& store, const std::string& run_id, int shard) {
  const std::string key = catalog::receipt_key(run_id, shard);
  PG2ATHENA_ASSIGN(const std::optional<storage::StoredObject> found, store.get(key));
  if (!found)
    return fail(Error(ErrorKind::Storage, "a receipt of the run was there and is gone").with("object", key));
  auto receipt = catalog::receipt_from_json(found->content);
  if (!receipt) return fail(std::move(receipt).error().with("object", key));
  return receipt;
}

}  // namespace

std::vector<VerifiedColumn> verified_columns(const Plan& plan, const PlannedTable& table) {
  const postgres::LakeValues values =
      postgres::lake_values(table.sources.front()->columns, "r", plan.server.encoding);
  const columnar::Totals totals(table.schema);
  std::vector<VerifiedColumn> columns;
  for (std::size_t i = 0; i < values.leaves.size(); ++i) {
    const postgres::LeafMeasures& measures = values.leaves[i].measures;
    columns.push_back({.path = totals.leaves()[i].path,
                       .count = measures.count,
                       .sum = measures.count && measures.sum,
                       .bounds = measures.count && measures.bounds,
                       .digest = measures.count && plan.verify == Verify::Deep &&
                                 measures.text != postgres::CanonicalText::None});
  }
  return columns;
}

RunVerification::RunVerification(const Context& context)
    : context_(context), deep_(context.plan.verify == Verify::Deep), shards_(context.plan.shards.size()) {
  for (const PlannedShard& shard : context.plan.shards) {
    SourceState& source = sources_[shard.source];
    ++source.shards;
    ++source.shards_left;
  }
}

// The questions are made for each shard and not kept: as SQL they take more memory than the plan.
Result<postgres::ServerTotals> RunVerification::ask(postgres::SnapshotSession& session,
                                                    const PlannedShard& shard) const {
  const postgres::ServerQuestions questions(*shard.source, context_.plan.server.encoding, deep_);
  return questions.ask(session.connection(), shard.range);
}

bool RunVerification::ends_source(const PlannedShard& shard) {
  const std::lock_guard lock(mutex_);
  SourceState& source = sources_[shard.source];
  return --source.shards_left == 0 && source.shards > 1;
}

Result<void> RunVerification::count_source(postgres::SnapshotSession& session, const PlannedShard& shard) {
  PG2ATHENA_ASSIGN(const std::uint64_t rows, postgres::count_rows(session.connection(), *shard.source));
  const std::lock_guard lock(mutex_);
  sources_[shard.source].rows = rows;
  return {};
}

void RunVerification::add_shard(const PlannedShard& shard, const Receipt& receipt,
                                const postgres::ServerTotals& server) {
  const PlannedTable& table = context_.plan.tables[shard.table];
  const postgres::LakeValues values =
      postgres::lake_values(shard.source->columns, "r", context_.plan.server.encoding);
  found(compare_with_source(receipt, table.schema, values.leaves, server));
  if (!deep_) return;
  std::vector<std::optional<std::uint64_t>> digests;
  for (std::size_t i = 0; i < values.leaves.size(); ++i) {
    const postgres::LeafMeasures& measures = values.leaves[i].measures;
    const bool has = measures.count && measures.text != postgres::CanonicalText::None;
    digests.push_back(has ? server.leaves[i].digest : std::nullopt);
  }
  const std::lock_guard lock(mutex_);
  shards_[static_cast<std::size_t>(shard.number)].digests = std::move(digests);
}

void RunVerification::found(std::vector<Difference> differences) {
  for (const Difference& difference : differences) {
    context_.log.info("difference_found", difference_text(difference), {{"table", difference.table}});
  }
  const std::lock_guard lock(mutex_);
  found_ += differences.size();
  const std::size_t room = kMostDifferences - differences_.size();
  differences.resize(std::min(differences.size(), room));
  std::ranges::move(differences, std::back_inserter(differences_));
}

std::vector<Difference> RunVerification::differences() const {
  const std::lock_guard lock(mutex_);
  std::vector<Difference> differences = differences_;
  // Workers found them in any order. (Not by stable_sort: see shard_plan.cpp.)
  std::ranges::sort(differences, {}, [](const Difference& difference) {
    return std::tie(difference.table, difference.shard, difference.object, difference.column,
                    difference.kind);
  });
  return differences;
}

Result<void> RunVerification::finish(const std::vector<Receipt>& receipts) {
  compare_sources(receipts);
  // What isn't as the source has it needs no second look.
  PG2ATHENA_TRY(different());
  const Plan& plan = context_.plan;
  PG2ATHENA_TRY(for_each_at_once(plan.shards.size(), static_cast<std::size_t>(plan.workers),
                                 [&](std::size_t i) { return check_shard(plan.shards[i]); }));
  PG2ATHENA_TRY(different());
  context_.log.info("run_verified", "what was written is what the source has",
                    {{"shards", plan.shards.size()}, {"deep", deep_}});
  return {};
}

void RunVerification::compare_sources(const std::vector<Receipt>& receipts) {
  std::map<const postgres::ScanSource*, std::uint64_t> rows;
  for (const Receipt& receipt : receipts) {
    rows[context_.plan.shards[static_cast<std::size_t>(receipt.shard)].source] += receipt.rows;
  }
  std::vector<Difference> differences;
  for (const PlannedTable& table : context_.plan.tables) {
    for (const auto& source : table.sources) {
      const std::optional<std::uint64_t> counted = sources_[source.get()].rows;
      if (!counted || *counted == rows[source.get()]) continue;
      differences.push_back({.kind = DifferenceKind::Rows,
                             .table = table.name,
                             .object = source->display(),
                             .expected = std::to_string(*counted),
                             .found = std::to_string(rows[source.get()])});
    }
  }
  found(std::move(differences));
}

// The shard's files, by what its receipt says of them; with `deep` their values, which are hashed again.
Result<void> RunVerification::check_shard(const PlannedShard& shard) {
  PG2ATHENA_TRY(context_.stop.check());
  const PlannedTable& table = context_.plan.tables[shard.table];
  PG2ATHENA_ASSIGN(const Receipt receipt, read_receipt(context_.store, context_.run_id, shard.number));
  const std::vector<catalog::TableColumn> columns = lake_columns(table);
  const ExpectedTable expected{
      .table = table.name, .run_id = context_.run_id, .source = table.source, .columns = columns};
  std::optional<ValueDigests> digests;
  FileCheckOptions options{.deep = deep_, .stop = &context_.stop};
  // What a file takes to be read is less than what it took to be written: of each column a page, which a row
  // group has at least. What lay ready for uploads is free again.
  options.read_ahead_bytes =
      std::min<std::uint64_t>(options.read_ahead_bytes, context_.plan.memory.upload_bytes);
  if (deep_) {
    digests.emplace(postgres::lake_values(shard.source->columns, "r", context_.plan.server.encoding).leaves);
    options.visit = [&digests](const columnar::Batch& batch) { digests->add(batch); };
  }
  std::vector<Difference> differences;
  for (const catalog::FileReceipt& file : receipt.files) {
    PG2ATHENA_ASSIGN(std::vector<Difference> of_file, check_file(context_.store, expected, file, options));
    std::ranges::move(of_file, std::back_inserter(differences));
  }
  // A file that can't be read has no digests, and says so itself.
  if (digests && differences.empty()) {
    differences = compare_digests(receipt, table.schema,
                                  shards_[static_cast<std::size_t>(shard.number)].digests, digests->sums());
  }
  found(std::move(differences));
  return {};
}

Result<void> RunVerification::different() const {
  const std::lock_guard lock(mutex_);
  if (found_ == 0) return {};
  return fail(
      Error(ErrorKind::Different, fmt::format("{} between the source and what was written",
                                              found_ == 1 ? "there is 1 difference"
                                                          : fmt::format("there are {} differences", found_)))
          .with("table", differences_.front().table));
}

}  // namespace pg2athena::pipeline
