// What a server itself counts and sums of rows that were read from it: in the same snapshot and from the same
// rows, but by its own functions and not through the COPY.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/exact_sum.h"
#include "postgres/connection.h"
#include "postgres/lake_value.h"
#include "postgres/scan.h"

namespace pg2athena::postgres {

// Of a leaf of the lake's columns, as far as its measures go.
struct ServerLeaf {
  std::uint64_t values = 0;
  std::uint64_t nulls = 0;      // as Parquet's levels count them: columnar::LeafTotals
  std::optional<ExactSum> sum;  // of numbers without their point
  // As numbers without their point, or of floating point as they are; nothing where there is no value.
  std::optional<ExactSum> min;
  std::optional<ExactSum> max;
  std::optional<double> least;
  std::optional<double> most;
  // The sum of hash_bytes() of the canonical texts of all values, modulo 2^64.
  std::optional<std::uint64_t> digest;
};

struct ServerTotals {
  std::uint64_t rows = 0;
  std::vector<ServerLeaf> leaves;  // as LakeValues::leaves
};

// The questions to one source, made once for all of its shards.
class ServerQuestions {
 public:
  // `encoding` is the database's. `digests`: each value is to be hashed too.
  ServerQuestions(const ScanSource& source, const std::string& encoding, bool digests);

  const std::vector<LeafSql>& leaves() const { return values_.leaves; }

  // Asks, on a session that has entered the source, for the rows that the COPY of this range has. It may take
  // as long as that: the answer comes as a COPY too, which is waited for without end. The errors are those of
  // COPY; Unsupported where the server hashes otherwise (a big-endian one), CorruptInput for an answer that
  // isn't one.
  Result<ServerTotals> ask(Connection& connection, const ShardRange& range) const;

  // For tests: the statements, COPY and all.
  std::vector<std::string> statements(const ShardRange& range) const;

 private:
  std::string item(std::size_t leaf) const;
  std::string scope_join(std::size_t scope, std::size_t begin, std::size_t end) const;
  std::string statement(const ShardRange& range, std::size_t begin, std::size_t end) const;
  Result<void> read_answer(std::string_view line, std::size_t begin, std::size_t end,
                           ServerTotals& totals) const;

  const ScanSource& source_;
  LakeValues values_;
  bool digests_;
};

// The number of rows of the whole source, on a session that has entered it.
Result<std::uint64_t> count_rows(Connection& connection, const ScanSource& source);

}  // namespace pg2athena::postgres
