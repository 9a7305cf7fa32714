// What the catalog says about the relations of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/shard_range.h"
#include "postgres/sql_text.h"
#include "types/partition_by.h"
#include "types/pg_type.h"
#include "types/type_choice.h"

namespace pg2athena::postgres {

using types::Oid;

// pg_class.relkind, of what can be exported.
enum class RelationKind : char {
  Table = 'r',
  Partitioned = 'p',
  View = 'v',
  MaterializedView = 'm',
  Foreign = 'f',
};

std::string_view to_string(RelationKind kind);

// A relation, as it is listed to choose from.
struct ListedRelation {
  Oid oid = 0;
  RelationName name;
  RelationKind kind = RelationKind::Table;
  bool is_partition = false;      // a leaf or branch of a partitioned table
  bool extension_member = false;  // made by CREATE EXTENSION
  bool operator==(const ListedRelation&) const = default;
};

// What the operator chose for a column in the lake, in one place of the configuration: several may be about
// one column. It means something to the plan; here it is handed on.
struct ColumnChoice {
  std::string column;    // its name in PostgreSQL
  std::string encoding;  // as the configuration spells it; empty: none is chosen
  types::TypeChoice type = {};
  std::string rename = {};  // what it is called in the lake; empty: as the rule for names has it
  bool bloom_filter = false;
  // The table's rows are put into folders by it. Of one column at most.
  std::optional<types::PartitionBy> partition_by = {};
  std::optional<std::string> partition_default = {};  // where NULLs and what can't be named go
  std::string partition_catalog = {};  // how a catalog is told of the partitions; empty: as of all tables
  std::string place;                   // where it was said: "shop.yaml:7:15"

  // Where it was said makes no difference.
  bool operator==(const ColumnChoice& other) const {
    return column == other.column && encoding == other.encoding && bloom_filter == other.bloom_filter &&
           type == other.type && rename == other.rename && partition_by == other.partition_by &&
           partition_default == other.partition_default && partition_catalog == other.partition_catalog;
  }
};

struct RelationColumn {
  std::string name;
  types::PgType type;
  bool not_null = false;
  bool readable = true;  // we have SELECT on it
  std::string comment;
};

// How the planner would read a relation for the rows that the operator's condition wants.
struct ConditionPlan {
  enum class Access {
    Blocks,   // all of its blocks
    Index,    // some of them, found by an index or named by the condition
    Nothing,  // none: the condition is false for every row
  };
  Access access = Access::Blocks;
  double rows = -1;     // as the planner estimates them; negative: unknown
  bool joined = false;  // with what a subquery reads: rows may come in another order than that of the blocks
  bool operator==(const ConditionPlan&) const = default;
};

// Which relations the names in a statement mean (name_lookup.h).
struct NameLookup {
  std::string statement;       // whose names these are; empty: nobody's, there is none
  std::vector<Oid> relations;  // sorted
  // These and all that is a part of them: partitions and children. Any statement that is planned later reads
  // what was attached meanwhile, in whatever snapshot, and our locks don't keep it from being attached.
  std::vector<Oid> with_parts;  // sorted
  bool operator==(const NameLookup&) const = default;
};

// What pglz and lz4 can't pass: a match of lz4 grows by 255 bytes for each byte of its length, and pglz
// doesn't reach a hundred.
inline constexpr std::uint64_t kLargestCompression = 255;

// Something with rows of its own: a table, a leaf of a partitioned table, a child by inheritance, a
// materialized view, a foreign table.
struct StoredRelation {
  Oid oid = 0;
  RelationName name;
  RelationKind kind = RelationKind::Table;
  bool heap = false;                 // its access method is heap: it has blocks and ctids
  bool table_privilege = false;      // SELECT on the whole relation, which LOCK TABLE asks for
  Oid filenode = 0;                  // pg_relation_filenode(): changes when the relation is rewritten
  std::uint64_t bytes = 0;           // of its main fork
  std::uint64_t block_bytes = 8192;  // the server's block size
  std::uint64_t toast_bytes = 0;     // of its TOAST table's; heap only
  double estimated_rows = -1;  // pg_class.reltuples scaled to the present size; negative: never analysed
  bool row_security = false;   // a policy is in force for us, on it or above it
  std::optional<ConditionPlan> condition;  // when there is one, and this is read by itself
  KeyValues key_values;  // of the relation's key here, when this may be split by it and is read by itself

