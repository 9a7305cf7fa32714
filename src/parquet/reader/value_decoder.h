// The values of one data page, from any encoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

// Values of one physical type, side by side: booleans as bytes, numbers as they are in memory, values of a
// fixed length as they are in the file. Of a ByteArray the bytes of all, and offsets as in columnar::Column.
struct PhysicalValues {
  ByteBuffer* values = nullptr;
  Buffer<std::uint32_t>* offsets = nullptr;
  // `values` gets no larger than this, at most 4 GiB less one byte.
  std::size_t most_bytes = 0;

  // Room for so many values of a fixed width, uninitialised.
  Result<std::byte*> extend(std::size_t count, std::size_t width) const;
  Result<void> append_bytes(std::span<const std::byte> value) const;
};

class ValueDecoder {
 public:
  virtual ~ValueDecoder() = default;
  // Appends the page's next `count` values. CorruptInput when there aren't as many, or they are none;
  // ValueTooLarge when they would be more than out.most_bytes.
  virtual Result<void> read(std::size_t count, const PhysicalValues& out) = 0;
};

// The entries of a chunk's dictionary page.
struct Dictionary {
  ByteBuffer values;
  Buffer<std::uint32_t> offsets;  // of a ByteArray
  std::size_t width = 0;          // of others
  std::size_t count = 0;
};

// What is known of a value from its leaf.
struct ValueShape {
  PhysicalType type = PhysicalType::Int32;
  std::size_t fixed_bytes = 0;  // of a FixedLenByteArray's value

  // Bytes of a value in PhysicalValues; 0 of a ByteArray.
  std::size_t width() const;
};

// For the values of a page, `bytes`, which outlive the decoder, as does the dictionary. CorruptInput for an
// encoding that the type can't have and for a dictionary that isn't there, Unsupported for one that isn't
// read.
Result<std::unique_ptr<ValueDecoder>> make_value_decoder(const ValueShape& shape, Encoding encoding,
                                                         std::span<const std::byte> bytes,
                                                         const Dictionary* dictionary);

// The content of a dictionary page. CorruptInput when it doesn't have `count` values of the type.
Result<Dictionary> read_dictionary(const ValueShape& shape, std::size_t count,
                                   std::span<const std::byte> bytes);

}  // namespace pg2athena::parquet
