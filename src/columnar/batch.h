// Columns in memory, between a reader that fills them and a writer that drains them. The layout is Arrow's
// (one slot for each row, NULL or not; a validity bitmap; offsets for what varies in length), so that nothing
// here surprises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "columnar/schema.h"

namespace pg2athena::columnar {

// Bits, least significant first, as in Arrow's validity bitmaps and Parquet's bit-packed levels.
class Bitmap {
 public:
  std::size_t size() const { return size_; }
  const std::uint8_t* data() const { return bytes_.data(); }
  bool operator[](std::size_t i) const { return ((unsigned{bytes_[i >> 3U]} >> (i & 7U)) & 1U) != 0; }
  void push_back(bool bit) {
    if ((size_ & 7U) == 0) bytes_.push_back(0);
    bytes_.back() = static_cast<std::uint8_t>(unsigned{bytes_.back()} | (unsigned{bit} << (size_ & 7U)));
    ++size_;
  }
  // Appends `count` set bits.
  void append_ones(std::size_t count);
  void clear() {
    bytes_.clear();
    size_ = 0;
  }
  std::size_t capacity_bytes() const { return bytes_.capacity_bytes(); }
  // Empties the bitmap and gives its memory back.
  void release() { *this = Bitmap(); }

 private:
  Buffer<std::uint8_t> bytes_;
  std::size_t size_ = 0;
};

// One column of a Batch, or one child of a nested column. A struct of arrays, open to decoders and encoders:
// whoever appends keeps the invariants that are written at the members.
//
// A slot whose value is NULL exists in `values` (unspecified content), in `offsets` (an empty range) and in
// the children of a Struct; a List's child has nothing for it. What the children of a Struct have for a slot
// where it is NULL, and theirs in turn, is not looked at: it may be NULL or any value, except that Bytes and
// Lists have an empty range there, NULL or not.
struct Column {
  explicit Column(const Field& field);

  Type type;
  bool nullable;
  std::size_t length = 0;  // slots
  std::size_t null_count = 0;
  Bitmap validity;                // nullable: `length` bits, set = a value; otherwise empty
  ByteBuffer values;              // fixed width: length * type.width() bytes; Bytes: the bytes of all values
  Buffer<std::uint32_t> offsets;  // Bytes and List: length + 1 offsets into `values` or children[0], from 0
  std::vector<Column> children;   // List: one (a Map's is a Struct of key and value); Struct: one a field

  bool is_null(std::size_t slot) const { return nullable && !validity[slot]; }
  // The values of a fixed-width column; T has the width of its storage.
  template <typename T>
  std::span<const T> fixed() const {
    return {reinterpret_cast<const T*>(values.data()), length};
  }
  // One value of a Bytes column.
  std::span<const std::byte> bytes(std::size_t slot) const {
    return values.span().subspan(offsets[slot], offsets[slot + 1] - offsets[slot]);
  }

  // Empties the column and keeps its memory.
  void clear();
  // Of an empty column: gives back buffers larger than this, which an uncommonly large row left behind.
  void release_above(std::size_t bytes);
  // Bytes of content: what the column would take without spare capacity.
  std::size_t size_bytes() const;
  // Bytes of memory taken, spare capacity included.
  std::size_t capacity_bytes() const;
};

// Columns of the same length. Owned and reused by one worker; not thread-safe.
class Batch {
 public:
  explicit Batch(const Schema& schema);

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().length; }
  void clear();
  void release_above(std::size_t bytes);
  std::size_t size_bytes() const;
  std::size_t capacity_bytes() const;

  std::vector<Column> columns;
};

}  // namespace pg2athena::columnar
