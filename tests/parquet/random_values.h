// Values of a column of random shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "columnar/schema.h"
#include "parquet/test_columns.h"

namespace pg2athena::parquet {

// Numbers that look random and are the same everywhere, which those of <random> aren't.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits();
  // Less than `limit`, which isn't 0.
  std::uint64_t below(std::uint64_t limit) { return bits() % limit; }
  bool percent(std::uint64_t share) { return below(100) < share; }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

 private:
  std::uint64_t state_;
};

// Makes the values of a field, one after the other; which shape they have is decided in the beginning, for
// each field below it.
class RandomValues {
 public:
  RandomValues(const columnar::Field& field, Random& random);

  Value next(Random& random);
  // Scalars, NULLs and empty lists so far.
  std::size_t made() const;

 private:
  enum class Shape { AnyValue, FewValues, Constant, Ascending, Runs, Close, Extremes };

  Value scalar(Random& random);
  Value list(Random& random);

  columnar::Type type_;
  bool nullable_;
  Shape shape_;
  std::uint64_t seed_;
  std::uint64_t null_percent_;
  std::uint64_t empty_percent_;
  std::uint64_t longest_list_;
  bool null_runs_;
  std::size_t count_ = 0;
  std::vector<RandomValues> children_;
};

}  // namespace pg2athena::parquet
