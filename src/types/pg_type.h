// What PostgreSQL's catalog says about the type of a column.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pg2athena::types {

using Oid = std::uint32_t;

// Built-in types that the table knows (src/include/catalog/pg_type.dat; fixed in every server).
namespace oid {
inline constexpr Oid kBool = 16, kBytea = 17, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25,
                     kOid = 26, kXid = 28, kJson = 114, kFloat4 = 700, kFloat8 = 701, kBpchar = 1042,
                     kVarchar = 1043, kDate = 1082, kTimestamp = 1114, kTimestamptz = 1184, kNumeric = 1700,
                     kUuid = 2950, kTsvector = 3614, kJsonb = 3802;
}  // namespace oid

// pg_type.typtype, domains already followed to their base.
enum class PgKind : char {
  Base = 'b',
  Composite = 'c',
  Enum = 'e',
  Range = 'r',
  Multirange = 'm',
  Pseudo = 'p',
};

struct PgType {
  Oid oid = 0;  // of the base type, where the column's is a domain
  std::int32_t typmod = -1;
  PgKind kind = PgKind::Base;
  std::string
      name;  // as format_type() prints the column's own type: numeric(12,2), public.mpaa_rating, text[]
  std::vector<PgType> element;  // of an array: one; otherwise none

  bool is_array() const { return !element.empty(); }
  bool operator==(const PgType&) const = default;
};

}  // namespace pg2athena::types
