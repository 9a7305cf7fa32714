// ULEB128 integers, seven bits a byte, and the zigzag form of signed ones: of Thrift's compact protocol and
// of Parquet's encodings.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace pg2athena::parquet {

inline void append_varint(std::uint64_t value, ByteBuffer& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7U;
  }
  out.push_back(static_cast<std::byte>(value));
}

inline void append_zigzag(std::int64_t value, ByteBuffer& out) {
  append_varint((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U), out);
}

}  // namespace pg2athena::parquet
