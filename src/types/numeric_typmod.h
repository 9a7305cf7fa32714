// What the typmod of a numeric says.
#pragma once

#include <algorithm>
#include <optional>

#include "base/int128.h"
#include "types/pg_type.h"

namespace pg2athena::types {

struct NumericTypmod {
  int precision;
  int scale;
  // The most digits before and behind the point. A negative scale is zeros before the point, one above the
  // precision zeros behind it.
  int digits() const { return scale < 0 ? precision - scale : std::max(precision, scale); }
};

// numeric_typmod_precision and numeric_typmod_scale in numeric.c (11 bits of scale, signed, since PostgreSQL
// 15; never negative before). Nothing for a numeric without precision.
inline std::optional<NumericTypmod> numeric_typmod(const PgType& type) {
  constexpr int kVarhdrsz = 4;
  if (type.typmod < kVarhdrsz) return std::nullopt;
  const int packed = type.typmod - kVarhdrsz;
  return NumericTypmod{.precision = (packed >> 16) & 0xFFFF, .scale = ((packed & 0x7FF) ^ 0x400) - 0x400};
}

}  // namespace pg2athena::types
