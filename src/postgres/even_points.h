// Values of a key in equal steps, for what has no statistics.
#pragma once

#include <string_view>
#include <vector>

#include "postgres/shard_range.h"

namespace pg2athena::postgres {

// How many points there are at most: a source isn't split into more parts by its key.
inline constexpr int kKeyPoints = 1000;

// Values from `least` to `greatest`, both as PostgreSQL prints them, in about kKeyPoints equal steps; the
// greatest is the last. Whole numbers, days, microseconds and the 128 bits of a uuid are counted exactly.
// None where there is nothing between the two, and for a type that isn't counted.
std::vector<KeyPoint> even_points(types::Oid type, std::string_view least, std::string_view greatest);

}  // namespace pg2athena::postgres
