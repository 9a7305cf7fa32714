#include "base/cancellation.h"

namespace pg2athena {

void Cancellation::request(Reason reason) {
  // The lock is held while the callbacks run, so that a Registration can't go away under its own callback.
  const std::lock_guard lock(mutex_);
  Reason expected = Reason::None;
  if (!reason_.compare_exchange_strong(expected, reason)) return;
  for (const auto& callback : callbacks_) callback();
}

Result<void> Cancellation::check() const {
  switch (reason()) {
    case Reason::None:
      return {};
    case Reason::Operator:
      return fail(ErrorKind::Interrupted, "stopped by the operator");
    case Reason::WorkerFailed:
      return fail(ErrorKind::Interrupted, "stopped because another worker failed");
  }
  return {};
}

Cancellation::Registration::Registration(Cancellation& owner, std::function<void()> on_request)
    : owner_(owner) {
  const std::lock_guard lock(owner_.mutex_);
  if (owner_.requested()) on_request();
  owner_.callbacks_.push_back(std::move(on_request));
  place_ = std::prev(owner_.callbacks_.end());
}

Cancellation::Registration::~Registration() {
  const std::lock_guard lock(owner_.mutex_);
  owner_.callbacks_.erase(place_);
}

}  // namespace pg2athena
