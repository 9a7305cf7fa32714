// How a run is asked to stop: by a signal, or by a worker that failed.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>

#include "base/error.h"

namespace pg2athena {

// Set once, read everywhere. Thread-safe. request() runs the registered callbacks (which cancel queries on
// the server), so it must not be called from a signal handler: main waits for signals on a thread of its own.
class Cancellation {
 public:
  enum class Reason { None, Operator, WorkerFailed };

  // Only the first reason counts.
  void request(Reason reason);
  bool requested() const { return reason_.load(std::memory_order_relaxed) != Reason::None; }
  Reason reason() const { return reason_.load(std::memory_order_relaxed); }
  // An Interrupted error once stop was requested.
  Result<void> check() const;

  // Calls `on_request` when stop is requested, or at once if it was already; until destroyed.
  class Registration {
   public:
    Registration(Cancellation& owner, std::function<void()> on_request);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Cancellation& owner_;
    std::list<std::function<void()>>::iterator place_;
  };

 private:
  std::atomic<Reason> reason_ = Reason::None;
  std::mutex mutex_;
  std::list<std::function<void()>> callbacks_;
};

}  // namespace pg2athena
