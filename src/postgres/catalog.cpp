#include "postgres/catalog.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <set>

#include <fmt/format.h>

#include "postgres/row_security.h"
#include "postgres/type_resolver.h"

namespace pg2athena::postgres {
namespace {

std::string oid_array(std::span<const Oid> oids) {
  std::vector<std::string> texts;
  for (const Oid oid : oids) texts.push_back(std::to_string(oid));
  return array_literal(texts);
}

Oid oid_at(const QueryResult& result, int row, int column) {
  return static_cast<Oid>(result.integer(row, column));
}

RelationKind kind_at(const QueryResult& result, int row, int column) {
  return static_cast<RelationKind>(result.text(row, column)[0]);
}

// What is above the relation counts by itself: row_security.h says why.
constexpr const char* kRelations = R"(
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispopulated, row_security_active(c.oid), {above},
       has_table_privilege(c.oid, 'SELECT'), obj_description(c.oid, 'pg_class'), has_schema_privilege(n.oid, 'USAGE')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY($1::oid[]))";

// A column is NOT NULL for the lake only in a table, and only when the constraint is validated: attnotnull of
// PostgreSQL 18 is also set for NOT VALID constraints, whose pg_constraint row (contype n) says so.
constexpr const char* kColumns = R"(
SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod,
       a.attnotnull AND c.relkind IN ('r', 'p')
         AND NOT EXISTS (SELECT FROM pg_constraint k
                         WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]
                           AND NOT k.convalidated),
       has_column_privilege(a.attrelid, a.attnum, 'SELECT'), col_description(a.attrelid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum)";

// Each relation with all that inherits from it: partitions and children by INHERITS, at any depth. What has
// no rows of its own is left out, and so is a partition whose DETACH CONCURRENTLY has begun, as it is by a
// SELECT (find_inheritance_children_extended in src/backend/catalog/pg_inherits.c). UNION, not UNION ALL: a
// child can inherit from a relation in two ways.
constexpr const char* kStorage = R"(
WITH RECURSIVE tree AS (
  SELECT oid AS root, oid AS relid FROM pg_class WHERE oid = ANY($1::oid[])
  UNION
  SELECT tree.root, i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.relid AND NOT i.inhdetachpending)
SELECT tree.root, c.oid, n.nspname, c.relname, c.relkind, coalesce(am.amname = 'heap', false),
       has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), pg_relation_filenode(c.oid),
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) END,
       c.reltuples, c.relpages, current_setting('block_size'), pg_relation_size(nullif(c.reltoastrelid, 0)),
       row_security_active(c.oid) OR {above}
FROM tree JOIN pg_class c ON c.oid = tree.relid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_am am ON am.oid = c.relam
WHERE c.relkind IN ('r', 'm', 'f')
ORDER BY tree.root, n.nspname, c.relname)";

// conkey has the key's columns alone, without those that its index INCLUDEs (index_constraint_create in
// src/backend/catalog/index.c).
constexpr const char* kPrimaryKeys = R"(
SELECT k.conrelid, a.attname
FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS key(attnum, place)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
WHERE k.conrelid = ANY($1::oid[]) AND k.contype = 'p'
ORDER BY k.conrelid, key.place)";

// An index finds ranges when it has all rows, in the order in which the column is compared.
constexpr const char* kIndexKeys = R"(
SELECT i.indrelid, a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     JOIN pg_opclass o ON o.oid = i.indclass[0]
WHERE i.indrelid = ANY($1::oid[]) AND am.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL
      AND o.opcdefault AND i.indcollation[0] = a.attcollation
ORDER BY i.indrelid, i.indisprimary DESC, i.indisunique DESC, a.attnum)";

// `default_changed` is a condition on the database's own collation, of which pg_collation has no version.
constexpr const char* kChangedCollations = R"(
WITH used AS MATERIALIZED (
  SELECT attrelid, attname, attnum, attcollation FROM pg_attribute
  WHERE attrelid = ANY($1::oid[]) AND attnum > 0 AND attcollation <> 0 AND NOT attisdropped),
