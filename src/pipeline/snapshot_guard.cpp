#include "pipeline/snapshot_guard.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/quantity.h"

namespace pg2athena::pipeline {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Between two tries for a spare connection, doubling.
constexpr milliseconds kFirstSparePause{500};
constexpr milliseconds kLongestSparePause{30'000};

}  // namespace

SnapshotGuard::SnapshotGuard(Context context, GuardPolicy policy, postgres::SnapshotHolder holder,
                             postgres::LockStatements locks, std::vector<std::int64_t> advisory_locks,
                             std::chrono::steady_clock::time_point taken_at)
    : context_(std::move(context)),
      policy_(policy),
      locks_(std::move(locks)),
      advisory_locks_(std::move(advisory_locks)),
      taken_at_(taken_at),
      next_try_for_spare_(taken_at),
      spare_pause_(kFirstSparePause),
      ids_{holder.snapshot_id()} {
  holders_.push_back(std::move(holder));
  thread_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

SnapshotGuard::~SnapshotGuard() {
  release();
}

std::string SnapshotGuard::current() {
  const std::lock_guard lock(mutex_);
  return ids_.empty() ? std::string() : ids_.front();
}

Result<std::string> SnapshotGuard::after(const std::string& failed) {
  std::unique_lock lock(mutex_);
  // Unless the one that failed is known to be gone already.
  if (ids_.empty() || std::ranges::find(ids_, failed) != ids_.end()) {
    const std::uint64_t wanted = ++looks_wanted_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return looks_done_ >= wanted || !watching_; });
  }
  const auto other = std::ranges::find_if(ids_, [&](const std::string& id) { return id != failed; });
  if (other != ids_.end()) return *other;
  return fail(ErrorKind::SnapshotLost, "no connection holds the run's snapshot any more");
}

void SnapshotGuard::release() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  // The workers read under locks of their own, so one that died since the last look changes nothing. After a
  // stop nothing can be asked of a connection: its end gives everything back.
  std::erase_if(holders_, [](postgres::SnapshotHolder& holder) { return !holder.release(); });
  if (holders_.size() > 1) holders_.erase(holders_.begin() + 1, holders_.end());
}

void SnapshotGuard::watch(const std::stop_token& ended) {
  // Each look is three short statements.
  const milliseconds pause = context_.patience.between_looks(policy_.snapshot_max_age);
  std::unique_lock lock(mutex_);
  while (!ended.stop_requested()) {
    const std::uint64_t wanted = looks_wanted_;
    lock.unlock();
    auto looked = look();
    if (!looked && looked.error().kind() != ErrorKind::Interrupted) context_.end_run(looked.error());
    lock.lock();
    ids_.clear();
    for (const postgres::SnapshotHolder& holder : holders_) ids_.push_back(holder.snapshot_id());
    looks_done_ = std::max(looks_done_, wanted);
    changed_.notify_all();
    if (!looked) break;
    changed_.wait_for(lock, ended, pause, [&] { return looks_wanted_ > looks_done_; });
  }
  watching_ = false;
  changed_.notify_all();
}

Result<void> SnapshotGuard::look() {
  PG2ATHENA_TRY(context_.stop.check());
  PG2ATHENA_TRY(look_at_holders());
  PG2ATHENA_TRY(look_at_age());
  if (policy_.spare && holders_.size() < 2) try_for_spare();
  return {};
}

Result<void> SnapshotGuard::look_at_holders() {
  std::optional<std::vector<postgres::BlockedSession>> blocked;
  for (std::size_t i = 0; i < holders_.size();) {
    Result<void> lives;
    if (blocked) {
      lives = holders_[i].ping();
    } else if (auto found = holders_[i].find_blocked(context_.settings.application_name)) {
      blocked = std::move(*found);
    } else {
      lives = fail(std::move(found).error());
    }
    if (lives) {
      ++i;
      continue;
    }
    PG2ATHENA_TRY(context_.stop.check());
    holders_.erase(holders_.begin() + static_cast<std::ptrdiff_t>(i));
    if (holders_.empty() || !policy_.spare) {
      return fail(Error(ErrorKind::SnapshotLost, "no connection holds the run's snapshot any more")
                      .because(std::move(lives).error()));
    }
    context_.log.warn("keeper_lost",
                      "a connection that held the snapshot is lost; another holds it, and the run goes on: " +
                          lives.error().describe());
    if (i == 0) lock_again(holders_.front());
  }
  return context_.patience.see(*blocked);
}

// The advisory locks went with the connection that had them.
void SnapshotGuard::lock_again(postgres::SnapshotHolder& holder) {
  const auto busy = holder.take_advisory_locks(advisory_locks_);
  if (busy && !*busy) return;
  context_.log.warn(
      "claim_lost",
      "the run's claim on its tables could not be renewed: another run of them may begin; the one "
      "that publishes first wins");
}

void SnapshotGuard::try_for_spare() {
  const Time now = context_.clock.monotonic();
  if (now < next_try_for_spare_) return;
  auto spare = postgres::SnapshotHolder::open_spare(context_.logins, context_.stop, context_.settings,
                                                    holders_.front().snapshot_id(), locks_);
  if (spare) {
    holders_.push_back(std::move(*spare));
    spare_pause_ = kFirstSparePause;
    context_.log.debug("spare_keeper", "a second connection holds the snapshot too");
    return;
  }
  next_try_for_spare_ = context_.clock.monotonic() + spare_pause_;
  spare_pause_ = std::min(2 * spare_pause_, kLongestSparePause);
  // Somebody who waits for one of our tables is told of elsewhere.
  const bool expected =
      spare.error().kind() == ErrorKind::LockNotAvailable || spare.error().kind() == ErrorKind::Interrupted;
  if (expected || std::exchange(warned_of_spare_, true)) return;
  context_.log.warn(
      "no_spare_keeper",
      "no second connection can hold the snapshot now, so the run ends if the first one is lost: " +
          spare.error().describe());
}

Result<void> SnapshotGuard::look_at_age() {
  if (!policy_.snapshot_max_age) return {};
  const auto age = context_.clock.monotonic() - taken_at_;
  const milliseconds most = *policy_.snapshot_max_age;
  if (age >= most) {
    return fail(
        Error(ErrorKind::GaveWay,
              fmt::format("the run stopped: its snapshot is {} old, and as long as it is held, vacuum can't "
                          "remove dead rows anywhere in the database",
                          duration_text(most)))
            .hint("nothing was published; give it more workers or fewer tables, or raise --snapshot-max-age "
                  "(limits.snapshot_max_age) if the database can bear it"));
  }
  if (age < most / 2 || std::exchange(warned_of_age_, true)) return {};
  context_.log.warn(
      "snapshot_age",
      fmt::format("the run has held its snapshot for half of the {} that snapshot_max_age allows; "
                  "meanwhile vacuum can't remove dead rows anywhere in the database",
                  duration_text(most)),
      {{"snapshot_age_seconds", duration_cast<seconds>(age).count()}});
  return {};
}

}  // namespace pg2athena::pipeline
