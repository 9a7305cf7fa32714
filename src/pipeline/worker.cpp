#include "pipeline/worker.h"

#include <utility>

#include "pipeline/connection_patience.h"
#include "pipeline/error_policy.h"

namespace pg2athena::pipeline {

ShardQueue::ShardQueue(const Plan& plan) : shards_(reading_order(plan.shards)) {}

const PlannedShard* ShardQueue::take() {
  const std::lock_guard lock(mutex_);
  return next_ == shards_.size() ? nullptr : shards_[next_++];
}

Worker::Worker(Reading& reading, std::string name, const observe::Log& log,
               std::optional<postgres::SnapshotSession> session)
    : reading_(reading),
      name_(std::move(name)),
      log_(log.with({{"worker", name_}})),
      session_(std::move(session)) {}

Result<void> Worker::work() {
  PG2ATHENA_ASSIGN(Reservation reservation, reading_.memory.reserve(worker_base_bytes(reading_.plan.memory)));
  memory_.emplace(WorkerMemory{.reservation = std::move(reservation), .blocks = {}});
  while (const PlannedShard* const shard = reading_.queue.take()) {
    PG2ATHENA_TRY(reading_.stop.check());
    if (auto read = read_shard(*shard); !read) {
      reading_.progress.table(shard->table).fail();
      return fail(std::move(read).error().with("table", reading_.plan.tables[shard->table].display()));
    }
  }
  // Who has nothing more to read gives its connection back.
  session_.reset();
  return {};
}

Result<void> Worker::connect() {
  if (session_) return {};
  ConnectionPatience patience(reading_.options.retry_for, reading_.times, log_, reading_.stop);
  const auto open = [&] {
    return postgres::SnapshotSession::open(reading_.logins, reading_.stop, *reading_.ids, reading_.settings,
                                           reading_.times);
  };
  PG2ATHENA_ASSIGN(session_, patience.open(open, shard_again));
  return {};
}

Result<void> Worker::read_shard(const PlannedShard& shard) {
  const PlannedTable& table = reading_.plan.tables[shard.table];
  const RetryPolicy policy = shard_retries(reading_.options.retry_for);
  Retry retry(policy, reading_.times);
  ShardAttempts attempts;
  while (true) {
    PG2ATHENA_TRY(connect());
    const observe::Log log =
        log_.with({{"table", table.name}, {"shard", shard.number}, {"attempt", attempts.next}});
    auto read = try_shard(shard, attempts, log);
    if (read) return {};
    // On a standby the session is the snapshot.
    const bool again = reading_.ids != nullptr && shard_again(read.error());
    const auto wait = again ? retry.next(std::nullopt) : std::nullopt;
    if (!wait) {
      // The run ends with this error and reports it; here it is a step on the way.
      if (read.error().kind() != ErrorKind::Interrupted) {
        log.error("shard_failed", read.error(), observe::Level::Info);
      }
      if (retry.attempts() == 1) return read;
      return fail(std::move(read).error().with("attempts", std::to_string(retry.attempts())));
    }
    log.warn("shard_again", "the shard is read again, in the same snapshot: " + read.error().describe());
    // Whatever failed: what state the connection is in nobody knows.
    session_.reset();
    memory_->blocks.release();
    PG2ATHENA_TRY(reading_.times.wait(*wait, &reading_.stop));
  }
}

Result<void> Worker::try_shard(const PlannedShard& shard, ShardAttempts& attempts, const observe::Log& log) {
  log.debug("shard_started", "shard started");
  observe::TableProgress& progress = reading_.progress.table(shard.table);
  const ShardJob::Context context{.plan = reading_.plan,
                                  .run_id = reading_.run_id,
                                  .store = reading_.store,
                                  .clock = reading_.clock,
                                  .stop = reading_.stop,
                                  .read_rate = reading_.read_rate,
                                  .times = reading_.times,
                                  .memory = *memory_,
                                  .verification = reading_.verification};
  ShardJob job(context, shard, reading_.tables[shard.table], attempts, progress, name_);
  const auto read = [&]() -> Result<catalog::Receipt> {
    PG2ATHENA_ASSIGN(catalog::Receipt made, job.run(*session_));
    PG2ATHENA_TRY(reading_.record.add_receipt(made));
    return made;
  };
  const auto receipt = read();
  if (!receipt) {
    job.take_back();
    return fail(receipt.error());
  }
  if (job.server_totals()) reading_.verification->add_shard(shard, *receipt, *job.server_totals());
  progress.finish_shard();
  log.info("shard_done", "shard done",
           {{"rows", receipt->rows}, {"bytes", receipt->bytes}, {"duration_ms", receipt->duration.count()}});
  return {};
}

}  // namespace pg2athena::pipeline
