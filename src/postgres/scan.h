// What one COPY reads: a relation or a query, and which of its rows.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "postgres/connection.h"
#include "postgres/relation.h"
#include "postgres/shard_range.h"
#include "postgres/sql_text.h"
#include "types/type_table.h"

namespace pg2athena::postgres {

struct ScanColumn {
  std::string name;  // in PostgreSQL
  types::PgType type;
  types::TypeMapping mapping;
};

// Where the rows are. Shared by all shards of a relation.
struct ScanSource {
  // The relation; nothing for a query.
  std::optional<RelationName> relation;
  types::Oid oid = 0;
  bool only = false;        // the relation's own rows, without those of its children
  bool lock_table = false;  // LOCK TABLE can take its lock; otherwise a SELECT does
  types::Oid filenode = 0;  // as planned; 0 where the relation has none
  // As planned: a policy of the relation's is in force for us, and applied. Above it none is
  // (row_security.h).
  bool row_security = false;
  // The operator's condition on the rows, empty for all; and what the relation is called in it: the table's
  // name also where this is one of its partitions or children.
  std::string where;
  std::string name_in_where;
  // For a partition or child: the table's columns, in its order. The condition may name the row as a whole
  // (orders::text, orders IS NOT NULL), and then means a row of the table, not one of the partition, which
  // may have more columns or another order. (It is a record then: pg_typeof() tells, and an overloaded
  // function that takes either.)
  std::vector<std::string> row_columns;
  // Whether rows come in the order of their blocks, and have their ctid: not when the condition is a join,
  // nor when the rows are seen as the table's.
  bool in_block_order = true;
  // The query; and the role's search_path, in which names in it or in the condition are looked up.
  std::string query;
  std::string query_name;  // in the lake, for people
  std::string search_path;
  // What the names in the query or in the condition mean, as planned.
  NameLookup names;
  // Whether the locks of the session that read it say what it read: the statements name nothing else.
  bool locks_tell = false;

  std::vector<ScanColumn> columns;

  // The most bytes that the large values of one row have together, as far as the catalog knows.
  std::optional<std::uint64_t> largest_row;
  // The most that they may have (row_guard.h), and whether the server has to look: they could have more.
  std::uint64_t max_value_bytes = std::numeric_limits<std::int64_t>::max();
  bool guarded = false;

  std::string display() const;      // for people
  std::string from_clause() const;  // ONLY "s"."t", or (query) AS q
  // Whether the operator's SQL is part of the statements that read it.
  bool in_search_path() const { return !relation || !where.empty(); }
};

// The rows of a partition or child as those of the table that it belongs to: an item of FROM, under `alias`.
// A simple subquery, which the planner dissolves.
std::string rows_as_of_table(const RelationName& part, std::string_view alias,
                             const std::vector<std::string>& columns, const std::string& condition);

// FROM and WHERE of the rows of the range that the condition wants.
std::string rows_of(const ScanSource& source, const ShardRange& range);

// COPY (SELECT …) TO STDOUT (FORMAT binary), for those rows of the range that the condition wants. With
// `order_by`, which is an index of its columns, equal values of that come together, and NULLs; nothing is
// promised of the order else.
std::string copy_statement(const ScanSource& source, const ShardRange& range,
                           std::optional<std::size_t> order_by = {});

// The ctid of the n-th row (from 0) that the COPY of a block range returned, in the same snapshot.
std::string ctid_statement(const ScanSource& source, const BlockRange& blocks, std::uint64_t row);

}  // namespace pg2athena::postgres
