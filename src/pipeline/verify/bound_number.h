// A receipt's bounds as numbers, so that those of several files can be compared.
#pragma once

#include <optional>
#include <string_view>

#include "base/exact_sum.h"
#include "columnar/schema.h"

namespace pg2athena::pipeline {

// What parquet::bound_text() printed, in the units of a column's sum (columnar::LeafTotals): decimals without
// their point, dates in days, timestamps and times in microseconds, booleans 0 or 1. Nothing for other texts,
// and for the types that have no sum.
std::optional<ExactSum> bound_number(const columnar::Type& type, std::string_view text);
// The same of floating point.
std::optional<double> bound_floating(std::string_view text);

}  // namespace pg2athena::pipeline
