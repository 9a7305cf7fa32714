#include "pipeline/run.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/heap.h"
#include "base/memory_budget.h"
#include "base/run_id.h"
#include "catalog/run_record.h"
#include "pipeline/error_policy.h"
#include "pipeline/shard_job.h"

namespace pg2athena::pipeline {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// The shards of a run, handed to workers one by one. Thread-safe.
class ShardQueue {
 public:
  // The largest tables first, so that no worker begins one when all others are done; a table's shards stay
  // together, so that a worker's next shard is mostly of the relation that it has locked already.
  explicit ShardQueue(const Plan& plan) {
    for (const PlannedShard& shard : plan.shards) shards_.push_back(&shard);
    std::ranges::sort(shards_, [&](const PlannedShard* a, const PlannedShard* b) {
      const std::uint64_t bytes_a = plan.tables[a->table].bytes;
      const std::uint64_t bytes_b = plan.tables[b->table].bytes;
      return bytes_a != bytes_b ? bytes_a > bytes_b : a->number < b->number;
    });
  }

  const PlannedShard* take() {
    const std::lock_guard lock(mutex_);
    return next_ == shards_.size() ? nullptr : shards_[next_++];
  }

 private:
  std::mutex mutex_;
  std::vector<const PlannedShard*> shards_;
  std::size_t next_ = 0;
};

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

std::vector<catalog::TableColumn> table_columns(const PlannedTable& table) {
  std::vector<catalog::TableColumn> columns;
  for (const columnar::Field& field : table.schema.fields) {
    columns.push_back(
        {.name = field.name, .type = columnar::hive_name(field.type), .comment = field.comment});
  }
  return columns;
}

// Sums what the shards of a table count.
void add_coerced(const std::vector<catalog::CoercedColumn>& of_shard,
                 std::vector<catalog::CoercedColumn>& sum) {
  for (const catalog::CoercedColumn& counted : of_shard) {
    const auto found = std::ranges::find_if(sum, [&](const catalog::CoercedColumn& other) {
      return other.column == counted.column && other.policy == counted.policy;
    });
    if (found == sum.end()) {
      sum.push_back(counted);
    } else {
      found->values += counted.values;
    }
  }
}

void sort_by_column(const columnar::Schema& schema, std::vector<catalog::CoercedColumn>& coerced) {
  std::ranges::sort(coerced, {}, [&](const catalog::CoercedColumn& column) {
    const auto field = std::ranges::find(schema.fields, column.column, &columnar::Field::name);
    return std::pair(field - schema.fields.begin(), column.policy);
  });
}

// One try at a run. Its members are in the order in which they must go away: last the keeper, whose
// connection holds the locks and the snapshot.
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
        pass_on_(context.stop, [this] { stop_.request(Cancellation::Reason::Operator); }) {
    // So that a DBA sees in pg_stat_activity who reads.
    session_settings_.application_name = fmt::format("pg2athena {}", run_id_);
  }

  Result<RunSummary> run() {
    started_ = context_.clock.monotonic();
    log_.info("run_started", "run started", {{"target", location_}});
    auto summary = plan_and_read();
    if (!summary) return fail(std::move(summary).error().with("run_id", run_id_));
    return summary;
  }

 private:
  Result<RunSummary> plan_and_read() {
    PG2ATHENA_ASSIGN(postgres::Keeper keeper, postgres::Keeper::open(logins_, stop_, session_settings_));
    PG2ATHENA_ASSIGN(const postgres::Source source, keeper.lock_source(options_.selection, options_.queries));
    PG2ATHENA_ASSIGN(plan_, make_plan(source, options_));
    for (const std::string& warning : plan_.warnings) log_.warn("plan_warning", warning);
    PG2ATHENA_TRY(claim_tables(keeper));
    // What is published now is older than our snapshot; whatever is published later makes our switch fail.
    PG2ATHENA_ASSIGN(const std::vector<catalog::PlannedTable> tables, current_tables());
    PG2ATHENA_ASSIGN(snapshot_, keeper.export_snapshot(options_.selection, source));
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
    PG2ATHENA_ASSIGN(record_, catalog::RunRecord::begin(
                                  context_.store, context_.clock,
                                  {.run_id = run_id_, .json = to_json(plan_, record), .tables = tables}));
    if (auto read = read_shards(); !read) return give_up(std::move(read).error());
    // Everything is read: production gets its locks and its vacuum back before the rest.
    // (A keeper that died meanwhile changes nothing: every worker read in the snapshot, under locks of its
    // own.)
    if (auto ended = keeper.end_transaction(); !ended) log_.warn("keeper_lost", ended.error().describe());
    return publish();
  }

