// Two mebibytes of memory that the kernel may back with one huge page: it then costs one fault and not 512,
// which is a fifth of the CPU time of a writer without a codec (bench/parquet).
#pragma once

#include <cstddef>
#include <utility>

namespace pg2athena::parquet {

class HugeBlock {
 public:
  static constexpr std::size_t kBytes = std::size_t{2} << 20U;

  // No memory.
  HugeBlock() = default;
  // Throws std::bad_alloc.
  static HugeBlock allocate();
  HugeBlock(HugeBlock&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  HugeBlock& operator=(HugeBlock&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  ~HugeBlock();

  // nullptr or kBytes bytes, zero at first.
  std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
};

}  // namespace pg2athena::parquet
