#include "pipeline/run.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/heap.h"
#include "base/memory_budget.h"
#include "base/retry.h"
#include "base/run_id.h"
#include "catalog/run_record.h"
#include "pipeline/blocking_patience.h"
#include "pipeline/connection_patience.h"
#include "pipeline/error_policy.h"
#include "pipeline/lake_tables.h"
#include "pipeline/planning_watch.h"
#include "pipeline/run_summary.h"
#include "pipeline/snapshot_guard.h"
#include "pipeline/worker.h"

namespace pg2athena::pipeline {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// The first failure that isn't a consequence of another. Thread-safe.
class FirstError {
 public:
  void set(Error error) {
    const std::lock_guard lock(mutex_);
    const bool consequence = error_ && error.kind() == ErrorKind::Interrupted;
    const bool replaces = !error_ || (error_->kind() == ErrorKind::Interrupted && !consequence);
    if (replaces) error_ = std::move(error);
  }
  std::optional<Error> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
};

std::vector<observe::TableEstimate> estimates(const Plan& plan) {
  std::vector<observe::TableEstimate> tables;
  for (const PlannedTable& table : plan.tables) {
    tables.push_back(
        {.name = table.name, .rows = table.estimated_rows, .bytes = table.bytes, .shards = table.shards});
  }
  return tables;
}

// Two runs of one table to one target would waste each other's work: advisory locks by these keys refuse the
// second early. What makes it safe all the same is the compare-and-set of the table's record.
std::vector<std::int64_t> claims(const Plan& plan, const std::string& location) {
  std::vector<std::int64_t> keys;
  for (const PlannedTable& table : plan.tables) {
    const std::string claim = fmt::format("pg2athena{}{}{}{}", '\0', location, '\0', table.name);
    keys.push_back(static_cast<std::int64_t>(XXH3_64bits(claim.data(), claim.size())));
  }
  return keys;
}

// A server that says itself that it will take connections soon is waited for.
Result<postgres::Keeper> open_keeper(postgres::LoginProvider& logins, const RunOptions& options,
                                     const postgres::SessionSettings& settings, RetryTimes& times,
                                     const observe::Log& log, Cancellation& stop) {
  ConnectionPatience patience(options.retry_for, times, log, stop);
  return patience.open([&] { return postgres::Keeper::open(logins, stop, settings); }, connect_again);
}

// One try at a run. Its members are in the order in which they must go away: last the guard, whose
// connections hold the locks and the snapshot.
class Attempt {
 public:
  Attempt(postgres::LoginProvider& logins, const RunOptions& options, const std::string& location,
          RunContext& context, RunObserver& observer)
      : logins_(logins),
        options_(options),
        location_(location),
        context_(context),
        observer_(observer),
        run_id_(make_run_id(context.clock.now())),
        log_(context.log.with({{"run_id", run_id_}})),
        session_settings_(session_settings(options)),
        read_rate_(options.read_rate, context.clock),
        patience_(options.abort_after_blocking, context.clock, log_),
        pass_on_(context.stop, [this] { stop_.request(Cancellation::Reason::Operator); }) {
    // So that a DBA sees in pg_stat_activity who reads.
    session_settings_.application_name = fmt::format("pg2athena {}", run_id_);
  }

  Result<RunSummary> run() {
    started_ = context_.clock.monotonic();
    log_.info("run_started", "run started", {{"target", location_}});
    auto summary = plan_and_read();
    if (summary) return summary;
    Error error = std::move(summary).error().with("run_id", run_id_);
    // 40001 is a standby's alone here: our read-only transactions can't fail to be serialized. It may come
    // before there is a plan.
    const bool standby = plan_.server.in_recovery || error.context("sqlstate") == "40001";
    if (standby && error.kind() == ErrorKind::Conflict) {
      error = std::move(error).hint(
          "nothing was published; what is written on the primary has to go on on the standby: raise "
          "max_standby_streaming_delay there, set hot_standby_feedback = on, or read the primary");
    }
    return fail(std::move(error));
  }

