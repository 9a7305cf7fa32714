// Tells what a source couldn't give from what a reader couldn't make sense of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/byte_source.h"

namespace pg2athena::pipeline {

// Hands everything on and keeps the first error. `next` must outlive it.
class WatchedSource final : public ByteSource {
 public:
  explicit WatchedSource(ByteSource& next) : next_(next) {}

  std::uint64_t size() const override { return next_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::byte> to) override {
    auto done = next_.read(offset, to);
    if (!done && !error_) error_ = done.error();
    return done;
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  ByteSource& next_;
  std::optional<Error> error_;
};

}  // namespace pg2athena::pipeline
