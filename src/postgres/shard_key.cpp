#include "postgres/shard_key.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "postgres/key_points.h"
#include "postgres/lock_statements.h"
#include "postgres/projection.h"
#include "postgres/scan.h"

namespace pg2athena::postgres {
namespace {

namespace oid = types::oid;

// A bound needs no more of a text to tell where it stands.
constexpr int kBoundCharacters = 128;

// What the server's statistics are of: a relation, alone or with all that inherits from it.
struct Statistics {
  RelationName relation;
  bool inherited = false;
};

// What a key is read of.
struct KeySource {
  const KeyColumn& key;
  std::string from;                      // an item of FROM
  std::string where;                     // the operator's condition, or empty
  std::optional<Statistics> statistics;  // nothing for views and queries, of which there are none
  bool named = false;                    // by the operator: it may cost what it costs
};

// SQL_ASCII: a text may be no text, and then no statement can have it in it.
bool fits(const RelationColumn& column, const ServerInfo& server) {
  return is_key_type(column.type.oid) && !(is_text_key(column.type.oid) && server.sql_ascii());
}

// The column that the operator named, which has to serve.
Result<const RelationColumn*> find_named(const std::vector<RelationColumn>& columns, const std::string& named,
                                         const std::string& of, const ServerInfo& server) {
  const auto column = std::ranges::find(columns, named, &RelationColumn::name);
  if (column == columns.end()) return fail(no_such_column(of, columns, named));
  if (fits(*column, server)) return &*column;
  const bool is_text = is_key_type(column->type.oid);
  return fail(
      Error(ErrorKind::InvalidArgument,
            fmt::format("shard_by: ranges can't be made of column {} of {}: {}", quote_identifier(named), of,
                        is_text ? "it is text, and the database has no encoding (SQL_ASCII)"
                                : "its type is " + column->type.name))
          .hint(fmt::format("shard_by takes a column of type {}, or of a domain over one", kKeyTypes)));
}

Result<const RelationColumn*> named_key(const Relation& relation, const std::string& named,
                                        const ServerInfo& server) {
  const std::string table = relation.name.display();
  PG2ATHENA_ASSIGN(const RelationColumn* const column, find_named(relation.columns, named, table, server));
  if (relation.table_privilege || column->readable) return column;
  const std::string name = quote_identifier(named);
  return fail(
      Error(ErrorKind::PermissionDenied,
            fmt::format("shard_by: role {} has no SELECT right on column {}", server.user, name))
          .hint(fmt::format("GRANT SELECT ({}) ON {} TO {};", name, table, quote_identifier(server.user))));
}

// A predicate on a foreign table may be judged by the foreign server, which may order text otherwise than
// this one, by which bounds ascend; and a view may read a foreign table. postgres_fdw keeps a comparison here
// that has a collation of its own (foreign_expr_walker in contrib/postgres_fdw/deparse.c); and no two servers
// disagree about bytes. The price: an index on the text doesn't serve, unless it is in that collation.
bool may_be_judged_elsewhere(const Relation& relation) {
  return relation.kind == RelationKind::View || relation.has_foreign_storage();
}

// Whether an index on the column may be in an order that holds no longer.
bool order_changed(const Relation& relation, const std::string& column) {
  return std::ranges::find(relation.changed_collations, column) != relation.changed_collations.end();
}

ShardKey key_of(const RelationColumn& column, bool by_bytes) {
  return {.column = {.name = column.name,
                     .type = column.type.oid,
                     .by_bytes = by_bytes && is_text_key(column.type.oid)}};
}

// What can't be read by blocks is seldom worth it without an index: each range would be a scan of everything.
// Children by INHERITS have indexes of their own, or none; a foreign table's shards are read at different
// moments, which the operator has to want.
const RelationColumn* automatic_key(const Relation& relation, const ServerInfo& server) {
  const bool children = relation.kind == RelationKind::Table && relation.storage.size() > 1;
  if (children || relation.has_foreign_storage()) return nullptr;
  for (const std::string& name : relation.index_keys) {
    const auto column = std::ranges::find(relation.columns, name, &RelationColumn::name);
    if (column == relation.columns.end()) continue;
    if (order_changed(relation, name)) continue;
    if (fits(*column, server) && (relation.table_privilege || column->readable)) return &*column;
  }
  return nullptr;
}

std::string cut(const KeyColumn& key, const std::string& value) {
  if (!is_text_key(key.type)) return value;
  return fmt::format("pg_catalog.left({}::pg_catalog.text, {})::{}", value, kBoundCharacters,
                     bound_type(key));
}

// WITH …, and the points that `select` has, (value, rows), in the key's own order; with `null_share` of all.
// A UNION with no row of the relation gives them the column's collation: select_common_collation() in
// src/backend/parser/parse_collate.c prefers it to that of the values' type. Texts are cut before they are
// ordered: in most collations a beginning may stand elsewhere than the whole.
std::string ordered_points(const KeySource& source, const std::string& with, const std::string& select,
                           std::string_view null_share) {
  return fmt::format(
      "WITH {}, points (v, n) AS (SELECT {}, 0::pg_catalog.float8 FROM {} WHERE false UNION ALL {}) "
      "SELECT v, pg_catalog.sum(n), ({}) FROM points GROUP BY v ORDER BY v{}",
      with, key_expression(source.key), source.from, select, null_share,
      source.key.by_bytes ? R"( COLLATE pg_catalog."C")" : "");
}

double number_at(const QueryResult& result, int row, int column) {
  return std::strtod(std::string(result.text(row, column)).c_str(), nullptr);
}

KeyValues key_values(const QueryResult& found) {
  KeyValues values;
  for (int i = 0; i < found.rows(); ++i) {
    values.points.push_back({.value = std::string(found.text(i, 0)), .rows = number_at(found, i, 1)});
    values.null_share = std::clamp(number_at(found, i, 2), 0.0, 1.0);
  }
  return values;
}

// ANALYZE's statistics of a column: values that are common, each with its share of all rows, and bounds
// between which there are equal shares of the rest (pg_stats in src/backend/catalog/system_views.sql, which
// shows what we have the right to read). Each bound stands for its part of the rest.
Result<KeyValues> read_statistics(Connection& connection, const KeySource& source) {
  const std::string statistics = fmt::format(
      R"(s AS (
  SELECT most_common_vals::text::{0}[] AS common, most_common_freqs AS shares,
         histogram_bounds::text::{0}[] AS bounds, null_frac,
         greatest(0, 1 - null_frac - coalesce((SELECT sum(f) FROM unnest(most_common_freqs) AS f), 0)) AS rest
  FROM pg_stats WHERE schemaname = $1 AND tablename = $2 AND attname = $3 AND inherited = $4::bool))",
      bound_type(source.key));
  const std::string points = fmt::format(
      "SELECT {}, c.n FROM s, ROWS FROM (unnest(s.common), unnest(s.shares)) AS c (v, n) UNION ALL "
      "SELECT {}, s.rest / cardinality(s.bounds) FROM s, unnest(s.bounds) AS b (v)",
      cut(source.key, "c.v"), cut(source.key, "b.v"));
  const RelationName& name = source.statistics->relation;
  PG2ATHENA_ASSIGN(const QueryResult found,
                   connection.execute(ordered_points(source, statistics, points, "SELECT null_frac FROM s"),
                                      {name.schema, name.name, source.key.name,
                                       source.statistics->inherited ? "true" : "false"}));
  return key_values(found);
}

