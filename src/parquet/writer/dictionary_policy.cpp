#include "parquet/writer/dictionary_policy.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pg2athena::parquet {

double estimate_distinct(std::size_t values, std::size_t distinct) {
  if (distinct == 0) return 0;
  if (distinct >= values) return std::numeric_limits<double>::infinity();
  // n draws from D values show D (1 - e^(-n/D)) of them, which grows with D from 0 to n: find D by halving.
  const auto n = static_cast<double>(values);
  const auto d = static_cast<double>(distinct);
  double low = d;
  double high = n * n;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = low + (high - low) / 2;
    const double shown = -middle * std::expm1(-n / middle);
    (shown < d ? low : high) = middle;
  }
  return high;
}

double expected_entries(const DictionarySample& sample) {
  if (sample.whole_chunk) return static_cast<double>(sample.distinct);
  return std::min(estimate_distinct(sample.values, sample.distinct), sample.most_distinct);
}

bool dictionary_pays(const DictionarySample& sample, std::size_t limit) {
  if (sample.distinct == 0 || limit == 0) return false;
  const auto bytes_per_entry =
      static_cast<double>(sample.dictionary_bytes) / static_cast<double>(sample.distinct);
  const auto bytes_per_value = static_cast<double>(sample.plain_bytes) / static_cast<double>(sample.values);
  const double entries = expected_entries(sample);
  if (entries * bytes_per_entry > static_cast<double>(limit)) return false;
  const double index_bytes = std::max(1.0, std::ceil(std::log2(entries))) / 8;
  if (!sample.whole_chunk) return index_bytes < bytes_per_value;
  constexpr double kPageHeader = 30;  // what the dictionary's page takes besides
  return entries * bytes_per_entry + kPageHeader + static_cast<double>(sample.values) * index_bytes <
         static_cast<double>(sample.plain_bytes);
}

bool dictionary_is_hopeless(const DictionarySample& sample, std::size_t limit) {
  if (sample.distinct == 0) return false;
  const auto bytes_per_entry =
      static_cast<double>(sample.dictionary_bytes) / static_cast<double>(sample.distinct);
  return expected_entries(sample) * bytes_per_entry > 2 * static_cast<double>(limit);
}

bool dictionary_is_smaller(const DictionarySample& sample, const MeasuredSample& measured) {
  // The dictionary is there once, for a chunk of about so many pages like the first.
  constexpr double kPages = 32;
  const double growth = expected_entries(sample) / static_cast<double>(sample.distinct);
  const double chunk_values = static_cast<double>(sample.values) * (sample.whole_chunk ? 1 : kPages);
  const double share = static_cast<double>(measured.dictionary_bytes) * growth *
                       static_cast<double>(measured.values) / chunk_values;
  return static_cast<double>(measured.index_bytes) + share < static_cast<double>(measured.direct_bytes);
}

}  // namespace pg2athena::parquet