changed AS MATERIALIZED (
  SELECT l.oid FROM pg_collation l
  WHERE l.oid IN (SELECT attcollation FROM used)
    AND CASE l.collprovider WHEN 'd' THEN {default_changed}
        ELSE l.collversion <> pg_collation_actual_version(l.oid) END)
SELECT used.attrelid, used.attname FROM used JOIN changed ON changed.oid = used.attcollation
ORDER BY used.attrelid, used.attnum)";

// Versions before 15 keep none of the database's collation.
std::string changed_collations(int server_version) {
  constexpr int kDatabaseCollations = 150'000;
  return fmt::format(
      fmt::runtime(kChangedCollations),
      fmt::arg("default_changed", server_version < kDatabaseCollations
                                      ? "false"
                                      : "(SELECT datcollversion <> "
                                        "pg_database_collation_actual_version(oid) "
                                        "FROM pg_database WHERE datname = current_database())"));
}

std::string with_above(const char* statement) {
  return fmt::format(fmt::runtime(statement), fmt::arg("above", row_security_above("c.oid")));
}

// The planner's way (estimate_rel_size in src/backend/optimizer/util/plancat.c): tuples per page as last
// counted, times the pages there are now.
double scaled_rows(const QueryResult& result, int row) {
  const double tuples = std::strtod(std::string(result.text(row, 9)).c_str(), nullptr);
  const auto pages = static_cast<double>(result.integer(row, 10));
  const double pages_now =
      static_cast<double>(result.integer(row, 8)) / static_cast<double>(result.integer(row, 11));
  return tuples < 0 || pages <= 0 ? tuples : tuples / pages * pages_now;
}

Result<void> read_columns(Connection& connection, const std::string& oids,
                          std::map<Oid, Relation>& relations) {
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kColumns, {oids}));
  const auto use = [&](int row) {
    return TypeResolver::TypeUse{oid_at(found, row, 2), static_cast<std::int32_t>(found.integer(row, 3))};
  };
  std::set<TypeResolver::TypeUse> uses;
  for (int i = 0; i < found.rows(); ++i) uses.insert(use(i));
  PG2ATHENA_ASSIGN(const TypeResolver resolver, TypeResolver::load(connection, uses));
  for (int i = 0; i < found.rows(); ++i) {
    relations[oid_at(found, i, 0)].columns.push_back({.name = std::string(found.text(i, 1)),
                                                      .type = resolver.resolve(use(i)),
                                                      .not_null = found.boolean(i, 4),
                                                      .readable = found.boolean(i, 5),
                                                      .comment = std::string(found.text(i, 6))});
  }
  return {};
}

Result<void> read_storage(Connection& connection, const std::string& oids,
                          std::map<Oid, Relation>& relations) {
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(with_above(kStorage), {oids}));
  for (int i = 0; i < found.rows(); ++i) {
    relations[oid_at(found, i, 0)].storage.push_back(
        {.oid = oid_at(found, i, 1),
         .name = {.schema = std::string(found.text(i, 2)), .name = std::string(found.text(i, 3))},
         .kind = kind_at(found, i, 4),
         .heap = found.boolean(i, 5),
         .table_privilege = found.boolean(i, 6),
         .filenode = oid_at(found, i, 7),
         .bytes = static_cast<std::uint64_t>(found.integer(i, 8)),
         .block_bytes = static_cast<std::uint64_t>(found.integer(i, 11)),
         .toast_bytes = static_cast<std::uint64_t>(found.integer(i, 12)),
         .estimated_rows = scaled_rows(found, i),
         .row_security = found.boolean(i, 13)});
  }
  return {};
}

// What a statement finds: a relation, and a name for one of its lists.
Result<void> read_names(Connection& connection, const std::string& statement, const std::string& oids,
                        std::vector<std::string> Relation::* list, std::map<Oid, Relation>& relations) {
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(statement, {oids}));
  for (int i = 0; i < found.rows(); ++i) {
    (relations[oid_at(found, i, 0)].*list).emplace_back(found.text(i, 1));
  }
  return {};
}

}  // namespace

std::string_view to_string(RelationKind kind) {
  switch (kind) {
    case RelationKind::Table:
      return "table";
    case RelationKind::Partitioned:
      return "partitioned table";
    case RelationKind::View:
      return "view";
    case RelationKind::MaterializedView:
      return "materialized view";
    case RelationKind::Foreign:
      return "foreign table";
  }
  return "relation";
}