  // Two runs of one table to one target would waste each other's work: the second is refused here. What makes
  // it safe all the same is the compare-and-set of the table's record.
  Result<void> claim_tables(postgres::Keeper& keeper) {
    for (const PlannedTable& table : plan_.tables) {
      const std::string claim = fmt::format("pg2athena{}{}{}{}", '\0', location_, '\0', table.name);
      PG2ATHENA_ASSIGN(
          const bool free,
          keeper.try_advisory_lock(static_cast<std::int64_t>(XXH3_64bits(claim.data(), claim.size()))));
      if (!free) {
        return fail(Error(ErrorKind::RunInProgress,
                          fmt::format("another run is exporting {} to {}", table.source, location_))
                        .with("table", table.display()));
      }
    }
    return {};
  }

  Result<std::vector<catalog::PlannedTable>> current_tables() {
    std::vector<catalog::PlannedTable> tables;
    for (const PlannedTable& table : plan_.tables) {
      PG2ATHENA_ASSIGN(auto current, catalog::read_current(context_.store, table.name));
      tables.push_back({.name = table.name,
                        .previous = std::move(current),
                        .first_shard = table.first_shard,
                        .shards = table.shards,
                        .columns = table_columns(table)});
    }
    return tables;
  }

  Result<void> read_shards() {
    progress_.emplace(estimates(plan_), context_.clock);
    for (const PlannedTable& table : plan_.tables) {
      TableState& state = states_.emplace_back();
      state.writer_options = writer_options(plan_, table, run_id_, snapshot_);
      state.shards_left = table.shards;
    }
    memory_.emplace(plan_.memory.limit);
    PG2ATHENA_ASSIGN(const Reservation process, memory_->reserve(plan_.memory.process_bytes));
    trim_heap();  // of what planning needed
    observer_.reading_began(*progress_);
    ShardQueue queue(plan_);
    {
      std::vector<std::jthread> workers;
      for (int i = 0; i < plan_.workers; ++i) {
        workers.emplace_back([this, i, &queue] {
          if (auto worked = work(fmt::format("worker-{}", i), queue); !worked) {
            first_error_.set(std::move(worked).error());
            stop_.request(Cancellation::Reason::WorkerFailed);
          }
        });
      }
    }
    observer_.reading_ended();
    if (auto error = first_error_.take()) return fail(std::move(*error));
    return {};
  }

  Result<void> work(const std::string& name, ShardQueue& queue) {
    const observe::Log log = log_.with({{"worker", name}});
    PG2ATHENA_ASSIGN(auto session,
                     postgres::SnapshotSession::open(logins_, stop_, snapshot_.id, session_settings_));
    PG2ATHENA_ASSIGN(Reservation reservation, memory_->reserve(worker_base_bytes(plan_.memory)));
    WorkerMemory memory{.reservation = std::move(reservation), .blocks = {}};
    while (const PlannedShard* const shard = queue.take()) {
      PG2ATHENA_TRY(stop_.check());
      if (auto done = read_shard(*shard, name, log, session, memory); !done) {
        progress_->table(shard->table).fail();
        return fail(std::move(done).error().with("table", plan_.tables[shard->table].display()));
      }
    }
    return session.leave();
  }

