#include "catalog/run_record.h"

#include <algorithm>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/run_id.h"
#include "catalog/object_keys.h"
#include "catalog/partition_name.h"

namespace pg2athena::catalog {
namespace {

using storage::PutCondition;
using storage::PutOutcome;
using storage::Stored;
using storage::StoredObject;

bool is_stored(const Result<PutOutcome>& put) {
  return put && std::holds_alternative<Stored>(*put);
}

// The table whose shard this is, or nullptr. Tables are in the order of their shards: check_plan().
const PlannedTable* table_of(const RunPlan& plan, int shard) {
  const auto behind = std::ranges::upper_bound(plan.tables, shard, {}, &PlannedTable::first_shard);
  if (behind == plan.tables.begin()) return nullptr;
  const PlannedTable& table = *std::prev(behind);
  return shard - table.first_shard < table.shards ? &table : nullptr;
}

Result<void> check_plan(const RunPlan& plan) {
  if (!is_run_id(plan.run_id)) return fail(ErrorKind::Internal, fmt::format("{} is no run id", plan.run_id));
  if (plan.tables.empty()) return fail(ErrorKind::Internal, "a run without tables");
  std::set<std::string_view> names;
  int next_shard = 0;
  for (const PlannedTable& table : plan.tables) {
    PG2ATHENA_TRY(check_table_name(table.name));
    if (!names.insert(table.name).second) {
      return fail(ErrorKind::NameCollision,
                  fmt::format("two tables of the run are {} in the lake", table.name));
    }
    if (table.shards < 1 || table.first_shard < next_shard) {
      return fail(ErrorKind::Internal,
                  fmt::format("the shards of {} are none or another table's", table.name));
    }
    next_shard = table.first_shard + table.shards;
  }
  return {};
}

// Puts an object that is written once, with this content. True: it is there. False: something else is.
Result<bool> put_once(storage::ObjectStore& store, const std::string& key, const std::string& content) {
  const Result<PutOutcome> put = store.put(key, content, PutCondition::if_absent());
  if (is_stored(put)) return true;
  // The condition failed, or an answer got lost: what is there tells.
  Result<std::optional<StoredObject>> found = store.get(key);
  if (!found) return fail(put ? std::move(found).error() : put.error());
  if (*found) return (*found)->content == content;
  if (!put) return fail(put.error());
  return fail(ErrorKind::Storage, fmt::format("{} was there and then wasn't", key));
}

// What the rest of the run needs of a receipt.
Receipt without_columns(Receipt receipt) {
  for (FileReceipt& file : receipt.files) file.columns = {};
  return receipt;
}

// Whether a file lies where its partition says.
bool is_in_its_folder(const FileReceipt& file, const PlannedTable& table, std::string_view prefix) {
  if (!table.partitioning) return !file.partition;
  if (!file.partition || file.partition->empty()) return false;
  return file.key.starts_with(partition_prefix(prefix, table.partitioning->column, *file.partition));
}

// Goes on after a failure; the first one is the result.
Result<void> remove_all(storage::ObjectStore& store, const std::string& prefix, std::size_t at_once) {
  PG2ATHENA_ASSIGN(const std::vector<storage::ObjectInfo> objects, store.list(prefix));
  std::vector<Result<void>> removed(objects.size());
  PG2ATHENA_TRY(for_each_at_once(objects.size(), at_once, [&](std::size_t i) -> Result<void> {
    removed[i] = store.remove(objects[i].key);
    return {};
  }));
  for (Result<void>& result : removed) PG2ATHENA_TRY(std::move(result));
  return {};
}

}  // namespace

Result<std::unique_ptr<RunRecord>> RunRecord::begin(storage::ObjectStore& store, const Clock& clock,
                                                    RunPlan plan) {
  PG2ATHENA_TRY(check_plan(plan));
  PG2ATHENA_ASSIGN(const bool ours, put_once(store, plan_key(plan.run_id), plan.json));
  if (!ours) return fail(ErrorKind::Internal, fmt::format("there is another run {} already", plan.run_id));
  plan.json = {};  // the store has it, and it is large where tables are many
  return std::unique_ptr<RunRecord>(new RunRecord(store, clock, std::move(plan)));
}

Result<void> RunRecord::check_receipt(const Receipt& receipt) const {
  const PlannedTable* const table = table_of(plan_, receipt.shard);
  const auto wrong = [&](std::string_view why) {
    return fail(Error(ErrorKind::Internal, fmt::format("a receipt {}", why))
                    .with("table", receipt.table)
                    .with("shard", std::to_string(receipt.shard)));
  };
  if (receipt.run_id != run_id()) return wrong("of another run");
  if (table == nullptr || table->name != receipt.table) return wrong("of a shard that isn't planned");
  const std::string prefix = data_prefix(table->name, run_id());
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  for (const FileReceipt& file : receipt.files) {
    if (!file.key.starts_with(prefix)) return wrong("with a file outside of the run's folder");
    if (!is_in_its_folder(file, *table, prefix))
      return wrong("with a file outside of its partition's folder");
    rows += file.rows;
    bytes += file.bytes;
  }
  if (rows != receipt.rows || bytes != receipt.bytes) return wrong("whose sums aren't those of its files");
  return {};
}

Result<RunRecord::ReceiptOutcome> RunRecord::add_receipt(const Receipt& receipt) {
  PG2ATHENA_TRY(check_receipt(receipt));
  const std::string key = receipt_key(run_id(), receipt.shard);
  PG2ATHENA_ASSIGN(const bool ours, put_once(store_, key, to_json(receipt)));
  if (ours) {
    const std::lock_guard lock(mutex_);
    receipts_.insert_or_assign(receipt.shard, without_columns(receipt));
    return ReceiptOutcome::Counted;
  }
  PG2ATHENA_ASSIGN(const std::optional<StoredObject> found, store_.get(key));
  if (!found) return fail(ErrorKind::Storage, fmt::format("{} was there and then wasn't", key));
  PG2ATHENA_ASSIGN(Receipt winner, receipt_from_json(found->content));
  PG2ATHENA_TRY(check_receipt(winner));
  const std::lock_guard lock(mutex_);
  receipts_.insert_or_assign(receipt.shard, without_columns(std::move(winner)));
  return ReceiptOutcome::AnotherAttemptWon;
}

Result<void> RunRecord::check_shards() const {
  for (const PlannedTable& table : plan_.tables) {
    for (int shard = table.first_shard; shard < table.first_shard + table.shards; ++shard) {
      if (receipts_.contains(shard)) continue;
      return fail(Error(ErrorKind::Internal, "a shard has no receipt")
                      .with("table", table.name)
                      .with("shard", std::to_string(shard)));
    }
  }
  return {};
}

// A table's shards are consecutive.
auto RunRecord::receipts_of(const PlannedTable& table) const {
  const auto begin = receipts_.lower_bound(table.first_shard);
  const auto end = receipts_.lower_bound(table.first_shard + table.shards);
  return std::ranges::subrange(begin, end) | std::views::values;
}

// Called with mutex_ held, for several tables at once.
Result<void> RunRecord::check_data(const PlannedTable& table) const {
  std::map<std::string, std::uint64_t> expected;
  for (const Receipt& receipt : receipts_of(table)) {
    for (const FileReceipt& file : receipt.files) expected.emplace(file.key, file.bytes);
  }
  PG2ATHENA_ASSIGN(const std::vector<storage::ObjectInfo> objects,
                   store_.list(data_prefix(table.name, run_id())));
  for (const storage::ObjectInfo& object : objects) {
    const auto found = expected.find(object.key);
    if (found == expected.end()) {
      PG2ATHENA_TRY(store_.remove(object.key));
      continue;
    }
    if (found->second != object.size) {
      return fail(Error(ErrorKind::Storage, fmt::format("{} has {} bytes, but {} were written", object.key,
                                                        object.size, found->second))
                      .with("table", table.name));
    }
    expected.erase(found);
  }
  if (expected.empty()) return {};
  return fail(
      Error(ErrorKind::Storage, fmt::format("{} was written and isn't there", expected.begin()->first))
          .with("table", table.name));
}

Decision RunRecord::decide() const {
  Decision decision{.run_id = run_id(),
                    .verdict = Decision::Verdict::Publish,
                    .decided_at = rfc3339(clock_.now()),
                    .verified = verified_,
                    .tables = {}};
  for (const PlannedTable& table : plan_.tables) {
    TableRecord record{.table = table.name,
                       .run_id = run_id(),
                       .previous_run_id = table.previous ? table.previous->run_id : std::string(),
                       .data = data_prefix(table.name, run_id()),
                       .columns = table.columns,
                       .partitioning = table.partitioning,
                       .catalog = plan_.catalog,
                       .comment = table.comment,
                       .snapshot_lsn = plan_.snapshot_lsn};
    std::set<std::string> partitions;
    for (const Receipt& receipt : receipts_of(table)) {
      for (const FileReceipt& file : receipt.files) partitions.insert(file.partition.value_or(""));
      record.rows += receipt.rows;
      record.bytes += receipt.bytes;
      record.files += receipt.files.size();
    }
    if (record.partitioning) record.partitioning->values.assign(partitions.begin(), partitions.end());
    decision.tables.push_back({.record = std::move(record),
                               .previous_etag = table.previous ? table.previous->etag : std::string()});
  }
  return decision;
}

std::vector<TableRecord> RunRecord::tables() const {
  const std::lock_guard lock(mutex_);
  std::vector<TableRecord> records;
  for (DecidedTable& table : decide().tables) records.push_back(std::move(table.record));
  return records;
}

Result<void> RunRecord::commit() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::Open) return fail(ErrorKind::Internal, "a run can be decided only once");
  PG2ATHENA_TRY(check_shards());
  PG2ATHENA_TRY(for_each_at_once(plan_.tables.size(), kRequestsAtOnce,
                                 [this](std::size_t i) { return check_data(plan_.tables[i]); }));
  decision_ = decide();
  // Before the decision: whoever finds a decided run finds it by this.
  const Result<PutOutcome> marked = store_.put(pending_key(run_id()), run_id() + '\n', PutCondition::none());
  if (!marked) {
    return fail(Error(ErrorKind::CommitFailed, "the run wasn't decided")
                    .with("run_id", run_id())
                    .because(marked.error()));
  }
  return put_decision();
}