std::optional<std::uint64_t> StoredRelation::largest_row() const {
  if (!heap) return std::nullopt;
  return std::bit_ceil(block_bytes + toast_bytes) * kLargestCompression;
}

bool Relation::reads_leaves() const {
  return !storage.empty() && !condition_needs_whole &&
         std::ranges::all_of(storage, [&](const StoredRelation& stored) {
           const bool by_itself = stored.table_privilege && !stored.row_security && !row_security;
           return by_itself || stored.oid == oid;
         });
}

bool Relation::has_foreign_storage() const {
  return std::ranges::any_of(storage,
                             [](const StoredRelation& s) { return s.kind == RelationKind::Foreign; });
}

bool Relation::vouches_for_not_null() const {
  const bool own = kind == RelationKind::Table && storage.size() == 1;
  return own || (kind == RelationKind::Partitioned && !has_foreign_storage());
}

Result<std::vector<ListedRelation>> list_relations(Connection& connection) {
  // Users can't make schemas whose names begin with pg_; temporary tables live in such schemas too.
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(R"(
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,
       EXISTS (SELECT FROM pg_depend d
               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C")"));
  std::vector<ListedRelation> relations;
  for (int i = 0; i < found.rows(); ++i) {
    relations.push_back(
        {.oid = oid_at(found, i, 0),
         .name = {.schema = std::string(found.text(i, 1)), .name = std::string(found.text(i, 2))},
         .kind = kind_at(found, i, 3),
         .is_partition = found.boolean(i, 4),
         .extension_member = found.boolean(i, 5)});
  }
  return relations;
}

Result<std::vector<Relation>> read_relations(Connection& connection, std::span<const Oid> oids) {
  const std::string parameter = oid_array(oids);
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(with_above(kRelations), {parameter}));
  std::map<Oid, Relation> by_oid;
  for (int i = 0; i < found.rows(); ++i) {
    by_oid[oid_at(found, i, 0)] = {
        .oid = oid_at(found, i, 0),
        .name = {.schema = std::string(found.text(i, 1)), .name = std::string(found.text(i, 2))},
        .kind = kind_at(found, i, 3),
        .populated = found.boolean(i, 4),
        .row_security = found.boolean(i, 5),
        .row_security_above = found.boolean(i, 6),
        .table_privilege = found.boolean(i, 7),
        .schema_privilege = found.boolean(i, 9),
        .comment = std::string(found.text(i, 8))};
  }
  PG2ATHENA_TRY(read_columns(connection, parameter, by_oid));
  PG2ATHENA_TRY(read_storage(connection, parameter, by_oid));
  PG2ATHENA_TRY(read_names(connection, kPrimaryKeys, parameter, &Relation::primary_key, by_oid));
  PG2ATHENA_TRY(read_names(connection, kIndexKeys, parameter, &Relation::index_keys, by_oid));
  PG2ATHENA_TRY(read_names(connection, changed_collations(connection.server_version()), parameter,
                           &Relation::changed_collations, by_oid));
  std::vector<Relation> relations;
  for (const Oid oid : oids) {
    // Columns and storage read a moment later may belong to a relation that is new or gone since: the caller
    // reads again after locking.
    if (const auto relation = by_oid.find(oid); relation != by_oid.end() && relation->second.oid == oid) {
      relations.push_back(std::move(relation->second));
    }
  }
  return relations;
}

Result<std::vector<RelationColumn>> resolve_columns(Connection& connection,
                                                    std::span<const DescribedColumn> columns) {
  std::set<TypeResolver::TypeUse> uses;
  for (const DescribedColumn& column : columns) uses.insert({column.type, column.typmod});
  PG2ATHENA_ASSIGN(const TypeResolver resolver, TypeResolver::load(connection, uses));
  std::vector<RelationColumn> resolved;
  for (const DescribedColumn& column : columns) {
    resolved.push_back({.name = column.name, .type = resolver.resolve({column.type, column.typmod})});
  }
  return resolved;
}

}  // namespace pg2athena::postgres
