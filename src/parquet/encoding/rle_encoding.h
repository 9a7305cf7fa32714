// Parquet's hybrid of run-length encoding and bit packing (Encodings.md, "Run Length Encoding / Bit-Packing
// Hybrid"), for levels and dictionary indices; and bit packing alone, for booleans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace pg2athena::parquet {

// Bits that hold the numbers 0 to `largest`: 0 for 0.
int bit_width(std::uint32_t largest);

// Appends the hybrid encoding of `values`, each less than 2^width; width is 1 to 32, for levels 1 to 8.
void append_hybrid(std::span<const std::uint32_t> values, int width, ByteBuffer& out);
void append_hybrid(std::span<const std::uint8_t> values, int width, ByteBuffer& out);

// The hybrid encoding, of width 1, of the first `count` bits at `bits`, least significant first. Bits of the
// last byte behind `count` have to be zero.
void append_hybrid_bits(const std::uint8_t* bits, std::size_t count, ByteBuffer& out);

// Appends one run: `count` times `value`.
void append_run(std::uint32_t value, std::size_t count, int width, ByteBuffer& out);

// Appends PLAIN booleans: one bit for each byte of `values`, which are 0 or 1.
void append_bit_packed(std::span<const std::uint8_t> values, ByteBuffer& out);

}  // namespace pg2athena::parquet