Result<void> RunRecord::put_decision() {
  state_ = State::Unknown;
  const std::string key = commit_key(run_id());
  const Result<PutOutcome> put = store_.put(key, to_json(decision_), PutCondition::if_absent());
  if (is_stored(put)) {
    state_ = State::Decided;
    return {};
  }
  Result<std::optional<StoredObject>> found = store_.get(key);
  if (!found) return unknown(put ? std::move(found).error() : put.error());
  if (*found) return judge((*found)->content);
  if (!put && put.error().kind() != ErrorKind::Connection) {
    // It had no effect, and will have none (ObjectStore::put).
    state_ = State::Open;
    return fail(Error(ErrorKind::CommitFailed, "the run wasn't decided")
                    .with("run_id", run_id())
                    .because(put.error()));
  }
  return abandon(put ? Error(ErrorKind::Storage, fmt::format("{} was there and then wasn't", key))
                     : put.error());
}

Decision RunRecord::against() const {
  return {.run_id = run_id(),
          .verdict = Decision::Verdict::Abandon,
          .decided_at = decision_.decided_at,
          .tables = {}};
}

// The put may still be on its way. A decision against the run in its place keeps it from ever arriving, and
// makes "unknown" "failed".
Result<void> RunRecord::abandon(Error cause) {
  const std::string key = commit_key(run_id());
  const std::string ours = to_json(against());
  against_sent_ = true;
  const Result<PutOutcome> put = store_.put(key, ours, PutCondition::if_absent());
  if (is_stored(put)) return judge(ours);
  const Result<std::optional<StoredObject>> found = store_.get(key);
  if (!found || !*found) return unknown(std::move(cause));
  return judge((*found)->content);
}