bool has_infinities(types::Oid type) {
  return type == oid::kDate || type == oid::kTimestamp || type == oid::kTimestamptz;
}

// Ordered and limited rather than min() and max(), which uuid has only from PostgreSQL 18 on; an index serves
// both. Dates that aren't finite would be a step of their own.
Result<KeyValues> read_extremes(Connection& connection, const KeySource& source) {
  const std::string key = key_expression(source.key);
  const std::string finite = has_infinities(source.key.type)
                                 ? fmt::format("{0} > '-infinity' AND {0} < 'infinity'", key)
                                 : key + " IS NOT NULL";
  const auto first = [&](std::string_view direction) {
    return fmt::format("(SELECT {0} FROM {1} WHERE {2} ORDER BY {0} {3} LIMIT 1)", key, source.from, finite,
                       direction);
  };
  PG2ATHENA_ASSIGN(const QueryResult found,
                   connection.execute(fmt::format("SELECT {}, {}", first("ASC"), first("DESC"))));
  return KeyValues{.points = even_points(source.key.type, found.text(0, 0), found.text(0, 1))};
}

// 0.001, 0.002 … for percentile_disc().
std::string fractions() {
  std::string list;
  for (int i = 1; i < kKeyPoints; ++i) {
    list += fmt::format("{}{}", list.empty() ? "" : ",", static_cast<double>(i) / kKeyPoints);
  }
  return list;
}

// The values themselves: the server reads and sorts all of them. Stands in the role's search_path.
Result<KeyValues> read_percentiles(Connection& connection, const KeySource& source) {
  const std::string key = key_expression(source.key);
  const std::string sample = fmt::format(
      "s AS (SELECT pg_catalog.percentile_disc('{{{}}}'::pg_catalog.float8[]) WITHIN GROUP (ORDER BY {}) "
      "AS p, pg_catalog.avg(CASE WHEN {} IS NULL THEN 1 ELSE 0 END) AS nulls FROM {}{})",
      fractions(), key, key, source.from,
      source.where.empty() ? "" : " WHERE " + parenthesised(source.where));
  const std::string points =
      fmt::format("SELECT {}, 1 FROM s, pg_catalog.unnest(s.p) AS u (v)", cut(source.key, "u.v"));
  PG2ATHENA_ASSIGN(const QueryResult found,
                   connection.execute(ordered_points(source, sample, points, "SELECT nulls FROM s")));
  return key_values(found);
}

