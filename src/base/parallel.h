// The same done for many things at once, where each waits for something else: a store over a network.
#pragma once

#include <cstddef>
#include <functional>

#include "base/error.h"

namespace pg2athena {

// As many requests as one connection pool bears, and as a store is glad to answer.
inline constexpr std::size_t kRequestsAtOnce = 16;

// Calls `call` with 0 to count - 1, each once, on up to `threads` threads; `call` has to be thread-safe.
// After a failure no further call begins. The error is that of the lowest number among those that failed.
Result<void> for_each_at_once(std::size_t count, std::size_t threads,
                              const std::function<Result<void>(std::size_t)>& call);

}  // namespace pg2athena