// What a commit.json that is there means for this run.
Result<void> RunRecord::judge(const std::string& found) {
  if (found == to_json(decision_)) {
    state_ = State::Decided;
    return {};
  }
  const Result<Decision> decision = decision_from_json(found);
  if (!decision) return unknown(decision.error());
  if (decision->verdict == Decision::Verdict::Publish) {
    return unknown(Error(ErrorKind::Internal, "another process decided this run, from other receipts"));
  }
  state_ = State::Abandoned;
  // (gc's is the same when it was made in the same millisecond.)
  if (!against_sent_ || *decision != against()) return fail(abandoned_by_another(*decision));
  return fail(Error(ErrorKind::CommitFailed, "the store didn't take the decision; the run is abandoned")
                  .with("run_id", run_id()));
}

Error RunRecord::abandoned_by_another(const Decision& decision) const {
  return Error(
             ErrorKind::CommitFailed,
             fmt::format("pg2athena gc took this run for dead and abandoned it at {}; it can't be published "
                         "any more",
                         decision.decided_at))
      .with("run_id", run_id())
      .hint(
          "nothing was published; run again, and let gc wait longer than a run may be silent: --older-than, "
          "24h without it");
}

Error RunRecord::explain(Error error) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::Open) return error;
  const Result<std::optional<Decision>> decision = read_decision(store_, run_id());
  if (!decision || !*decision || (*decision)->verdict != Decision::Verdict::Abandon) return error;
  state_ = State::Abandoned;
  return abandoned_by_another(**decision).because(std::move(error));
}

