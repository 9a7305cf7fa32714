#include "cli/signals.h"

#include <csignal>
#include <ctime>
#include <utility>

#include <unistd.h>

#include "pipeline/error_policy.h"

namespace pg2athena::cli {
namespace {

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

SignalWatch::SignalWatch(Cancellation& stop) : stop_(stop) {
  const sigset_t signals = watched_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A reader of our output that goes away is an error of the write, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

SignalWatch::~SignalWatch() {
  thread_.request_stop();
  thread_.join();
}

void SignalWatch::watch(const std::stop_token& ended) {
  constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 100'000'000};
  const sigset_t signals = watched_signals();
  bool requested = false;
  while (!ended.stop_requested()) {
    if (sigtimedwait(&signals, nullptr, &kPause) < 0) continue;
    if (std::exchange(requested, true)) _exit(static_cast<int>(pipeline::ExitCode::Interrupted));
    stop_.request(Cancellation::Reason::Operator);
  }
}

}  // namespace pg2athena::cli
