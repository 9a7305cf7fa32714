// The digest by which receipts, verification and the local folder's ETags know content: XXH3, 128 bits. It
// finds accidents, not attackers, and runs at memory speed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/byte_sink.h"

struct XXH3_state_s;

namespace pg2athena::storage {

// 32 lower-case hexadecimal digits.
std::string digest_of(std::span<const std::byte> content);

class ContentDigest {
 public:
  ContentDigest();
  void update(std::span<const std::byte> bytes);
  // Of all bytes so far.
  std::string hex() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

// Hands everything on and keeps size and digest of what went through. `next` must outlive it.
class DigestSink final : public ByteSink {
 public:
  explicit DigestSink(ByteSink& next) : next_(next) {}
  Result<void> write(std::span<const std::byte> bytes) override;

  std::uint64_t bytes() const { return bytes_; }
  std::string digest() const { return digest_.hex(); }

 private:
  ByteSink& next_;
  ContentDigest digest_;
  std::uint64_t bytes_ = 0;
};

}  // namespace pg2athena::storage
