// For tests: a file in memory, as a MemorySink has it.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "base/byte_source.h"
#include "base/bytes.h"

namespace pg2athena::parquet {

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string content) : content_(std::move(content)) {}

  std::uint64_t size() const override { return content_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::byte> to) override {
    if (offset > content_.size() || to.size() > content_.size() - offset) {
      return fail(ErrorKind::Internal, "a read behind the end");
    }
    if (!to.empty()) std::memcpy(to.data(), content_.data() + offset, to.size());
    return {};
  }

 private:
  std::string content_;
};

}  // namespace pg2athena::parquet
