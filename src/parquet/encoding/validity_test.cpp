#include "parquet/encoding/validity.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "columnar/batch.h"

namespace pg2athena::parquet {
namespace {

// Bits with long runs of both kinds, as well as mixed ones.
columnar::Bitmap some_bits() {
  columnar::Bitmap bits;
  for (const auto& word : *rc::gen::arbitrary<std::vector<std::uint64_t>>()) {
    for (unsigned i = 0; i < 70; ++i)
      bits.push_back(word % 3 == 0 || (word % 3 == 1 && ((word >> (i % 64)) & 1U) != 0));
  }
  return bits;
}

RC_GTEST_PROP(Validity, Set_bits_are_counted_in_any_range, ()) {
  const columnar::Bitmap bits = some_bits();
  const std::size_t begin = *rc::gen::inRange<std::size_t>(0, bits.size() + 1);
  const std::size_t end = *rc::gen::inRange<std::size_t>(begin, bits.size() + 1);
  std::size_t expected = 0;
  for (std::size_t i = begin; i < end; ++i) expected += bits[i] ? 1U : 0U;
  RC_ASSERT(count_set(bits.data(), begin, end) == expected);
}

template <typename T>
void check_compaction() {
  const columnar::Bitmap bits = some_bits();
  const std::size_t begin = *rc::gen::inRange<std::size_t>(0, bits.size() + 1);
  const std::size_t end = *rc::gen::inRange<std::size_t>(begin, bits.size() + 1);
  std::vector<T> values(bits.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i * 7);
  std::vector<T> expected;
  for (std::size_t i = begin; i < end; ++i) {
    if (bits[i]) expected.push_back(values[i]);
  }
  std::vector<T> out(expected.size() + 1);
  const std::size_t count = compact<T>(reinterpret_cast<const std::byte*>(values.data()), bits.data(), begin,
                                       end, reinterpret_cast<std::byte*>(out.data()));
  out.resize(count);
  RC_ASSERT(out == expected);
}

RC_GTEST_PROP(Validity, Values_that_are_not_NULL_move_together_in_order, ()) {
  check_compaction<std::uint8_t>();
  check_compaction<std::int32_t>();
  check_compaction<std::int64_t>();
}

}  // namespace
}  // namespace pg2athena::parquet
