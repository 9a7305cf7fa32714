// UTF-8: what Parquet's STRING promises its readers.
#pragma once

#include <cstddef>
#include <span>

namespace pg2athena {

// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms, at most
// U+10FFFF).
bool is_utf8(std::span<const std::byte> bytes);

}  // namespace pg2athena