  // Whether a run that ended so may be begun anew, once. On a standby a lost connection or a recovery
  // conflict takes the snapshot with it.
  bool may_start_over(const Error& error) const {
    const bool lost = shard_again(error) || error.kind() == ErrorKind::SnapshotLost;
    // Before the first row is read, nothing is lost by it elsewhere either.
    const bool conflict = error.kind() == ErrorKind::Conflict && record_ == nullptr;
    return policy_of(error.kind()).again == Again::Run || conflict || (plan_.server.in_recovery && lost);
  }

 private:
  Result<RunSummary> plan_and_read() {
    PG2ATHENA_ASSIGN(postgres::Keeper keeper,
                     open_keeper(logins_, options_, session_settings_, times_, log_, stop_));
    session_settings_.server_started = keeper.server().started;
    PlanningWatch planning({.logins = logins_,
                            .settings = session_settings_,
                            .log = log_,
                            .times = times_,
                            .planning = stop_,
                            .patience = patience_});
    const auto tables = lock_and_plan(keeper);
    PG2ATHENA_TRY(planning.finish());
    if (!tables) return fail(planning.explained(tables.error()));
    PG2ATHENA_TRY(watch(std::move(keeper)));
    log_.info("run_planned", "run planned",
              {{"tables", plan_.tables.size()},
               {"shards", plan_.shards.size()},
               {"workers", plan_.workers},
               {"snapshot", snapshot_.horizon},
               {"lsn", snapshot_.lsn}});
    observer_.planned(plan_);
    const PlanRecord record{.run_id = run_id_,
                            .planned_at = rfc3339(context_.clock.now()),
                            .snapshot = snapshot_,
                            .target = location_};
    PG2ATHENA_ASSIGN(record_, catalog::RunRecord::begin(context_.store, context_.clock,
                                                        {.run_id = run_id_,
                                                         .json = to_json(plan_, record),
                                                         .tables = *tables,
                                                         .catalog = context_.publisher.catalog(),
                                                         .snapshot_lsn = snapshot_.lsn}));
    auto read = read_shards();
    // Whatever came of it: production gets its locks and its vacuum back before the rest.
    guard_->release();
    if (read) read = unless_ended();
    if (read) read = verify();
    return read ? publish() : give_up(std::move(read).error());
  }

  // The guard's last look may have had a reason to end the run.
  Result<void> unless_ended() {
    if (auto error = first_error_.take()) return fail(std::move(*error));
    return {};
  }

  // And takes the snapshot.
  Result<std::vector<catalog::PlannedTable>> lock_and_plan(postgres::Keeper& keeper) {
    PG2ATHENA_ASSIGN(const postgres::Source source, keeper.lock_source(options_.selection, options_.queries));
    PG2ATHENA_ASSIGN(plan_, make_plan(source, options_));
    PG2ATHENA_ASSIGN(auto of_partitions, partition_warnings(plan_, context_.publisher));
    std::ranges::move(of_partitions, std::back_inserter(plan_.warnings));
    for (const std::string& warning : plan_.warnings) log_.warn("plan_warning", warning);
    PG2ATHENA_TRY(context_.publisher.check(lake_tables(plan_, run_id_), stop_));
    PG2ATHENA_TRY(claim_tables(keeper));
    // What is published now is older than our snapshot; whatever is published later makes our switch fail.
    PG2ATHENA_ASSIGN(std::vector<catalog::PlannedTable> tables, current_tables());
    PG2ATHENA_TRY(take_snapshot(keeper));
    PG2ATHENA_TRY(keeper.check_unchanged(options_.selection, source));
    return tables;
  }

