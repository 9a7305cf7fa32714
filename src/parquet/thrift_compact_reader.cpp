#include "parquet/thrift_compact_reader.h"

#include <fmt/format.h>

namespace pg2athena::parquet {
namespace {

// A code may be none of Thrift's: skip() says so, and no description has it.
WireType type_of(unsigned code) {
  return static_cast<WireType>(code & 0xFU);  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
}

}  // namespace

void CompactReader::fail_missing(std::int16_t id) {
  fail(fmt::format("field {} of a struct is missing", id));
}

bool CompactReader::descend() {
  if (++depth_ > kDeepest) fail("structs lie too deep within each other");
  return !failed();
}

bool CompactReader::field_header(FieldHeader& field) {
  const unsigned first = byte();
  if (failed() || first == 0) return false;
  const auto type = type_of(first);
  const int delta = static_cast<int>(first >> 4U);
  constexpr std::int64_t kLeast = std::numeric_limits<std::int16_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int16_t>::max();
  const std::int64_t id = delta != 0 ? field.id + delta : zigzag(kLeast, kMost);
  if (id > kMost) fail("a field's id is too large");
  field = {.id = static_cast<std::int16_t>(id), .type = type};
  return !failed();
}

CompactReader::ListHeader CompactReader::list_header() {
  const unsigned first = byte();
  constexpr std::uint64_t kLongSize = 15;
  std::uint64_t size = first >> 4U;
  if (size == kLongSize) size = varint();
  // An element has at least a byte.
  if (size > bytes_.size() - position_) {
    fail("a list is longer than what is left");
    return {};
  }
  return {.size = size, .type = type_of(first)};
}

std::uint8_t CompactReader::byte() {
  if (failed()) return 0;
  if (position_ == bytes_.size()) {
    fail("it ends too early");
    return 0;
  }
  return std::to_integer<std::uint8_t>(bytes_[position_++]);
}

std::uint64_t CompactReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t bits = byte();
    if (shift == 63 && bits > 1) break;
    value |= (bits & 0x7FU) << shift;
    if (bits < 0x80) return value;
  }
  fail("a number has too many bytes");
  return 0;
}

std::int64_t CompactReader::zigzag(std::int64_t least, std::int64_t most) {
  const std::uint64_t bits = varint();
  const auto value = static_cast<std::int64_t>((bits >> 1U) ^ (~(bits & 1U) + 1));
  if (value >= least && value <= most) return value;
  fail("a number is out of its type's range");
  return 0;
}

std::span<const std::byte> CompactReader::binary() {
  const std::uint64_t size = varint();
  if (!failed() && size > bytes_.size() - position_) fail("a text is longer than what is left");
  if (failed()) return {};
  const auto text = bytes_.subspan(position_, size);
  position_ += text.size();
  return text;
}

void CompactReader::skip(WireType type, bool in_list) {
  if (failed() || !descend()) return;
  switch (type) {
    case WireType::True:
    case WireType::False:
      if (in_list) byte();
      break;
    case WireType::I8:
      byte();
      break;
    case WireType::I16:
    case WireType::I32:
    case WireType::I64:
      varint();
      break;
    case WireType::Double:
      for (int i = 0; i < 8; ++i) byte();
      break;
    case WireType::Binary:
      binary();
      break;
    case WireType::List:
    case WireType::Set: {
      const ListHeader header = list_header();
      for (std::size_t i = 0; i < header.size && !failed(); ++i) skip(header.type, true);
      break;
    }
    case WireType::Map: {
      const std::uint64_t size = varint();
      const unsigned types = size == 0 ? 0 : byte();
      for (std::uint64_t i = 0; i < size && !failed(); ++i) {
        skip(type_of(types >> 4U), true);
        skip(type_of(types), true);
      }
      break;
    }
    case WireType::Struct: {
      FieldHeader header;
      while (field_header(header)) skip(header.type, false);
      break;
    }
    case WireType::Uuid:
      for (int i = 0; i < 16; ++i) byte();
      break;
    default:
      fail("a field has a type that Thrift doesn't have");
      break;
  }
  --depth_;
}

}  // namespace pg2athena::parquet
