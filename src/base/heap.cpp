#include "base/heap.h"

#include <malloc.h>

namespace pg2athena {

void configure_heap() {
  // Blocks from this size on are mapped one by one and unmapped when they are freed. Left alone, glibc raises
  // its threshold to up to 32 MiB with each large block that is freed (mallopt(3), M_MMAP_THRESHOLD), and
  // large blocks then leave holes in the heap. With 128 KiB, where glibc begins, the buffers of a row group
  // that come and go cost 160 000 page faults and a quarter of the CPU time for 500 000 wide rows; with this
  // 50 000, and 7 MiB more at the peak.
  mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
  // As much may be free at a heap's end: more than a block of rows, whose messages come and go together.
  mallopt(M_TRIM_THRESHOLD, 8 * 1024 * 1024);
}

void trim_heap() {
  malloc_trim(0);
}

}  // namespace pg2athena
