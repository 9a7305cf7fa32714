// How large a value becomes, read from its wire form before anything is decoded: a numeric of a dozen bytes
// can have 147 455 characters of text (1e131071 is 10 bytes).
#pragma once

#include <cstdint>
#include <span>

#include "types/copy_decoder.h"
#include "types/type_table.h"

namespace pg2athena::types {

// What a column's values take with us, from what they have on the wire.
enum class DecodedSize : std::uint8_t {
  AsOnWire,       // about as many bytes
  NumericText,    // a numeric that becomes text
  Array,          // a list of elements of about as many bytes
  NumericsArray,  // a list of numerics that become text
};
DecodedSize decoded_size(const PgType& type, const TypeMapping& mapping);

// What an element of an array counts besides its bytes: its length, offset, validity and levels.
inline constexpr std::uint64_t kElementBytes = 16;

// The bytes of a value that isn't NULL: of an array, what it has on the wire, what its elements count more,
// and the elements' texts. Of bytes that aren't what the type says, some number that they can't make large by
// a lie: the decoder will refuse them.
std::uint64_t decoded_bytes(DecodedSize size, std::span<const std::byte> value);

// The characters that append_numeric_text() appends for a numeric.
std::uint64_t numeric_text_bytes(std::span<const std::byte> value);

}  // namespace pg2athena::types
