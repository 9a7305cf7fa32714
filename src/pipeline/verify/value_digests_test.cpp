#include "pipeline/verify/value_digests.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/append.h"
#include "postgres/hash_bytes.h"

namespace pg2athena::pipeline {
namespace {

using columnar::Type;
using columnar::TypeId;
using postgres::CanonicalText;
using postgres::LeafSql;

LeafSql leaf(CanonicalText text, int scale = 0) {
  return {.measures = {.count = true, .text = text, .scale = scale}};
}

std::uint64_t hashes(const std::vector<std::string>& texts) {
  std::uint64_t sum = 0;
  for (const std::string& text : texts) sum += postgres::hash_bytes(as_bytes(text));
  return sum;
}

template <typename T>
std::uint64_t digest(const Type& type, const LeafSql& of, const std::vector<std::optional<T>>& values) {
  columnar::Batch batch(columnar::Schema{{{.name = "c", .type = type}}});
  for (const auto& value : values) EXPECT_TRUE(columnar::append_row(batch, value).has_value());
  ValueDigests digests({of});
  digests.add(batch);
  return digests.sums()[0];
}

TEST(ValueDigests, Each_type_has_the_text_that_the_server_hashes) {
  EXPECT_EQ(digest<int>(Type::of(TypeId::Int32), leaf(CanonicalText::Number), {-17, std::nullopt, 0}),
            hashes({"-17", "0"}));
  EXPECT_EQ(digest<bool>(Type::of(TypeId::Boolean), leaf(CanonicalText::Number), {true, false, true}),
            hashes({"1", "0", "1"}));
  EXPECT_EQ(digest<int>(Type::decimal(9, 2), leaf(CanonicalText::Number, 2), {-5, 12345}),
            hashes({"-0.05", "123.45"}));
  EXPECT_EQ(digest<Int128>(Type::decimal(38, 0), leaf(CanonicalText::Number), {power_of_ten(30)}),
            hashes({"1000000000000000000000000000000"}));
  EXPECT_EQ(digest<int>(Type::timestamp(true), leaf(CanonicalText::Number, 6), {1, -1'500'000}),
            hashes({"0.000001", "-1.500000"}));
  EXPECT_EQ(digest<double>(Type::of(TypeId::Float64), leaf(CanonicalText::Bits), {-0.0, 1.5}),
            hashes({"8000000000000000", "3ff8000000000000"}));
  EXPECT_EQ(digest<float>(Type::of(TypeId::Float32), leaf(CanonicalText::Bits), {1.5F}),
            hashes({"3fc00000"}));
  EXPECT_EQ(digest<std::string>(Type::of(TypeId::String), leaf(CanonicalText::Text), {"ä", "", std::nullopt}),
            hashes({"ä", ""}));
  EXPECT_EQ(
      digest<std::string>(Type::of(TypeId::Binary), leaf(CanonicalText::Hex), {std::string("\0\xff", 2)}),
      hashes({"00ff"}));
}

TEST(ValueDigests, What_has_no_text_is_left_out) {
  EXPECT_EQ(digest<int>(Type::of(TypeId::Int32), leaf(CanonicalText::None), {1}), 0U);
  LeafSql unknown = leaf(CanonicalText::Number);
  unknown.measures.count = false;
  EXPECT_EQ(digest<int>(Type::of(TypeId::Int32), unknown, {1}), 0U);
}

TEST(ValueDigests, A_list_is_hashed_by_its_elements) {
  EXPECT_EQ((digest<std::vector<std::optional<int>>>(Type::list(Type::of(TypeId::Int32)),
                                                     leaf(CanonicalText::Number),
                                                     {{{1, std::nullopt, 2}}, std::nullopt, {{3}}})),
            hashes({"1", "2", "3"}));
}

}  // namespace
}  // namespace pg2athena::pipeline
