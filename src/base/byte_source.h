// Where bytes come from, at any place: a file, an object in a store, memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"

namespace pg2athena {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const = 0;
  // Fills `to` with the bytes from `offset` on. The caller asks for no byte behind size(); fewer bytes than
  // that is an error of the source.
  virtual Result<void> read(std::uint64_t offset, std::span<std::byte> to) = 0;
};

}  // namespace pg2athena
