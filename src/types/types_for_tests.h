// Types as the catalog would describe them, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "types/type_table.h"

namespace pg2athena::types {

inline PgType array_of(PgType element, Oid oid = 20001) {
  return {.oid = oid, .kind = PgKind::Array, .name = element.name + "[]", .element = {std::move(element)}};
}

inline PgType range_of(PgType subtype, Oid oid = 20002) {
  return {.oid = oid, .kind = PgKind::Range, .name = subtype.name + "range", .element = {std::move(subtype)}};
}

inline PgType multirange_of(PgType range, Oid oid = 20003) {
  return {.oid = oid, .kind = PgKind::Multirange, .name = range.name + "s", .element = {std::move(range)}};
}

inline PgType composite(std::string name, std::vector<std::pair<std::string, PgType>> attributes,
                        Oid oid = 20004) {
  PgType type{.oid = oid, .kind = PgKind::Composite, .name = std::move(name)};
  for (auto& [attribute, of] : attributes) type.attributes.push_back({std::move(attribute), std::move(of)});
  return type;
}

// A base type of an extension; of none where it is empty.
inline PgType member_of(std::string extension, const std::string& name, Oid oid = 20005) {
  return {.oid = oid, .name = name, .type_name = name, .extension = std::move(extension)};
}

}  // namespace pg2athena::types
