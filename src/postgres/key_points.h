// Values of a key, and how many rows are from each on: in equal steps for what has no statistics, and chosen
// to cut the rows into equal parts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
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

// The values that cut a key's rows into about `parts` of the same size. A value of more rows than a part has
// gets one of its own: then there may be some more parts. None where there is nothing to cut.
std::vector<std::string> choose_bounds(std::span<const postgres::KeyPoint> points, std::uint64_t parts);

// Leaves about as many points as `most`, at most twice as many, that cut the rows into equal parts; the
// others' rows go to the one before.
void thin(std::vector<KeyPoint>& points, std::size_t most);

double all_rows(std::span<const KeyPoint> points);

}  // namespace pg2athena::postgres
