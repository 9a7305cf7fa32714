// The decoders of values that contain no others: booleans, numbers, text, dates and times.
#include "decode_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<pg2athena::types::PgType> all = pg2athena::fuzz::scalars();
  pg2athena::fuzz::decode_one(all, {data, size});
  return 0;
}