Result<KeyValues> read_values(Connection& connection, const ServerInfo& server, const KeySource& source) {
  if (source.statistics) {
    PG2ATHENA_ASSIGN(KeyValues values, read_statistics(connection, source));
    if (!values.points.empty()) return values;
    if (!is_text_key(source.key.type)) return read_extremes(connection, source);
  }
  if (!source.named) return KeyValues();
  PG2ATHENA_TRY(enter_search_path(connection, server.search_path_setting));
  PG2ATHENA_ASSIGN(KeyValues values, read_percentiles(connection, source));
  PG2ATHENA_TRY(leave_search_path(connection));
  return values;
}

// A smaller relation is one shard, whatever its key.
constexpr std::uint64_t kWorthAKey = std::uint64_t{32} << 20U;

// More points than its shards can need would only take memory: a table may have thousands of partitions.
void thin_to(KeyValues& values, std::uint64_t bytes) {
  constexpr std::uint64_t kPointsPerShard = 8;
  thin(values.points, std::min<std::uint64_t>(kPointsPerShard * (bytes / kWorthAKey + 1), kKeyPoints));
}

Result<void> read_parts(Connection& connection, const ServerInfo& server, Relation& relation) {
  for (StoredRelation& stored : relation.storage) {
    const bool sized = stored.kind != RelationKind::Foreign;
    const std::uint64_t bytes = stored.bytes + stored.toast_bytes;
    const bool by_blocks = stored.heap && stored.table_privilege;
    if ((sized && bytes < kWorthAKey) || (by_blocks && !relation.key->named)) continue;
    const KeySource source{.key = relation.key->column,
                           .from = "ONLY " + stored.name.quoted(),
                           .where = {},
                           .statistics = Statistics{.relation = stored.name, .inherited = false},
                           .named = relation.key->named};
    PG2ATHENA_ASSIGN(stored.key_values, read_values(connection, server, source));
    if (sized) thin_to(stored.key_values, bytes);
  }
  return {};
}

Result<void> read_whole(Connection& connection, const ServerInfo& server, Relation& relation) {
  const bool sized = relation.kind != RelationKind::View && !relation.has_foreign_storage();
  std::uint64_t bytes = 0;
  for (const StoredRelation& stored : relation.storage) bytes += stored.bytes + stored.toast_bytes;
  if (sized && bytes < kWorthAKey) return {};
  KeySource source{
      .key = relation.key->column,
      .from = fmt::format("{} AS {}", relation.name.quoted(), quote_identifier(relation.name.name)),
      .where = relation.where,
      .statistics = {},
      .named = relation.key->named};
  if (relation.kind != RelationKind::View) {
    const bool inherited = relation.kind == RelationKind::Partitioned || relation.storage.size() > 1;
    source.statistics = {.relation = relation.name, .inherited = inherited};
  }
  PG2ATHENA_ASSIGN(relation.key_values, read_values(connection, server, source));
  if (sized) thin_to(relation.key_values, bytes);
  return {};
}

}  // namespace

Result<void> choose_shard_key(Relation& relation, const std::string& named, const ServerInfo& server) {
  const RelationColumn* column = automatic_key(relation, server);
  if (!named.empty()) {
    auto chosen = named_key(relation, named, server);
    if (!chosen) {
      return fail(std::move(chosen).error().with("table", relation.name.display()).with("column", named));
    }
    column = *chosen;
  }
  if (column == nullptr) return {};
  // By bytes, such an index isn't searched.
  const bool by_bytes = order_changed(relation, column->name) || may_be_judged_elsewhere(relation);
  relation.key = key_of(*column, by_bytes);
  relation.key->nullable = !column->not_null || !relation.vouches_for_not_null();
  relation.key->named = !named.empty();
  return {};
}

Result<void> choose_shard_key(QuerySource& query, const std::string& named, const ServerInfo& server) {
  if (named.empty()) return {};
  auto chosen = find_named(query.columns, named, "query " + query.name, server);
  if (!chosen) return fail(std::move(chosen).error().with("column", named));
  query.key = key_of(**chosen, true);
  query.key->named = true;
  return {};
}

Result<void> read_key_values(Connection& connection, const ServerInfo& server, Relation& relation) {
  if (!relation.key) return {};
  auto read = relation.reads_leaves() ? read_parts(connection, server, relation)
                                      : read_whole(connection, server, relation);
  if (read) return {};
  return fail(std::move(read)
                  .error()
                  .with("table", relation.name.display())
                  .with("column", relation.key->column.name));
}

Result<void> read_key_values(Connection& connection, const ServerInfo& server, QuerySource& query) {
  if (!query.key) return {};
  const KeySource source{.key = query.key->column,
                         .from = parenthesised(query.sql) + " AS q",
                         .where = {},
                         .statistics = {},
                         .named = true};
  auto values = read_values(connection, server, source);
  if (!values) return fail(std::move(values).error().with("column", query.key->column.name));
  query.key_values = std::move(*values);
  return {};
}

}  // namespace pg2athena::postgres