  // For a moment a run that just ended may still have its claim, in a backend that has not noticed: this
  // one's own first attempt, or one that was killed and is begun anew.
  Result<void> claim_tables(postgres::Keeper& keeper) {
    constexpr milliseconds kPause{50};
    constexpr RetryPolicy kPatience{.attempts = std::numeric_limits<int>::max(),
                                    .base = kPause,
                                    .longest = kPause,
                                    .deadline = std::chrono::seconds(2)};
    claims_ = claims(plan_, location_);
    Retry retry(kPatience, times_);
    while (true) {
      PG2ATHENA_ASSIGN(const auto busy, keeper.take_advisory_locks(claims_));
      if (!busy) return {};
      const auto wait = retry.next(std::nullopt);
      if (!wait) {
        PG2ATHENA_ASSIGN(const auto other, keeper.advisory_holder(claims_[*busy]));
        return fail(in_progress(plan_.tables[*busy], other));
      }
      PG2ATHENA_TRY(times_.wait(*wait, &stop_));
    }
  }

  // The other run's connections are called like it.
  Error in_progress(const PlannedTable& table, const std::optional<postgres::LockHolder>& other) const {
    Error error(ErrorKind::RunInProgress,
                fmt::format("another run is exporting {} to {}{}", table.source, location_,
                            other ? fmt::format(": pid {}, {}", other->pid, other->application) : ""));
    error = std::move(error).with("table", table.display());
    constexpr std::string_view kProgram = "pg2athena ";
    if (!other || !other->application.starts_with(kProgram)) return error;
    return std::move(error)
        .with("other_run_id", other->application.substr(kProgram.size()))
        .with("blocking_pid", std::to_string(other->pid));
  }

  Result<void> take_snapshot(postgres::Keeper& keeper) {
    snapshot_at_ = context_.clock.monotonic();
    if (!plan_.server.in_recovery) {
      PG2ATHENA_ASSIGN(snapshot_, keeper.export_snapshot());
      return {};
    }
    PG2ATHENA_ASSIGN(standby_session_,
                     postgres::SnapshotSession::open_on_standby(logins_, stop_, session_settings_, times_));
    snapshot_ = standby_session_->snapshot();
    return {};
  }

  Result<void> watch(postgres::Keeper keeper) {
    postgres::LockStatements locks = keeper.locks();
    PG2ATHENA_ASSIGN(postgres::SnapshotHolder holder, std::move(keeper).hold(snapshot_));
    guard_.emplace(
        SnapshotGuard::Context{.logins = logins_,
                               .settings = session_settings_,
                               .clock = context_.clock,
                               .log = log_,
                               .patience = patience_,
                               .stop = stop_,
                               .end_run = [this](Error error) { end_reading(std::move(error)); }},
        GuardPolicy{.snapshot_max_age = options_.snapshot_max_age, .spare = !plan_.server.in_recovery},
        std::move(holder), std::move(locks), claims_, snapshot_at_);
    return {};
  }

  Result<std::vector<catalog::PlannedTable>> current_tables() {
    std::vector<std::string> names;
    for (const PlannedTable& table : plan_.tables) names.push_back(table.name);
    PG2ATHENA_ASSIGN(auto current, catalog::read_current(context_.store, names));
    std::vector<catalog::PlannedTable> tables;
    for (std::size_t i = 0; i < plan_.tables.size(); ++i) {
      const PlannedTable& table = plan_.tables[i];
      warn_of_other_catalog(table, current[i]);
      tables.push_back({.name = table.name,
                        .previous = std::move(current[i]),
                        .first_shard = table.first_shard,
                        .shards = table.shards,
                        .columns = lake_columns(table),
                        .partitioning = lake_partitioning(table),
                        .comment = table.comment});
    }
    return tables;
  }

  // Its readers would go on with the run that it shows, and nobody would tell them.
  void warn_of_other_catalog(const PlannedTable& table, const std::optional<catalog::CurrentRun>& current) {
    if (!current || current->catalog.empty() || current->catalog == context_.publisher.catalog()) return;
    log_.warn(
        "catalog_left_behind",
        fmt::format("{} was published to the catalog {} before, by run {}, and this run doesn't tell it: its "
                    "readers stay with what it shows. Name it in catalog.glue, or drop the table there",
                    table.name, current->catalog, current->run_id));
  }