  // The most bytes that the values of one row can have together, as far as where they are stored says: what
  // is in one block and in TOAST, compressed. Rounded up to a power of two, so that it seldom changes.
  // Nothing for what isn't a heap.
  std::optional<std::uint64_t> largest_row() const;
};

// What ANALYZE found of a column (pg_stats).
struct ColumnStatistics {
  double distinct = 0;     // how many values it has; negative: as a share of the rows
  double correlation = 0;  // of the order of the rows with that of the values: -1 … 1
  // The ends of its histogram, as text; empty: it has none, all values are common ones.
  std::string least = {};
  std::string greatest = {};
  std::string common = {};  // the most common of its values, as text; empty: none is
  bool operator==(const ColumnStatistics&) const = default;
};

struct Relation {
  Oid oid = 0;
  RelationName name;
  RelationKind kind = RelationKind::Table;
  bool populated = true;            // a materialized view: has been refreshed
  bool row_security = false;        // a policy is in force for us, on itself
  bool row_security_above = false;  // … on a table that it is a partition or a child of
  bool table_privilege = false;
  bool schema_privilege = true;  // USAGE of its schema, without which the others are of no use
  std::string comment;
  std::vector<RelationColumn> columns;
  // How many columns it has, when `columns` are those that the operator chose.
  std::optional<std::size_t> chosen_from;
  std::vector<ColumnChoice> column_choices;
  // Of the column that it is partitioned by in the lake, where they say anything of the rows that are
  // exported.
  std::optional<ColumnStatistics> partition_statistics;
  std::string as;                        // what the operator calls it in the lake; empty: schema.name
  std::vector<std::string> primary_key;  // its columns, in the key's order; empty: it has none
  // The first columns of its indexes by which ranges are found, the primary key's first, unique ones before
  // others.
  std::vector<std::string> index_keys;
  // Its columns whose collation has another version now than when its indexes were made, as the server says
  // (after an upgrade of the C library or ICU): an index on one may be in an order that holds no longer, and
  // a search in it miss rows.
  std::vector<std::string> changed_collations;
  std::string where;  // the operator's condition on its rows; empty: all
  NameLookup names;   // in the condition; of what is read through the relation also its own
  std::vector<std::string> row_columns;  // with a condition: the names of all its columns
  bool condition_needs_whole = false;  // the condition has a meaning for the relation, and none for its parts
  // When there is one, and everything is read through the relation.
  std::optional<ConditionPlan> condition;
  std::optional<ShardKey> key;  // by which it may be split; whether it is, the plan decides
  KeyValues key_values;         // when everything is read through the relation
  // Where its rows are: itself, its leaves, its children by inheritance. Empty for a view.
  std::vector<StoredRelation> storage;

  // Whether each part of the storage is read by itself. That takes a right on each, and that no policy is in
  // force on any of them (row_security.h); without it, or without storage, everything is read through the
  // relation, which takes a right on nothing else.
  bool reads_leaves() const;
  bool has_foreign_storage() const;
  // Whether its columns' NOT NULL holds for each of its rows. Children by INHERITS may lack it, and nobody
  // checks it in a foreign table: only a table that is its own storage, or is partitioned into tables,
  // vouches for it.
  bool vouches_for_not_null() const;
};

// A query, with what it returns.
struct QuerySource {
  std::string name;
  std::string sql;  // without a trailing semicolon
  std::vector<RelationColumn> columns;
  NameLookup names = {};
  std::vector<ColumnChoice> column_choices = {};
  std::optional<ShardKey> key = {};
  KeyValues key_values = {};
};

}  // namespace pg2athena::postgres
