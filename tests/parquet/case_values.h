// Values for the columns of file_cases.cpp: they look random and are the same everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/int128.h"
#include "columnar/schema.h"
#include "parquet/test_columns.h"

namespace pg2athena::parquet {

inline constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A number that looks random: splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x);
// One of the numbers from low to high, both included.
std::int64_t random(std::size_t row, std::uint64_t seed, std::int64_t low, std::int64_t high);
// Text of so many ASCII characters; different for each row.
std::string wide_text(std::size_t row, std::size_t length);

// One of each type that isn't nested.
std::vector<columnar::Type> scalar_types();
// The largest decimal of so many digits, unscaled.
Int128 largest(int precision);
// A value with the whole range of the type in it.
Value any_value(const columnar::Type& type, std::size_t row, std::uint64_t seed);
// The values at which a type ends, and those next to zero.
std::vector<Value> extremes(const columnar::Type& type);
// Lists of a type: NULL, empty, with NULL elements, short and now and then long.
Value any_list(const columnar::Type& element, std::size_t row, bool nullable, bool element_nullable);

}  // namespace pg2athena::parquet