  Result<void> read_shards() {
    progress_.emplace(estimates(plan_), context_.clock);
    for (const PlannedTable& table : plan_.tables) {
      TableState& state = states_.emplace_back();
      state.writer_options = writer_options(plan_, table, run_id_, snapshot_);
      state.shards_left = table.shards;
      if (!table.partitioning) continue;
      state.check_partition = [this, record = lake_table(table, run_id_)](const std::string& value) {
        return context_.publisher.check_partition(record, value);
      };
    }
    memory_.emplace(plan_.memory.limit);
    PG2ATHENA_ASSIGN(const Reservation process, memory_->reserve(plan_.memory.process_bytes));
    if (plan_.verify != Verify::None) {
      verification_.emplace(RunVerification::Context{
          .plan = plan_, .run_id = run_id_, .store = context_.store, .log = log_, .stop = stop_});
    }
    trim_heap();  // of what planning needed
    observer_.reading_began(*progress_);
    run_workers();
    observer_.reading_ended();
    PG2ATHENA_TRY(unless_ended());
    // Who stops the run while the last file is finished gets what he wants: until it is decided.
    return stop_.check();
  }

  void run_workers() {
    ShardQueue queue(plan_);
    // Who is refused a lock because somebody waits for us tries again for as long as that one may wait: the
    // guard ends it. Where that one may wait without end, we may not: each would wait for the other.
    postgres::SessionSettings settings = session_settings_;
    settings.lock_timeout =
        std::max(settings.lock_timeout, 2 * options_.abort_after_blocking.value_or(milliseconds(0)));
    Reading reading{.plan = plan_,
                    .run_id = run_id_,
                    .options = options_,
                    .logins = logins_,
                    .settings = settings,
                    .ids = plan_.server.in_recovery ? nullptr : &*guard_,
                    .store = context_.store,
                    .clock = context_.clock,
                    .times = times_,
                    .stop = stop_,
                    .read_rate = read_rate_,
                    .memory = *memory_,
                    .tables = states_,
                    .progress = *progress_,
                    .record = *record_,
                    .verification = verification_ ? &*verification_ : nullptr,
                    .queue = queue};
    std::deque<Worker> workers;
    std::vector<std::jthread> threads;
    for (int i = 0; i < plan_.workers; ++i) {
      Worker& worker = workers.emplace_back(reading, fmt::format("worker-{}", i), log_,
                                            std::exchange(standby_session_, std::nullopt));
      try {
        threads.emplace_back([this, &worker] {
          if (auto worked = worker.work(); !worked) end_reading(std::move(worked).error());
        });
      } catch (const std::system_error& error) {
        end_reading(
            Error(ErrorKind::Unsupported,
                  fmt::format("there is no thread for worker {}: {}", i, error.what()))
                .hint("nothing was published; lower --workers, or raise the limit of processes and threads"));
        break;
      }
    }
  }

  // What the server said of each shard has been compared; what is left is the files.
  Result<void> verify() {
    if (!verification_) return {};
    auto verified = verification_->finish(record_->receipts());
    if (!verified && verified.error().kind() == ErrorKind::Different) {
      observer_.differences_found(verification_->differences());
    }
    if (verified) record_->set_verified(std::string(verify_name(plan_.verify)));
    return verified;
  }

  // By a worker or the guard. The first reason is the run's.
  void end_reading(Error error) {
    first_error_.set(std::move(error));
    stop_.request(Cancellation::Reason::WorkerFailed);
  }

  // Takes back what the run wrote, and returns why it ended.
  Result<RunSummary> give_up(Error error) {
    if (error.kind() != ErrorKind::Interrupted) error = record_->explain(std::move(error));
    if (auto discarded = record_->discard(); !discarded) {
      log_.warn("discard_failed",
                fmt::format("the run's files could not be removed; nothing points to them, and pg2athena gc "
                            "removes them: {}",
                            discarded.error().describe()));
    }
    return fail(std::move(error));
  }

