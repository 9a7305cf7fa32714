#include "pipeline/verify/value_digests.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

#include "base/bytes.h"
#include "base/decimal.h"
#include "columnar/leaf_walk.h"
#include "postgres/hash_bytes.h"

namespace pg2athena::pipeline {
namespace {

using columnar::Column;
using columnar::Storage;
using postgres::CanonicalText;

// What an uncommonly long value took is given back.
constexpr std::size_t kCommonText = std::size_t{64} * 1024;

void put_hex(std::span<const std::byte> bytes, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text.resize(2 * bytes.size());
  char* to = text.data();
  for (const std::byte byte : bytes) {
    *to++ = kDigits[std::to_integer<unsigned>(byte) >> 4U];
    *to++ = kDigits[std::to_integer<unsigned>(byte) & 0xFU];
  }
}

// The bits as a server sends them: the highest first.
template <typename Bits>
void put_bits(const std::byte* value, std::string& text) {
  Bits bits = 0;
  std::memcpy(&bits, value, sizeof bits);
  bits = std::byteswap(bits);
  put_hex(std::as_bytes(std::span(&bits, 1)), text);
}

// As format_decimal() has it. Whole numbers, which most are, without a detour.
void put_number(Int128 number, int scale, std::string& text) {
  constexpr std::size_t kMostDigits = 20;
  const auto narrow = static_cast<std::int64_t>(number);
  if (scale != 0 || narrow != number) {
    text = format_decimal(number, scale);
    return;
  }
  std::array<char, kMostDigits> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), narrow);
  text.assign(digits.data(), written.ptr);
}

template <typename T>
Int128 number_at(const std::byte* value) {
  T number = 0;
  std::memcpy(&number, value, sizeof number);
  return Int128{number};
}

Int128 number_of(const Column& column, std::size_t slot) {
  const std::byte* const value = column.values.data() + slot * column.type.width();
  switch (column.type.storage()) {
    case Storage::Byte:
      return number_at<std::uint8_t>(value);
    case Storage::Int32:
      return number_at<std::int32_t>(value);
    case Storage::Int64:
      return number_at<std::int64_t>(value);
    default:
      return number_at<Int128>(value);
  }
}

}  // namespace

ValueDigests::ValueDigests(const std::vector<postgres::LeafSql>& leaves) : sums_(leaves.size()) {
  for (const postgres::LeafSql& leaf : leaves) {
    leaves_.push_back({.text = leaf.measures.count ? leaf.measures.text : CanonicalText::None,
                       .scale = leaf.measures.scale});
  }
}

void ValueDigests::add(const columnar::Batch& batch) {
  columnar::for_each_leaf(batch, [&](const columnar::LeafSlots& slots) {
    const Leaf& leaf = leaves_[slots.leaf];
    if (leaf.text == CanonicalText::None) return;
    const Column& column = slots.column;
    std::uint64_t sum = 0;
    for (std::size_t slot = 0; slot < column.length; ++slot) {
      if (!slots.present[slot]) continue;
      switch (leaf.text) {
        case CanonicalText::Text:
          sum += postgres::hash_bytes(column.bytes(slot));
          continue;
        case CanonicalText::Hex:
          put_hex(column.bytes(slot), text_);
          break;
        case CanonicalText::Bits:
          if (column.type.width() == sizeof(std::uint64_t)) {
            put_bits<std::uint64_t>(column.values.data() + slot * sizeof(std::uint64_t), text_);
          } else {
            put_bits<std::uint32_t>(column.values.data() + slot * sizeof(std::uint32_t), text_);
          }
          break;
        default:
          put_number(number_of(column, slot), leaf.scale, text_);
          break;
      }
      sum += postgres::hash_bytes(as_bytes(text_));
      if (text_.capacity() > kCommonText) text_ = {};
    }
    sums_[slots.leaf] += sum;
  });
}

}  // namespace pg2athena::pipeline
