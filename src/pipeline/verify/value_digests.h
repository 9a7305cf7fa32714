// A digest of each column's values, in any order, that a PostgreSQL server can make as well: of the same
// texts, by the same hash.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "postgres/lake_value.h"

namespace pg2athena::pipeline {

class ValueDigests {
 public:
  // Of what each leaf is hashed as.
  explicit ValueDigests(const std::vector<postgres::LeafSql>& leaves);

  // A batch with these leaves.
  void add(const columnar::Batch& batch);

  // For each leaf the sum of postgres::hash_bytes() over its values' canonical texts, modulo 2^64; 0 for a
  // leaf that has none.
  const std::vector<std::uint64_t>& sums() const { return sums_; }

 private:
  struct Leaf {
    postgres::CanonicalText text;
    int scale;
  };

  std::vector<Leaf> leaves_;
  std::vector<std::uint64_t> sums_;
  std::string text_;  // reused
};

}  // namespace pg2athena::pipeline