  Result<RunSummary> publish() {
    if (auto accepted = context_.publisher.check(record_->tables(), stop_); !accepted) {
      const ErrorKind kind = accepted.error().kind();
      if (kind == ErrorKind::Unsupported || kind == ErrorKind::NameCollision ||
          kind == ErrorKind::Interrupted) {
        return give_up(std::move(accepted).error());
      }
      // Nobody could look. The plan was accepted, and what can't be shown now is shown later.
      log_.warn("catalog_not_asked", accepted.error().describe());
    }
    if (auto committed = record_->commit(); !committed) {
      if (committed.error().kind() == ErrorKind::CommitUnknown) return fail(std::move(committed).error());
      return give_up(std::move(committed).error());
    }
    catalog::RunOutcome outcome = record_->publish(context_.publisher);
    RunSummary summary{
        .run_id = run_id_,
        .snapshot = snapshot_,
        .workers = plan_.workers,
        .verify = plan_.verify,
        .tables = summarize_tables(plan_, progress_->snapshot(), record_->receipts(), outcome.tables),
        .publication_error = std::move(outcome.error)};
    log_tables(plan_, summary, log_);
    summary.elapsed = duration_cast<milliseconds>(context_.clock.monotonic() - started_);
    log_.info("run_done", "run done",
              {{"duration_ms", summary.elapsed.count()}, {"memory_counted", memory_->peak()}});
    return summary;
  }

  postgres::LoginProvider& logins_;
  const RunOptions& options_;
  const std::string& location_;
  RunContext& context_;
  RunObserver& observer_;
  const std::string run_id_;
  const observe::Log log_;
  std::chrono::steady_clock::time_point started_;
  postgres::SessionSettings session_settings_;
  RateLimit read_rate_;
  BlockingPatience patience_;
  SystemRetryTimes times_;

  Cancellation stop_;  // this attempt's own: a worker's failure stops the others, and not the program
  Cancellation::Registration pass_on_;
  Plan plan_;
  postgres::Snapshot snapshot_;
  std::chrono::steady_clock::time_point snapshot_at_;
  std::vector<std::int64_t> claims_;
  FirstError first_error_;
  std::optional<SnapshotGuard> guard_;
  std::optional<postgres::SnapshotSession> standby_session_;
  std::unique_ptr<catalog::RunRecord> record_;
  std::deque<TableState> states_;
  std::optional<observe::RunProgress> progress_;
  std::optional<MemoryBudget> memory_;
  std::optional<RunVerification> verification_;
};

void report_rolled_forward(RunContext& context, const std::vector<catalog::RunOutcome>& outcomes) {
  for (const catalog::RunOutcome& outcome : outcomes) {
    const observe::Log log = context.log.with({{"run_id", outcome.run_id}});
    if (outcome.finished) {
      log.info("run_rolled_forward", "an earlier run that was decided is now published");
    } else {
      log.warn("run_not_rolled_forward",
               "an earlier run that was decided could not be published" +
                   (outcome.error ? ": " + outcome.error->describe() : std::string()));
      for (const catalog::TableOutcome& table : outcome.tables) {
        if (table.error) log.warn("table_not_rolled_forward", table.table + ": " + table.error->describe());
      }
    }
  }
}

}  // namespace

Result<RunSummary> run(postgres::LoginProvider& logins, const RunOptions& options,
                       const std::string& location, RunContext& context, RunObserver& observer) {
  PG2ATHENA_ASSIGN(const auto rolled_forward, catalog::roll_forward(context.store, context.publisher));
  report_rolled_forward(context, rolled_forward);
  std::optional<Attempt> attempt(std::in_place, logins, options, location, context, observer);
  auto summary = attempt->run();
  if (summary || !attempt->may_start_over(summary.error())) return summary;
  context.log.warn("run_again", "the run starts over, once: " + summary.error().describe());
  attempt.emplace(logins, options, location, context, observer);
  return attempt->run();
}

}  // namespace pg2athena::pipeline
