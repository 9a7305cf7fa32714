// SIGINT, SIGTERM and SIGHUP: the first asks the run to stop, the second ends the program at once.
#pragma once

#include <thread>

#include "base/cancellation.h"

namespace pg2athena::cli {

// To be made before any other thread: it blocks the signals for all threads that come later, and waits for
// them on a thread of its own, where a stop may do what a signal handler must not.
class SignalWatch {
 public:
  explicit SignalWatch(Cancellation& stop);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void watch(const std::stop_token& ended);

  Cancellation& stop_;
  std::jthread thread_;
};

}  // namespace pg2athena::cli
