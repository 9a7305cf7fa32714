// The C library's heap, made to give memory back: what is free in it counts in the process's resident memory.
#pragma once

namespace pg2athena {

// To be called before there are threads and large allocations.
void configure_heap();
// Gives free pages back to the system.
void trim_heap();

}  // namespace pg2athena
