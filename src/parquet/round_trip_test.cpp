// What our writer writes, read by our reader: random tables with random options.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/test_tables.h"

namespace pg2athena::parquet {
namespace {

RC_GTEST_PROP(RoundTrip, What_is_written_is_read, ()) {
  const auto bytes = *rc::gen::resize(600, rc::gen::arbitrary<std::vector<std::uint8_t>>());
  Choices choices(bytes);
  const std::string wrong = round_trip(table_of(choices));
  if (!wrong.empty()) RC_FAIL(wrong);
}

}  // namespace
}  // namespace pg2athena::parquet
