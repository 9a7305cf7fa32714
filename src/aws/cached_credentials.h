// Credentials that are asked for once, and again in good time before they expire.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "aws/credentials.h"
#include "base/clock.h"

namespace pg2athena::aws {

class CachedCredentials final : public CredentialsProvider {
 public:
  // Five minutes, as AWS's own clients have it: a request that is signed now is done by then.
  static constexpr std::chrono::seconds kMargin = std::chrono::minutes(5);
  // A source that fails while the old credentials are still good is asked again after so long.
  static constexpr std::chrono::seconds kNextTry = std::chrono::seconds(30);

  // `clock` has to outlive it.
  CachedCredentials(std::unique_ptr<CredentialsProvider> source, const Clock& clock)
      : source_(std::move(source)), clock_(clock) {}

  // One thread asks the source, others wait for it meanwhile. An error of the source is handed on once the
  // old credentials have expired, and never kept.
  Result<Credentials> get() override;
  void reject(const Credentials& credentials) override;

 private:
  using Time = std::chrono::system_clock::time_point;

  bool expired(Time now) const { return kept_->expiration && now >= *kept_->expiration; }
  void keep(Credentials credentials, Time now);

  const std::unique_ptr<CredentialsProvider> source_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Credentials> kept_;
  std::optional<Time> refresh_at_;  // none: these last
};

}  // namespace pg2athena::aws
