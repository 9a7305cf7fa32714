// When a dictionary pays. The first page of a column chunk is the sample.
#pragma once

#include <cstddef>
#include <limits>

namespace pg2athena::parquet {

// What is known of a chunk after its first page with values.
struct DictionarySample {
  std::size_t values = 0;
  std::size_t distinct = 0;
  std::size_t plain_bytes = 0;       // of all values
  std::size_t dictionary_bytes = 0;  // PLAIN bytes of the distinct ones
  bool whole_chunk = false;          // the chunk ends here
  // There are no more distinct values than this, from what the sample shows of their range.
  double most_distinct = std::numeric_limits<double>::infinity();
};

// The number of distinct values from which so many draws would, on average, have shown so many different
// ones, if all are equally frequent. Infinity when each draw was new.
double estimate_distinct(std::size_t values, std::size_t distinct);

// How many entries the dictionary will have in the end.
double expected_entries(const DictionarySample& sample);

// Whether the chunk should go on with its dictionary, which may have `limit` bytes. For a whole chunk it
// compares what both forms take. For a sample it asks whether the dictionary would fit in the end, and
// whether indices would then be narrower than values.
bool dictionary_pays(const DictionarySample& sample, std::size_t limit);

// Whether a first look, at fewer values than a page, already shows that it won't pay: the dictionary would be
// twice as large as it may be.
bool dictionary_is_hopeless(const DictionarySample& sample, std::size_t limit);

// What the values take in each form after the codec, as far as the sample shows.
struct MeasuredSample {
  std::size_t values = 0;
  std::size_t direct_bytes = 0;      // in the best encoding that isn't indices
  std::size_t index_bytes = 0;       // as indices of the width that expected_entries() asks for
  std::size_t dictionary_bytes = 0;  // the distinct values of the whole sample, PLAIN
};

// Whether indices and their dictionary take less than the best of the other encodings.
bool dictionary_is_smaller(const DictionarySample& sample, const MeasuredSample& measured);

}  // namespace pg2athena::parquet