Result<void> RunRecord::unknown(Error cause) {
  state_ = State::Unknown;
  return fail(
      Error(ErrorKind::CommitUnknown, "nobody knows whether the run is decided")
          .with("run_id", run_id())
          .hint(fmt::format("once the store answers again, `pg2athena publish` finishes the run if {} says "
                            "so; until then nothing of the run may be removed",
                            commit_key(run_id())))
          .because(std::move(cause)));
}

RunOutcome RunRecord::publish(Publisher& publisher) {
  if (state_ == State::Decided) return publish_decided(store_, publisher, decision_);
  return {.run_id = run_id(),
          .tables = {},
          .finished = false,
          .error = Error(ErrorKind::Internal, "a run has to be decided before it is published")};
}

Result<void> RunRecord::expect_undecided() {
  if (state_ == State::Decided || state_ == State::Unknown) {
    return fail(ErrorKind::Internal, "nothing may be removed of a run that is or may be decided");
  }
  PG2ATHENA_ASSIGN(const std::optional<Decision> decision, read_decision(store_, run_id()));
  if (!decision || decision->verdict == Decision::Verdict::Abandon) return {};
  return fail(ErrorKind::Internal, "nothing may be removed: another process decided this run");
}

Result<void> RunRecord::discard() {
  const std::lock_guard lock(mutex_);
  PG2ATHENA_TRY(expect_undecided());
  PG2ATHENA_TRY(for_each_at_once(plan_.tables.size(), kRequestsAtOnce, [this](std::size_t i) {
    return remove_all(store_, data_prefix(plan_.tables[i].name, run_id()), 1);
  }));
  PG2ATHENA_TRY(remove_all(store_, receipts_prefix(run_id()), kRequestsAtOnce));
  PG2ATHENA_TRY(store_.remove(pending_key(run_id())));
  // A decision against the run stays: without it a put that is still on its way could decide a run without
  // data. plan.json goes last, so that what a failed discard() leaves still says what it was.
  return store_.remove(plan_key(run_id()));
}

std::vector<Receipt> RunRecord::receipts() const {
  const std::lock_guard lock(mutex_);
  std::vector<Receipt> all;
  all.reserve(receipts_.size());
  for (const auto& [shard, receipt] : receipts_) all.push_back(receipt);
  return all;
}

Result<std::optional<std::string>> read_plan(storage::ObjectStore& store, const std::string& run_id) {
  PG2ATHENA_ASSIGN(std::optional<StoredObject> found, store.get(plan_key(run_id)));
  if (!found) return std::nullopt;
  return std::move(found->content);
}

Result<std::vector<Receipt>> read_receipts(storage::ObjectStore& store, const std::string& run_id) {
  PG2ATHENA_ASSIGN(const std::vector<storage::ObjectInfo> objects, store.list(receipts_prefix(run_id)));
  std::vector<Receipt> receipts;
  for (const storage::ObjectInfo& object : objects) {
    PG2ATHENA_ASSIGN(const std::optional<StoredObject> found, store.get(object.key));
    if (!found) continue;
    Result<Receipt> receipt = receipt_from_json(found->content);
    if (!receipt) return fail(std::move(receipt).error().with("object", object.key));
    receipts.push_back(std::move(*receipt));
  }
  std::ranges::sort(receipts, {}, &Receipt::shard);
  return receipts;
}

}  // namespace pg2athena::catalog
