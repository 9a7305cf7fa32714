// Which of a source's rows one shard reads: all of them, a range of heap blocks, or a range of a key's
// values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "types/pg_type.h"

namespace pg2athena::postgres {

struct WholeSource {
  bool operator==(const WholeSource&) const = default;
};

// Heap blocks from `first` to before `end`; without an end, to the relation's last.
struct BlockRange {
  std::uint32_t first = 0;
  std::optional<std::uint32_t> end;
  bool operator==(const BlockRange&) const = default;
};

// A column by whose values rows are told apart.
struct KeyColumn {
  std::string name;       // in PostgreSQL
  types::Oid type = 0;    // of the base type, where the column's is a domain; is_key_type() holds
  bool by_bytes = false;  // a text is compared by its bytes and not by the column's collation
  bool operator==(const KeyColumn&) const = default;
};

// The column by which a relation or query may be split.
struct ShardKey {
  KeyColumn column;
  bool nullable = true;  // the server doesn't enforce that it is NOT NULL
  bool named = false;    // by the operator; otherwise it is there for what can't be read by blocks
  bool operator==(const ShardKey&) const = default;
};

// A value of a key, and how many rows there are from the value before it on: of all, in shares that only mean
// something beside those of the other points.
struct KeyPoint {
  std::string value;  // as PostgreSQL prints it
  double rows = 0;
  bool operator==(const KeyPoint&) const = default;
};

// How the values of a key are spread.
struct KeyValues {
  std::vector<KeyPoint> points;  // they ascend in the key's own order
  double null_share = 0;         // of all rows, 0 to 1
};

// The rows whose key is at least `lower` and less than `upper`, which are texts as PostgreSQL prints values;
// or those whose key is NULL.
struct KeyRange {
  KeyColumn key;
  std::optional<std::string> lower;  // nothing: no lower bound
  std::optional<std::string> upper;
  bool nulls = false;  // the rows without a key, and no others
  bool operator==(const KeyRange&) const = default;
};

using ShardRange = std::variant<WholeSource, BlockRange, KeyRange>;

// Whether ranges can be made of a type's values: it has one total order, in pg_catalog.
bool is_key_type(types::Oid type);
bool is_text_key(types::Oid type);
// Those types, for people.
inline constexpr std::string_view kKeyTypes =
    "smallint, integer, bigint, date, timestamp, timestamptz, uuid, text, varchar or char";

// The type that a bound is written in, qualified: "pg_catalog.int8".
std::string_view bound_type(const KeyColumn& key);
// What is compared with bounds: the column, where it says so in the C collation.
std::string key_expression(const KeyColumn& key);

// The condition that a range is, for WHERE; empty for all rows.
std::string range_condition(const ShardRange& range);

// Splits a heap of `blocks` into `parts` ranges of about the same size, the last open-ended: blocks that were
// added after the count belong to it. At least one range.
std::vector<BlockRange> split_blocks(std::uint64_t blocks, std::uint64_t parts);

// The ranges between bounds, which ascend in the key's own order (equal ones are allowed), and where the key
// may be NULL one more for its NULLs. Every row is in exactly one, whatever the bounds are; why is said with
// the definition.
std::vector<KeyRange> ranges_between(const KeyColumn& key, std::span<const std::string> bounds,
                                     bool nullable);

// For people: "blocks 0..1279", "a range of id", "NULLs of id"; empty for all rows. The bounds of a key are
// values of cells, which no message has.
std::string range_text(const ShardRange& range);
// For a receipt, which lies with the data: "id from 17 to before 42".
std::string range_text_with_bounds(const ShardRange& range);

}  // namespace pg2athena::postgres
