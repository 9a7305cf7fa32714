#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace pg2athena {
namespace {

class Calls {
 public:
  Calls(std::size_t count, const std::function<Result<void>(std::size_t)>& call)
      : count_(count), call_(call) {}

  void work() {
    while (!failed_.load(std::memory_order_relaxed)) {
      const std::size_t i = next_.fetch_add(1, std::memory_order_relaxed);
      if (i >= count_) return;
      if (auto called = try_to_call(i); !called) keep(i, std::move(called).error());
    }
  }

  Result<void> result() {
    if (error_) return fail(std::move(*error_));
    return {};
  }

 private:
  // What a thread lets through would end the program.
  Result<void> try_to_call(std::size_t i) {
    try {
      return call_(i);
    } catch (const std::bad_alloc&) {
      return fail(Error(ErrorKind::Internal, "there is no memory left").hint("give the process more memory"));
    }
  }

  void keep(std::size_t i, Error error) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    if (error_ && failed_at_ < i) return;
    failed_at_ = i;
    error_ = std::move(error);
  }

  const std::size_t count_;
  const std::function<Result<void>(std::size_t)>& call_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::size_t failed_at_ = 0;
  std::optional<Error> error_;
};

// False where no more threads are to be had: those that there are do it as well.
bool begin_another(std::vector<std::jthread>& threads, Calls& calls) {
  try {
    threads.emplace_back([&] { calls.work(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace

Result<void> for_each_at_once(std::size_t count, std::size_t threads,
                              const std::function<Result<void>(std::size_t)>& call) {
  Calls calls(count, call);
  {
    std::vector<std::jthread> others;
    while (others.size() + 1 < std::min(threads, count) && begin_another(others, calls)) {
    }
    calls.work();
  }
  return calls.result();
}

}  // namespace pg2athena
