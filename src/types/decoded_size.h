// How large a value becomes, read from its wire form before anything is decoded: a numeric of a dozen bytes
// can have 147 455 characters of text (1e131071 is 10 bytes).
#pragma once

#include <cstdint>
#include <span>

#include "types/copy_decoder.h"
#include "types/type_table.h"

namespace pg2athena::types {

// Whether a column's values become more than they are on the wire: text of numbers, and all that contains
// other values. Of others decoded_bytes() is what they have on the wire.
bool grows(const TypeMapping& mapping);

// A numeric that becomes its text.
bool is_numeric_text(const TypeMapping& mapping);

// What a part of a value counts besides its bytes, an element of an array for one: its length, where it
// stands, offset, validity and levels.
inline constexpr std::uint64_t kElementBytes = 16;

// What a slot of a column takes whatever is in it, NULL too: a struct's has one of each field.
std::uint64_t slot_bytes(const columnar::Type& column);

// The bytes that a value which isn't NULL takes while it is decoded and in its column: of what contains
// others, what it has on the wire, what each part counts more, and what parts that grow become. Of bytes that
// aren't what the type says, some number that they can't make large by a lie: the decoder will refuse them.
std::uint64_t decoded_bytes(const PgType& type, const TypeMapping& mapping, std::span<const std::byte> value);

// The characters that append_numeric_text() appends for a numeric.
std::uint64_t numeric_text_bytes(std::span<const std::byte> value);

}  // namespace pg2athena::types
