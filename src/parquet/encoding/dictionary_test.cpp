#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/encoding/bytes_dictionary.h"
#include "parquet/encoding/fixed_dictionary.h"
#include "parquet/writer/dictionary_policy.h"

namespace pg2athena::parquet {
namespace {

template <typename Key>
std::vector<std::uint32_t> looked_up(FixedDictionary<Key>& dictionary, const std::vector<Key>& values) {
  std::vector<std::uint32_t> indices(values.size());
  dictionary.lookup(reinterpret_cast<const std::byte*>(values.data()), values.size(), indices.data());
  return indices;
}

std::vector<std::uint32_t> looked_up(BytesDictionary& dictionary, const std::vector<std::string>& values) {
  std::string data;
  std::vector<std::uint32_t> offsets = {0};
  for (const std::string& value : values) {
    data += value;
    offsets.push_back(static_cast<std::uint32_t>(data.size()));
  }
  std::vector<std::uint32_t> indices(values.size());
  dictionary.lookup(as_bytes(data), offsets.data(), values.size(), indices.data());
  return indices;
}

// What any dictionary has to answer: the order of first appearance.
template <typename Key>
std::vector<std::uint32_t> numbered(const std::vector<Key>& values) {
  std::vector<std::uint32_t> numbers;
  std::vector<Key> seen;
  for (const Key& value : values) {
    const auto found = std::find(seen.begin(), seen.end(), value);
    numbers.push_back(static_cast<std::uint32_t>(found - seen.begin()));
    if (found == seen.end()) seen.push_back(value);
  }
  return numbers;
}

template <typename Key>
void check_numbers() {
  const auto values = *rc::gen::container<std::vector<Key>>(rc::gen::map(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::arbitrary<std::uint64_t>()), [](const auto& pair) {
        // Few values, many values, and values of which only the upper bits differ.
        const auto& [few, bits] = pair;
        return static_cast<Key>(few ? static_cast<Key>(bits % 5) << (8 * sizeof(Key) - 3)
                                    : static_cast<Key>(bits));
      }));
  FixedDictionary<Key> dictionary;
  RC_ASSERT(looked_up(dictionary, values) == numbered(values));
}

RC_GTEST_PROP(FixedDictionary, Values_are_numbered_as_they_first_appear, ()) {
  check_numbers<std::uint32_t>();
  check_numbers<std::uint64_t>();
  check_numbers<UInt128>();
}

TEST(FixedDictionary, It_grows_and_empties_and_can_be_used_again) {
  FixedDictionary<std::uint64_t> dictionary;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::uint64_t> values(100000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i * 8;
    const std::vector<std::uint32_t> indices = looked_up(dictionary, values);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(indices[i], i);
    EXPECT_EQ(looked_up(dictionary, values), indices);
    EXPECT_EQ(dictionary.size(), values.size());
    dictionary.clear();
    EXPECT_EQ(dictionary.size(), 0U);
    EXPECT_LT(dictionary.memory_bytes(), std::size_t{128} << 10U);
  }
}

RC_GTEST_PROP(BytesDictionary, Strings_are_numbered_as_they_first_appear, ()) {
  // Of few letters and of lengths around the one that a hash of two words ends at.
  const auto values = *rc::gen::container<std::vector<std::string>>(rc::gen::map(
      rc::gen::pair(rc::gen::inRange<std::size_t>(0, 36),
                    rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\0c", 4)))),
      [](const auto& pair) {
        std::string text = pair.second;
        text.resize(pair.first % (text.size() + 2) == 0 ? pair.first : std::min<std::size_t>(text.size(), 3),
                    'z');
        return text;
      }));
  BytesDictionary dictionary;
  const std::vector<std::uint32_t> indices = looked_up(dictionary, values);
  RC_ASSERT(indices == numbered(values));
  for (std::size_t i = 0; i < values.size(); ++i) RC_ASSERT(dictionary.value(indices[i]) == values[i]);
}

TEST(BytesDictionary, Strings_that_differ_in_trailing_zeros_or_length_only_are_different) {
  BytesDictionary dictionary;
  const std::vector<std::string> values = {"",
                                           std::string(1, '\0'),
                                           std::string(8, '\0'),
                                           std::string(16, '\0'),
                                           std::string(17, '\0'),
                                           std::string(40, 'a'),
                                           std::string(41, 'a')};
  EXPECT_EQ(looked_up(dictionary, values), (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(looked_up(dictionary, values), (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(BytesDictionary, It_grows_and_empties_and_can_be_used_again) {
  BytesDictionary dictionary;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> values;
    values.reserve(50000);
    for (int i = 0; i < 50000; ++i) values.push_back("value number " + std::to_string(i));
    const std::vector<std::uint32_t> indices = looked_up(dictionary, values);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(indices[i], i);
    EXPECT_EQ(looked_up(dictionary, values), indices);
    dictionary.clear();
    EXPECT_EQ(dictionary.size(), 0U);
    EXPECT_LT(dictionary.memory_bytes(), std::size_t{128} << 10U);
  }
}

TEST(DictionaryPolicy, Distinct_values_are_estimated_from_a_sample) {
  // 20 000 draws from 200 000 equally frequent values show about 19 033 of them.
  EXPECT_NEAR(estimate_distinct(20000, 19033), 200000, 200);
  EXPECT_NEAR(estimate_distinct(20000, 1000), 1000, 1);
  EXPECT_EQ(estimate_distinct(20000, 20000), std::numeric_limits<double>::infinity());
  EXPECT_EQ(estimate_distinct(20000, 0), 0);
}

TEST(DictionaryPolicy, A_dictionary_pays_while_it_will_fit_and_its_indices_are_narrower) {
  struct Case {
    const char* what;
    DictionarySample sample;
    bool pays;
  };
  constexpr std::size_t kLimit = std::size_t{1} << 20U;
  const std::vector<Case> cases = {
      {"few values", {20000, 10, 160000, 80, false}, true},
      {"unique keys", {20000, 20000, 160000, 160000, false}, false},
      {"100 000 values of 8 bytes", {20000, 18127, 160000, 145016, false}, true},
      {"200 000 values of 8 bytes", {20000, 19033, 160000, 152264, false}, false},
      {"unique in the sample, of a small range", {20000, 20000, 80000, 80000, false, 200000}, true},
      {"a chunk of unique values", {100, 100, 800, 800, true}, false},
      {"a chunk of one value", {100, 1, 800, 8, true}, true},
      {"a chunk too small for another page", {4, 1, 32, 8, true}, false},
      {"no values", {0, 0, 0, 0, true}, false},
  };
  for (const auto& [what, sample, pays] : cases) EXPECT_EQ(dictionary_pays(sample, kLimit), pays) << what;
  EXPECT_FALSE(dictionary_pays(cases[0].sample, 0));
}

TEST(DictionaryPolicy, A_first_look_leaves_what_would_be_twice_too_large) {
  constexpr std::size_t kLimit = std::size_t{1} << 20U;
  const auto hopeless = [](std::size_t distinct, std::size_t bytes) {
    return dictionary_is_hopeless(
        {.values = 4096, .distinct = distinct, .dictionary_bytes = distinct * bytes}, kLimit);
  };
  EXPECT_FALSE(hopeless(0, 8));
  EXPECT_FALSE(hopeless(4000, 8)) << "about 87 000 values";
  EXPECT_TRUE(hopeless(4080, 8)) << "about half a million";
  EXPECT_TRUE(hopeless(4096, 8)) << "nobody knows how many";
  EXPECT_TRUE(hopeless(4000, 40));
}

}  // namespace
}  // namespace pg2athena::parquet
