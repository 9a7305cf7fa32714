#include "postgres/type_resolver.h"

#include <algorithm>

#include "postgres/sql_text.h"

namespace pg2athena::postgres {
namespace {

// A tree of types becomes a tree of columns. Thirty composite types, each with two attributes of the one
// before, would be a tree of a thousand million.
constexpr std::uint64_t kTooMany = 10'000;

// All types that the given ones lead to: domains to their bases, arrays to their elements, ranges and
// composites to what they consist of. UNION ends where nothing new appears.
//
// A true array is the typarray of its element; name, point, int2vector and oidvector have a typelem and are
// none. An extension's own types depend on it with deptype e.
constexpr const char* kTypes = R"(
WITH RECURSIVE used(oid) AS (
  SELECT unnest($1::oid[])
  UNION
  SELECT part.oid
  FROM used JOIN pg_type t ON t.oid = used.oid
       CROSS JOIN LATERAL (
         SELECT t.typbasetype
         UNION ALL SELECT e.oid FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid
         UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid
         UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.oid
         UNION ALL SELECT a.atttypid FROM pg_attribute a
                   WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
       ) AS part(oid)
  WHERE part.oid <> 0)
SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, e.oid, coalesce(r.rngsubtype, m.rngtypid),
       t.typname, x.extname, t.typdelim, t.typsend <> 0
FROM used JOIN pg_type t ON t.oid = used.oid
     LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
     LEFT JOIN pg_range r ON r.rngtypid = t.oid
     LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
     LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
                              AND d.refclassid = 'pg_extension'::regclass
     LEFT JOIN pg_extension x ON x.oid = d.refobjid)";

constexpr const char* kAttributes = R"(
SELECT t.oid, a.attname, a.atttypid, a.atttypmod
FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
WHERE t.oid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY t.oid, a.attnum)";

constexpr const char* kLabels = R"(
SELECT enumtypid, enumlabel FROM pg_enum WHERE enumtypid = ANY($1::oid[]) ORDER BY enumtypid, enumsortorder)";

constexpr const char* kNames = "SELECT o, m, format_type(o, m) FROM unnest($1::oid[], $2::int[]) AS u(o, m)";

std::string oid_array(const std::set<types::Oid>& oids) {
  std::vector<std::string> texts;
  for (const types::Oid oid : oids) texts.push_back(std::to_string(oid));
  return array_literal(texts);
}

types::Oid oid_at(const QueryResult& result, int row, int column) {
  return static_cast<types::Oid>(result.integer(row, column));
}

std::int32_t typmod_at(const QueryResult& result, int row, int column) {
  return static_cast<std::int32_t>(result.integer(row, column));
}

char char_at(const QueryResult& result, int row, int column, char otherwise) {
  const std::string_view text = result.text(row, column);
  return text.empty() ? otherwise : text[0];
}

}  // namespace

Result<TypeResolver> TypeResolver::load(Connection& connection, const std::set<TypeUse>& uses) {
  TypeResolver resolver;
  std::set<types::Oid> oids;
  for (const TypeUse& use : uses) oids.insert(use.first);
  PG2ATHENA_TRY(resolver.load_types(connection, oids));
  PG2ATHENA_TRY(resolver.load_attributes(connection));
  PG2ATHENA_TRY(resolver.load_labels(connection));
  for (const TypeUse& use : uses) resolver.count(use);
  PG2ATHENA_TRY(resolver.load_names(connection));
  return resolver;
}

Result<void> TypeResolver::load_types(Connection& connection, const std::set<types::Oid>& oids) {
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kTypes, {oid_array(oids)}));
  for (int i = 0; i < found.rows(); ++i) {
    const char typtype = char_at(found, i, 1, 'b');
    const types::Oid array_element = oid_at(found, i, 4);
    Row row{.kind = array_element != 0 ? types::PgKind::Array : static_cast<types::PgKind>(typtype),
            .is_domain = typtype == 'd',
            .base = {oid_at(found, i, 2), typmod_at(found, i, 3)},
            .element = array_element != 0 ? array_element : oid_at(found, i, 5),
            .name = std::string(found.text(i, 6)),
            .extension = std::string(found.text(i, 7)),
            .delimiter = char_at(found, i, 8, ','),
            .has_send = found.boolean(i, 9)};
    rows_[oid_at(found, i, 0)] = std::move(row);
  }
  return {};
}

