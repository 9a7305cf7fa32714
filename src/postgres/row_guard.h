// How large a row's values may be, checked by the server. libpq holds a row twice before anybody sees how
// large it is (its input buffer doubles until the row fits, and PQgetCopyData copies it out:
// getCopyDataMessage and pqCheckInBufferSpace in src/interfaces/libpq), so the check stands in the COPY's
// SELECT and fails there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "postgres/scan.h"

namespace pg2athena::postgres {

// The most bytes that a value of the column can have, on the wire or with us; nothing for one that can be
// large (over 1 KiB or so), which are those that the guard measures.
std::optional<std::uint64_t> most_bytes(const ScanColumn& column);

// The most bytes that the other columns of a row take together, their lengths included.
std::uint64_t small_columns_bytes(const std::vector<ScanColumn>& columns);

// Whether a value can be stored in fewer bytes than it has on the wire even when it isn't compressed. By how
// much, the storage doesn't say: a number of ten bytes can have 131 072 digits, as text of its own, in jsonb
// or in a range, and an array's NULL is a bit there. Most are no more than kUsualExpansion times as large.
bool expands(const ScanColumn& column);
inline constexpr std::uint64_t kUsualExpansion = 4;

// An SQL condition that is false for a row whose large columns have together at most source.max_value_bytes,
// and fails for every other. Values count as in types/decoded_size.h: a numeric as its text, the elements of
// an array 16 bytes more each; but what is deeper within a value counts only when it has arrived, and until
// then as it travels. Empty where no column can be large.
//
// It detoasts only what may be too large: octet_length() of text and bytea reads the length that stands in
// the TOAST pointer (textoctetlen, byteaoctetlen and toast_raw_datum_size in PostgreSQL's sources), and
// pg_column_size() is at least a 255th of any value: that much, and no more, both of its compressions can do.
std::string row_guard(const ScanSource& source, bool with_ctid);

// What the guard said when it failed.
struct LargeRow {
  std::string ctid;  // where it was asked for
  std::uint64_t bytes = 0;
  std::uint64_t column_bytes = 0;  // of the largest column
  std::size_t column = 0;          // its index

  // Counts a large column's value.
  void add(std::size_t index, std::uint64_t value_bytes);
};
// Nothing when the message isn't the guard's.
std::optional<LargeRow> parse_guard_message(std::string_view message, const ScanSource& source);

// The Error of such a row: ValueTooLarge.
Error large_row_error(const LargeRow& row, const ScanSource& source);

}  // namespace pg2athena::postgres
