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
                     kOid = 26, kXid = 28, kJson = 114, kXml = 142, kFloat4 = 700, kFloat8 = 701,
                     kMoney = 790, kBpchar = 1042, kVarchar = 1043, kDate = 1082, kTime = 1083,
                     kTimestamp = 1114, kTimestamptz = 1184, kInterval = 1186, kTimetz = 1266,
                     kNumeric = 1700, kUuid = 2950, kTsvector = 3614, kTsquery = 3615, kJsonb = 3802;
}  // namespace oid

// pg_type.typtype, domains already followed to their base; and arrays, which typtype has among the base
// types.
enum class PgKind : char {
  Base = 'b',
  Composite = 'c',
  Enum = 'e',
  Range = 'r',
  Multirange = 'm',
  Pseudo = 'p',
  Array = 'a',
};

struct PgAttribute;

struct PgType {
  Oid oid = 0;  // of the base type, where the column's is a domain
  std::int32_t typmod = -1;
  PgKind kind = PgKind::Base;
  // As format_type() prints the type itself: numeric(12,2), public.mpaa_rating, text[]; of a domain the
  // domain.
  std::string name;
  // Of an array its element, of a range its subtype, of a multirange its range; otherwise none.
  std::vector<PgType> element;
  // Of a composite type, in their order, without those that were dropped.
  std::vector<PgAttribute> attributes;
  // Of an enum, in their order; and its own name, also where the column's type is a domain over it.
  std::vector<std::string> labels;
  std::string enum_name;
  // What arrays and records say of its values: `oid`, but of a domain the domain's (array_send and
  // record_send in src/backend/utils/adt). 0: the same as `oid`.
  Oid sent_oid = 0;
  std::string type_name;  // pg_type.typname of the base type: "hstore", "geometry"
  std::string extension;  // pg_extension.extname of what the base type belongs to; empty: none
  char delimiter = ',';   // pg_type.typdelim: what stands between its values in an array's text
  bool has_send = true;   // it has a binary form at all

  bool is_array() const { return kind == PgKind::Array; }
  bool operator==(const PgType&) const;
};

struct PgAttribute {
  std::string name;
  PgType type;
  bool operator==(const PgAttribute&) const = default;
};

inline bool PgType::operator==(const PgType&) const = default;

}  // namespace pg2athena::types