Result<void> TypeResolver::load_attributes(Connection& connection) {
  const std::set<types::Oid> composites = oids_of(types::PgKind::Composite);
  if (composites.empty()) return {};
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kAttributes, {oid_array(composites)}));
  for (int i = 0; i < found.rows(); ++i) {
    rows_[oid_at(found, i, 0)].attributes.push_back(
        {.name = std::string(found.text(i, 1)), .use = {oid_at(found, i, 2), typmod_at(found, i, 3)}});
  }
  return {};
}

Result<void> TypeResolver::load_labels(Connection& connection) {
  const std::set<types::Oid> enums = oids_of(types::PgKind::Enum);
  if (enums.empty()) return {};
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kLabels, {oid_array(enums)}));
  for (int i = 0; i < found.rows(); ++i) {
    rows_[oid_at(found, i, 0)].labels.emplace_back(found.text(i, 1));
  }
  return {};
}

std::set<types::Oid> TypeResolver::oids_of(types::PgKind kind) const {
  std::set<types::Oid> oids;
  for (const auto& [oid, row] : rows_) {
    if (row.kind == kind) oids.insert(oid);
  }
  return oids;
}

Result<void> TypeResolver::load_names(Connection& connection) {
  std::vector<std::string> oids;
  std::vector<std::string> typmods;
  for (const auto& [use, count] : counts_) {
    oids.push_back(std::to_string(use.first));
    typmods.push_back(std::to_string(use.second));
  }
  // A domain over an enum has a name of its own.
  for (const types::Oid oid : oids_of(types::PgKind::Enum)) {
    oids.push_back(std::to_string(oid));
    typmods.emplace_back("-1");
  }
  PG2ATHENA_ASSIGN(const QueryResult found,
                   connection.execute(kNames, {array_literal(oids), array_literal(typmods)}));
  for (int i = 0; i < found.rows(); ++i) {
    names_[{oid_at(found, i, 0), typmod_at(found, i, 1)}] = found.text(i, 2);
  }
  return {};
}

std::uint64_t TypeResolver::count(TypeUse use) {
  // While it is being counted it counts as too many, which ends a type that consists of itself. PostgreSQL
  // refuses to make one (CheckAttributeType in src/backend/catalog/heap.c); this doesn't rest on its having
  // thought of every way.
  const auto [entry, is_new] = counts_.try_emplace(use, kTooMany);
  if (!is_new) return entry->second;
  std::uint64_t types = 1;
  for (const TypeUse& part : parts_of(follow_domains(use))) types = std::min(types + count(part), kTooMany);
  return counts_[use] = types;
}

types::PgType TypeResolver::resolve(TypeUse use) const {
  const TypeUse base = follow_domains(use);
  types::PgType type{.oid = base.first, .typmod = base.second};
  if (const auto name = names_.find(use); name != names_.end()) type.name = name->second;
  if (base.first != use.first) type.sent_oid = use.first;
  const auto found = rows_.find(base.first);
  if (found == rows_.end()) return type;
  if (const auto count = counts_.find(use); count == counts_.end() || count->second >= kTooMany) return type;
  const Row& row = found->second;
  type.kind = row.kind;
  type.type_name = row.name;
  type.extension = row.extension;
  type.delimiter = row.delimiter;
  type.has_send = row.has_send;
  for (const Attribute& attribute : row.attributes) {
    type.attributes.push_back({.name = attribute.name, .type = resolve(attribute.use)});
  }
  if (row.kind == types::PgKind::Enum) {
    type.labels = row.labels;
    if (const auto name = names_.find({base.first, -1}); name != names_.end()) type.enum_name = name->second;
  }
  if (row.element != 0) type.element.push_back(resolve(parts_of(base)[0]));
  return type;
}

TypeResolver::TypeUse TypeResolver::follow_domains(TypeUse use) const {
  // getBaseTypeAndTypmod in src/backend/utils/cache/lsyscache.c: the innermost domain's typmod counts.
  auto row = rows_.find(use.first);
  while (row != rows_.end() && row->second.is_domain) {
    use = row->second.base;
    row = rows_.find(use.first);
  }
  return use;
}

std::vector<TypeResolver::TypeUse> TypeResolver::parts_of(TypeUse base) const {
  const auto found = rows_.find(base.first);
  if (found == rows_.end()) return {};
  const Row& row = found->second;
  std::vector<TypeUse> parts;
  // An array has the typmod of its elements.
  if (row.element != 0) parts.emplace_back(row.element, row.kind == types::PgKind::Array ? base.second : -1);
  for (const Attribute& attribute : row.attributes) parts.push_back(attribute.use);
  return parts;
}

}  // namespace pg2athena::postgres