  Result<void> read_shard(const PlannedShard& shard, const std::string& worker, const observe::Log& log,
                          postgres::SnapshotSession& session, WorkerMemory& memory) {
    const PlannedTable& table = plan_.tables[shard.table];
    const observe::Log shard_log = log.with({{"table", table.name}, {"shard", shard.number}, {"attempt", 0}});
    shard_log.debug("shard_started", "shard started");
    const ShardJob::Context job_context{.plan = plan_,
                                        .run_id = run_id_,
                                        .store = context_.store,
                                        .clock = context_.clock,
                                        .stop = stop_,
                                        .memory = memory};
    ShardJob job(job_context, shard, states_[shard.table], progress_->table(shard.table), worker);
    auto receipt = job.run(session);
    if (!receipt) {
      // The run ends with this error and reports it; here it is a step on the way.
      if (receipt.error().kind() != ErrorKind::Interrupted) {
        shard_log.error("shard_failed", receipt.error(), observe::Level::Info);
      }
      return fail(std::move(receipt).error());
    }
    PG2ATHENA_TRY(record_->add_receipt(*receipt));
    progress_->table(shard.table).finish_shard();
    shard_log.info(
        "shard_done", "shard done",
        {{"rows", receipt->rows}, {"bytes", receipt->bytes}, {"duration_ms", receipt->duration.count()}});
    return {};
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
    if (auto committed = record_->commit(); !committed) {
      if (committed.error().kind() == ErrorKind::CommitUnknown) return fail(std::move(committed).error());
      return give_up(std::move(committed).error());
    }
    catalog::RunOutcome outcome = record_->publish(context_.publisher);
    RunSummary summary = summarize(outcome);
    for (const TableSummary& table : summary.tables) {
      const observe::Log log = log_.with({{"table", table.name}});
      for (const catalog::CoercedColumn& coerced : table.coerced) {
        log.warn("values_coerced",
                 "values that did not fit their column were changed, as on_unrepresentable says",
                 {{"column", coerced.column}, {"policy", coerced.policy}, {"values", coerced.values}});
      }
      if (table.outcome.error) {
        log.error("table_not_published", *table.outcome.error);
      } else {
        log.info("table_published", "table published", {{"rows", table.rows}, {"bytes", table.bytes}});
      }
    }
    log_.info("run_done", "run done",
              {{"duration_ms", summary.elapsed.count()}, {"memory_counted", memory_->peak()}});
    return summary;
  }

  RunSummary summarize(catalog::RunOutcome& outcome) {
    RunSummary summary{.run_id = run_id_,
                       .snapshot = snapshot_,
                       .workers = plan_.workers,
                       .tables = {},
                       .publication_error = std::move(outcome.error)};
    const observe::ProgressSnapshot progress = progress_->snapshot();
    for (std::size_t i = 0; i < plan_.tables.size(); ++i) {
      const PlannedTable& planned = plan_.tables[i];
      const observe::TableSnapshot& read = progress.tables[i];
      summary.tables.push_back({.name = planned.name,
                                .source = planned.source,
                                .rows = read.rows,
                                .bytes_read = read.bytes_read,
                                .elapsed = read.elapsed,
                                .outcome = {}});
      if (i < outcome.tables.size()) summary.tables.back().outcome = std::move(outcome.tables[i]);
    }
    for (const catalog::Receipt& receipt : record_->receipts()) {
      TableSummary& table = summary.tables[plan_.shards[static_cast<std::size_t>(receipt.shard)].table];
      table.bytes += receipt.bytes;
      table.files += receipt.files.size();
      add_coerced(receipt.coerced, table.coerced);
    }
    for (std::size_t i = 0; i < plan_.tables.size(); ++i) {
      sort_by_column(plan_.tables[i].schema, summary.tables[i].coerced);
    }
    summary.elapsed = duration_cast<milliseconds>(context_.clock.monotonic() - started_);
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

  Cancellation stop_;  // this attempt's own: a worker's failure stops the others, and not the program
  Cancellation::Registration pass_on_;
  Plan plan_;
  postgres::Snapshot snapshot_;
  std::unique_ptr<catalog::RunRecord> record_;
  std::deque<TableState> states_;
  std::optional<observe::RunProgress> progress_;
  std::optional<MemoryBudget> memory_;
  FirstError first_error_;
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
  auto summary = Attempt(logins, options, location, context, observer).run();
  if (!summary && policy_of(summary.error().kind()).again == Again::Run) {
    context.log.warn("run_again", "the run starts over, once: " + summary.error().describe());
    return Attempt(logins, options, location, context, observer).run();
  }
  return summary;
}

Result<Plan> plan(postgres::LoginProvider& logins, const RunOptions& options, Cancellation& stop) {
  PG2ATHENA_ASSIGN(postgres::Keeper keeper, postgres::Keeper::open(logins, stop, session_settings(options)));
  PG2ATHENA_ASSIGN(const postgres::Source found, keeper.lock_source(options.selection, options.queries));
  return make_plan(found, options);
}

}  // namespace pg2athena::pipeline
