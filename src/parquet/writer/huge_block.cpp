#include "parquet/writer/huge_block.h"

#include <cstdint>
#include <new>

#include <sys/mman.h>

namespace pg2athena::parquet {

HugeBlock HugeBlock::allocate() {
  // A huge page has to lie where 2 MiB divide: map twice as much, give the ends back.
  void* const mapped = mmap(nullptr, 2 * kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const start = static_cast<std::byte*>(mapped);
  const std::size_t before = (kBytes - reinterpret_cast<std::uintptr_t>(start) % kBytes) % kBytes;
  if (before != 0) munmap(start, before);
  HugeBlock block;
  block.data_ = start + before;
  munmap(block.data_ + kBytes, kBytes - before);
  // A request: where huge pages are switched off, or used up, the kernel gives small ones.
  madvise(block.data_, kBytes, MADV_HUGEPAGE);
  return block;
}

HugeBlock::~HugeBlock() {
  if (data_ != nullptr) munmap(data_, kBytes);
}

}  // namespace pg2athena::parquet
