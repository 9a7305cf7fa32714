// Where encoded bytes go: a file, an upload, a test's memory.
#pragma once

#include <cstddef>
#include <span>

#include "base/error.h"

namespace pg2athena {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Takes all of `bytes`, in order, before it returns; the caller may reuse them afterwards.
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
};

}  // namespace pg2athena
