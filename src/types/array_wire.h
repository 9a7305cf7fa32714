// array_send's form (src/backend/utils/adt/arrayfuncs.c): int32 dimensions, int32 flags, the element's oid,
// for each dimension int32 length and int32 lower bound, then the elements, each behind its length.
#pragma once

#include <cstddef>

namespace pg2athena::types {

inline constexpr std::size_t kArrayHeaderBytes = 12;
inline constexpr std::size_t kArrayDimensionBytes = 8;

}  // namespace pg2athena::types
