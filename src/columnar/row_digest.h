// A digest of rows that doesn't depend on their order, nor on how they lie in batches or files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/int128.h"
#include "columnar/batch.h"

namespace pg2athena::columnar {

// Each row becomes the 128 bits of XXH3 over all its values, and the digest is their sum modulo 2^128: those
// of parts add up to that of the whole, and a row that is lost, doubled or changed in one bit makes another.
// (XOR would not see a row that is there twice.) Floating point counts by its bits, a NaN's payload and the
// sign of zero included. It finds accidents, not attackers.
//
// The bytes that are hashed, row by row, column by column: for a NULL 0; else 1, and then a value of fixed
// width as it lies in memory, little-endian (Storage, schema.h); text and binary as their length, of 8 bytes,
// and their bytes; a list or map as its length, of 8 bytes, and its entries; a struct as its fields.
class RowDigest {
 public:
  void add(const Batch& batch);
  void add(const RowDigest& other) { sum_ += other.sum_; }

  // 32 lower-case hexadecimal digits; zeros for no rows.
  std::string hex() const;
  // What hex() printed; nothing for other texts.
  static std::optional<RowDigest> parse(std::string_view hex);

  bool operator==(const RowDigest& other) const { return sum_ == other.sum_; }

 private:
  UInt128 sum_ = 0;
  ByteBuffer row_;  // reused
};

}  // namespace pg2athena::columnar
