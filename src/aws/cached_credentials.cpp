#include "aws/cached_credentials.h"

#include <algorithm>
#include <utility>

namespace pg2athena::aws {

Result<Credentials> CachedCredentials::get() {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.now();
  if (kept_ && (!refresh_at_ || now < *refresh_at_)) return *kept_;
  auto fresh = source_->get();
  if (fresh) {
    keep(*std::move(fresh), now);
  } else if (!kept_ || expired(now)) {
    return fresh;
  } else {
    refresh_at_ = now + kNextTry;
  }
  return *kept_;
}

void CachedCredentials::reject(const Credentials& credentials) {
  const std::lock_guard lock(mutex_);
  // Another thread may have got new ones meanwhile.
  if (kept_ && kept_->access_key_id == credentials.access_key_id &&
      kept_->session_token == credentials.session_token) {
    kept_.reset();
    source_->reject(credentials);
  }
}

void CachedCredentials::keep(Credentials credentials, Time now) {
  refresh_at_.reset();
  if (credentials.expiration) {
    // Of credentials that live for less than twice the margin, half of their life is left.
    const auto life = std::max(*credentials.expiration - now, Time::duration::zero());
    refresh_at_ = *credentials.expiration - std::min<Time::duration>(kMargin, life / 2);
  }
  kept_ = std::move(credentials);
}

}  // namespace pg2athena::aws
