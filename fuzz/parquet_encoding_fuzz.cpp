// Bytes that become a table and options, which our writer writes and our reader reads: the same values, by
// every encoding.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "parquet/test_tables.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pg2athena::parquet::Choices choices(std::span(data, size));
  const std::string wrong = pg2athena::parquet::round_trip(pg2athena::parquet::table_of(choices));
  if (!wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    std::abort();
  }
  return 0;
}
