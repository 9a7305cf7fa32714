#include "postgres/type_resolver.h"

#include <vector>

#include "postgres/sql_text.h"

namespace pg2athena::postgres {
namespace {

std::string oid_array(const std::set<types::Oid>& oids) {
  std::vector<std::string> texts;
  for (const types::Oid oid : oids) texts.push_back(std::to_string(oid));
  return array_literal(texts);
}

}  // namespace

Result<TypeResolver> TypeResolver::load(Connection& connection, const std::set<TypeUse>& uses) {
  TypeResolver resolver;
  std::set<types::Oid> wanted;
  std::vector<std::string> oids;
  std::vector<std::string> typmods;
  for (const auto& [oid, typmod] : uses) {
    wanted.insert(oid);
    oids.push_back(std::to_string(oid));
    typmods.push_back(std::to_string(typmod));
  }
  // Round by round: domains lead to their bases, arrays to their elements. A true array is the typarray of
  // its element; name, point, int2vector and oidvector have a typelem and are none.
  while (!wanted.empty()) {
    PG2ATHENA_ASSIGN(
        const QueryResult found,
        connection.execute("SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, e.oid FROM pg_type t "
                           "LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid "
                           "WHERE t.oid = ANY($1::oid[])",
                           {oid_array(wanted)}));
    std::set<types::Oid> next;
    for (int i = 0; i < found.rows(); ++i) {
      const Row row{.typtype = found.text(i, 1).empty() ? 'b' : found.text(i, 1)[0],
                    .base = static_cast<types::Oid>(found.integer(i, 2)),
                    .base_typmod = static_cast<std::int32_t>(found.integer(i, 3)),
                    .element = static_cast<types::Oid>(found.integer(i, 4))};
      resolver.rows_[static_cast<types::Oid>(found.integer(i, 0))] = row;
      if (row.base != 0) next.insert(row.base);
      if (row.element != 0) next.insert(row.element);
    }
    wanted.clear();
    for (const types::Oid oid : next) {
      if (!resolver.rows_.contains(oid)) wanted.insert(oid);
    }
  }
  PG2ATHENA_ASSIGN(
      const QueryResult names,
      connection.execute("SELECT o, m, format_type(o, m) FROM unnest($1::oid[], $2::int[]) AS u(o, m)",
                         {array_literal(oids), array_literal(typmods)}));
  for (int i = 0; i < names.rows(); ++i) {
    resolver.names_[{static_cast<types::Oid>(names.integer(i, 0)),
                     static_cast<std::int32_t>(names.integer(i, 1))}] = names.text(i, 2);
  }
  return resolver;
}

types::PgType TypeResolver::resolve(TypeUse use) const {
  types::PgType type = resolve_base(use.first, use.second);
  if (const auto name = names_.find(use); name != names_.end()) type.name = name->second;
  return type;
}

types::PgType TypeResolver::resolve_base(types::Oid oid, std::int32_t typmod) const {
  auto row = rows_.find(oid);
  // getBaseTypeAndTypmod in src/backend/utils/cache/lsyscache.c: the innermost domain's typmod counts.
  while (row != rows_.end() && row->second.typtype == 'd') {
    oid = row->second.base;
    typmod = row->second.base_typmod;
    row = rows_.find(oid);
  }
  types::PgType type{.oid = oid, .typmod = typmod};
  if (row == rows_.end()) return type;
  type.kind = static_cast<types::PgKind>(row->second.typtype);
  // An array has the typmod of its elements.
  if (row->second.element != 0) type.element.push_back(resolve_base(row->second.element, typmod));
  return type;
}

}  // namespace pg2athena::postgres
