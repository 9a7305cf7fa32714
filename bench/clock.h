#pragma once

#include <ctime>

namespace pg2athena::bench {

// CPU time of the process, user and kernel.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace pg2athena::bench
