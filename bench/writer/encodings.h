// Times each encoding and each step of an encoder alone, beside memcpy.
#pragma once

namespace pg2athena::bench {

// Prints a table. `rounds`: of each case; the median counts.
void time_encodings(int rounds);

}  // namespace pg2athena::bench
