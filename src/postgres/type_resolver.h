// From a type's oid to a types::PgType: domains followed to their base, arrays to their elements.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "postgres/connection.h"
#include "types/pg_type.h"

namespace pg2athena::postgres {

class TypeResolver {
 public:
  using TypeUse = std::pair<types::Oid, std::int32_t>;  // oid and typmod

  // Reads what resolve() will need for these; two to four queries however many types there are.
  static Result<TypeResolver> load(Connection& connection, const std::set<TypeUse>& uses);

  // A use that was loaded.
  types::PgType resolve(TypeUse use) const;

 private:
  struct Row {
    char typtype = 'b';
    types::Oid base = 0;            // of a domain
    std::int32_t base_typmod = -1;  // of a domain
    types::Oid element = 0;         // of a true array
  };
  types::PgType resolve_base(types::Oid oid, std::int32_t typmod) const;

  std::map<types::Oid, Row> rows_;
  std::map<TypeUse, std::string> names_;
};

}  // namespace pg2athena::postgres
