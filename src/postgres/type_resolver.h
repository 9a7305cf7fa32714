// From a type's oid to a types::PgType: domains followed to their base, and what a type consists of with it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "postgres/connection.h"
#include "types/pg_type.h"

namespace pg2athena::postgres {

class TypeResolver {
 public:
  using TypeUse = std::pair<types::Oid, std::int32_t>;  // oid and typmod

  // Reads what resolve() will need for these: four queries, however many types there are and however deep
  // they are nested.
  static Result<TypeResolver> load(Connection& connection, const std::set<TypeUse>& uses);

  // A use that was loaded. What consists of thousands of types is a base type of which nothing is known but
  // its name: it goes as text.
  types::PgType resolve(TypeUse use) const;

 private:
  struct Attribute {
    std::string name;
    TypeUse use;
  };
  // A row of pg_type, with what other catalogs say of it.
  struct Row {
    types::PgKind kind = types::PgKind::Base;
    bool is_domain = false;
    TypeUse base = {0, -1};  // of a domain
    // Of a true array its element, of a range its subtype, of a multirange its range.
    types::Oid element = 0;
    std::vector<Attribute> attributes;  // of a composite type
    std::vector<std::string> labels;    // of an enum
    std::string name;
    std::string extension;
    char delimiter = ',';
    bool has_send = true;
  };

  Result<void> load_types(Connection& connection, const std::set<types::Oid>& oids);
  Result<void> load_attributes(Connection& connection);
  Result<void> load_labels(Connection& connection);
  Result<void> load_names(Connection& connection);

  std::set<types::Oid> oids_of(types::PgKind kind) const;
  // The innermost type of a domain, and its typmod; another type as it is.
  TypeUse follow_domains(TypeUse use) const;
  // The uses that the type of a use consists of; none for a domain's, which is followed first.
  std::vector<TypeUse> parts_of(TypeUse base) const;
  // Counts of how many types a use consists of, itself included; more than kTooMany are not told apart.
  std::uint64_t count(TypeUse use);

  std::map<types::Oid, Row> rows_;
  std::map<TypeUse, std::uint64_t> counts_;
  std::map<TypeUse, std::string> names_;
};

}  // namespace pg2athena::postgres
