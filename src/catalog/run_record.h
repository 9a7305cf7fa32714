// A run's own records in the lake, from its plan to its publication.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "catalog/decision.h"
#include "catalog/publication.h"
#include "catalog/publisher.h"
#include "catalog/receipt.h"
#include "catalog/table_record.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {

// A table as the plan hands it to the records.
struct PlannedTable {
  std::string name;                    // the lake's: "public.orders"
  std::optional<CurrentRun> previous;  // from read_current(), before the snapshot was taken
  int first_shard = 0;                 // its shards: first_shard … first_shard + shards - 1
  int shards = 0;
  std::vector<TableColumn> columns;
  std::optional<TablePartitioning> partitioning = {};  // without values: the receipts have them
  std::string comment = {};
};

struct RunPlan {
  std::string run_id;                // new: make_run_id()
  std::string json;                  // kept as plan.json, for people and `verify`
  std::vector<PlannedTable> tables;  // in the order of their shards
  std::string catalog = {};          // of the publisher
  std::string snapshot_lsn = {};
};

// One run, in the process that coordinates it. The order is: begin, one receipt for every shard, commit,
// publish; or discard at any time before commit, and after a commit that is known to have failed. Only
// add_receipt is thread-safe. Killed anywhere: before commit.json is there the run never happened, and its
// objects are garbage that nothing points to; afterwards roll_forward() finishes it.
class RunRecord {
 public:
  // Writes plan.json. `store` and `clock` must outlive the record.
  static Result<std::unique_ptr<RunRecord>> begin(storage::ObjectStore& store, const Clock& clock,
                                                  RunPlan plan);

  enum class ReceiptOutcome : std::uint8_t {
    Counted,
    AnotherAttemptWon,  // the shard is done all the same; commit() removes this attempt's files
  };
  // Files of the shard have to be complete in the store. The first attempt of a shard to get here wins, over
  // all processes.
  Result<ReceiptOutcome> add_receipt(const Receipt& receipt);

  // The tables as they will be published, once every shard has its receipt.
  std::vector<TableRecord> tables() const;

  // How far the run's data were compared with its source (Decision::verified): before commit().
  void set_verified(std::string how_far) { verified_ = std::move(how_far); }

  // Checks the data against the receipts (every file there with its size; files that no receipt names are
  // left-overs of failed attempts and are removed, since Hive readers take whatever lies in the folder), then
  // puts commit.json. Errors: CommitUnknown: the run may be decided; nothing of it may be removed, and
  // roll_forward() will tell. Any other kind: the run is known not to be published, and never will be;
  // CommitFailed where the decisive put failed.
  Result<void> commit();

  // After commit. What publish() couldn't finish, roll_forward() does.
  RunOutcome publish(Publisher& publisher);

  // Removes the run's own objects, data first. Refused (Internal) once the run is or may be decided. All
  // workers have to be done: what they upload later would stay.
  Result<void> discard();

  // After a failure: `error`, or, if somebody abandoned the run meanwhile (pg2athena gc, which took it for
  // dead), that, with `error` as what came of it.
  Error explain(Error error);

  const std::string& run_id() const { return plan_.run_id; }
  // Of the receipts so far, by shard; without what they say of columns, which only the store keeps: a
  // partitioned table may have thousands of files.
  std::vector<Receipt> receipts() const;

 private:
  enum class State : std::uint8_t {
    Open,       // nothing is decided; commit() may be tried (again)
    Decided,    // to be published
    Unknown,    // a put of commit.json may have had an effect, or may have one later
    Abandoned,  // commit.json says that this run is never published
  };

  RunRecord(storage::ObjectStore& store, const Clock& clock, RunPlan plan)
      : store_(store), clock_(clock), plan_(std::move(plan)) {}
  Result<void> check_receipt(const Receipt& receipt) const;
  Result<void> check_shards() const;
  auto receipts_of(const PlannedTable& table) const;
  Result<void> check_data(const PlannedTable& table) const;
  Decision decide() const;
  Result<void> put_decision();
  Decision against() const;
  Error abandoned_by_another(const Decision& decision) const;
  Result<void> abandon(Error cause);
  Result<void> judge(const std::string& found);
  Result<void> unknown(Error cause);
  Result<void> expect_undecided();

  storage::ObjectStore& store_;
  const Clock& clock_;
  RunPlan plan_;
  mutable std::mutex mutex_;
  std::map<int, Receipt> receipts_;  // by shard; guarded by mutex_
  std::string verified_;
  State state_ = State::Open;
  bool against_sent_ = false;  // a decision against the run is, or may be, ours
  Decision decision_;
};

// For verification: what a run wrote down.
Result<std::optional<std::string>> read_plan(storage::ObjectStore& store, const std::string& run_id);
Result<std::vector<Receipt>> read_receipts(storage::ObjectStore& store, const std::string& run_id);

}  // namespace pg2athena::catalog
