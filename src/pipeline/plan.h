// The plan: what a run will do, decided once. `pg2athena plan` prints it, `run` executes the same object, and
// nothing behind it decides again.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "catalog/catalog_partitions.h"
#include "columnar/schema.h"
#include "parquet/writer_options.h"
#include "pipeline/memory_plan.h"
#include "pipeline/partition_estimate.h"
#include "pipeline/shard_plan.h"
#include "postgres/keeper.h"
#include "postgres/scan.h"
#include "postgres/session.h"

namespace pg2athena::pipeline {

// The timestamps that lose nothing: the type table's own form.
inline constexpr std::string_view kExactTimestamps = "micros";

// Whether a run compares what it wrote with its source and its files, before it publishes.
enum class Verify : std::uint8_t {
  None,
  Totals,  // what the server counts and sums, and each file's bytes
  Deep,    // each value besides, as it is read back from the files
};
// As the configuration spells it: "none", "totals", "deep".
std::string_view verify_name(Verify verify);

// What the operator asked for.
struct RunOptions {
  postgres::Selection selection;
  std::vector<postgres::NamedQuery> queries;
  int workers = 2;
  // The most of the free connections that the run takes, in percent (connection_room.h).
  int connection_share = 50;
  std::chrono::milliseconds lock_timeout{std::chrono::seconds(30)};
  std::chrono::milliseconds statement_timeout{0};  // 0: none
  // How long others may wait for our locks, how long the snapshot may be held, how long a server that takes
  // no connection is tried for; nothing: without end, without end, not at all.
  std::optional<std::chrono::milliseconds> abort_after_blocking{std::chrono::minutes(1)};
  std::optional<std::chrono::milliseconds> snapshot_max_age{std::chrono::hours(24)};
  std::optional<std::chrono::milliseconds> retry_for{std::chrono::minutes(2)};
  // The most bytes in a second that all workers together take from the server; 0: as many as come.
  std::uint64_t read_rate = 0;
  postgres::RowSecurity row_security = postgres::RowSecurity::Refuse;
  std::string search_path;  // for conditions and queries; empty: the role's
  parquet::Profile profile = parquet::Profile::Athena;
  parquet::Compression compression = parquet::Compression::Zstd;
  std::optional<int> compression_level;  // nothing: parquet::default_level()
  std::optional<bool> page_index;        // nothing: as the profile says
  // A file is closed when it has grown to this many bytes, compressed. Athena reads files of 128 MB and more
  // best.
  std::uint64_t file_bytes = std::uint64_t{256} << 20U;
  // Whether files are uploaded from memory: the target is S3.
  bool uploads = false;
  // Whether the program speaks to AWS, for uploads or to log in.
  bool speaks_to_aws = false;
  // A promise about the process's resident memory.
  std::uint64_t memory_bytes = std::uint64_t{512} << 20U;
  // The most bytes that one value may have, and all values of one row together. Nothing: what memory_bytes
  // can hold.
  std::optional<std::uint64_t> max_value_bytes;
  // Choices for the columns of a type, by the name of its row in the type table.
  std::map<std::string, types::TypeChoice, std::less<>> types;
  // The most partitions that a table may have.
  std::uint64_t most_partitions = 1000;
  Verify verify = Verify::None;
  // How a catalog outside is told of a table's partitions, where its choice says nothing.
  catalog::CatalogPartitions catalog_partitions = catalog::CatalogPartitions::Projection;
  // The form of timestamp and timestamptz, where `types` names none.
  std::string timestamps{kExactTimestamps};
};

// As the configuration spells it: "athena", "modern".
std::string_view profile_name(parquet::Profile profile);

postgres::SessionSettings session_settings(const RunOptions& options);

// What holds for all columns: the operator's choices for types, and what the server says of its money.
types::MappingRules mapping_rules(const RunOptions& options, const postgres::ServerInfo& server);

// One column: what it is in PostgreSQL (the scan's columns have the details) and in the lake.
struct PlannedColumn {
  std::string source_name;
  types::PgType type;
  types::TypeMapping mapping;
  // As what the operator wants its values kept; empty where the type table decides.
  std::string as = {};
  // What the operator chose for the files, and the leaf in them that it is for; empty when nothing was
  // chosen.
  std::string leaf_path = {};
  std::optional<parquet::Encoding> encoding = {};
  bool bloom_filter = false;
};

// The values that a column can't hold, by what becomes of them: of the column's own, and of those inside of
// its arrays, ranges and composites, whose policies may be others. Empty where there are none.
struct UnfitValues {
  std::string fail;         // the run ends with an error
  std::string become_null;  // and are counted
  std::string clamped;      // become the nearest value, and are counted; without one (NaN) the run ends
};
UnfitValues unfit_values(const types::TypeMapping& mapping);

// How a table's rows are put into folders.
struct PlannedPartitioning {
  types::PartitionBy by = types::PartitionBy::Value;
  std::size_t column = 0;  // whose values decide: its index in the schema
  // The partition column's name: the column's in the lake, "_" and what it is partitioned by. A name of its
  // own, because readers take the partition column from the path and would hide a column of the file's that
  // is called so; and Athena refuses a table that has both.
  std::string name;
  std::string type;  // Hive's
  std::optional<PartitionEstimate> estimate = {};
  // The partition of rows whose value is NULL or can't be one; nothing: NULLs are in kDefaultPartition
  // (catalog/partition_name.h), and what can't be one ends the run.
  std::optional<std::string> default_value = {};
  // The days or numbers from the first to the last of the values, the default among them, as far as the
  // statistics tell.
  std::optional<std::uint64_t> default_steps = {};
  catalog::CatalogPartitions catalog = catalog::CatalogPartitions::Projection;

  bool operator==(const PlannedPartitioning&) const = default;
};

struct PlannedTable {
  std::string name;    // in the lake: "public.orders", or what `as` says
  std::string source;  // in PostgreSQL, for people: public."Orders"; of a query its SQL
  std::string kind;    // "table", "partitioned table", "view", … or "query"
  std::string comment;
  bool row_security = false;  // a policy is in force: the rows are those that our role may see
  std::string where;          // the operator's condition on its rows; empty: all
  columnar::Schema schema;
  std::vector<PlannedColumn> columns;  // as the schema's fields
  // The order in which rows may be stored. Files say so where they are.
  std::vector<parquet::SortingColumn> sorting_columns;
  std::optional<PlannedPartitioning> partitioning;  // nothing: all files lie in one folder
  std::vector<std::unique_ptr<postgres::ScanSource>> sources;
  int first_shard = 0;  // number of its first shard; they are consecutive
  int shards = 0;
  std::uint64_t bytes = 0;           // on the server, without TOAST; 0 where nobody knows
  std::uint64_t toast_bytes = 0;     // of TOAST tables
  std::uint64_t estimated_rows = 0;  // that the condition wants; 0 where nobody knows
  std::vector<std::string> notes;    // what the operator should know of it

  // For messages: its source, or the query's name.
  std::string display() const { return kind == "query" ? "query " + name : source; }
};

struct Plan {
  postgres::ServerInfo server;
  int workers = 1;  // never more than there are shards
  parquet::Profile profile = parquet::Profile::Athena;
  parquet::Compression compression = parquet::Compression::Zstd;
  int compression_level = 1;  // 0 where the codec has none
  bool page_index = false;
  std::uint64_t file_bytes = 0;
  std::uint64_t read_rate = 0;        // bytes in a second, of all workers together; 0: no limit
  std::uint64_t most_partitions = 0;  // of one table
  Verify verify = Verify::None;
  MemoryDemand memory_demand;
  MemoryPlan memory;
  std::vector<PlannedTable> tables;
  std::vector<PlannedShard> shards;  // by number
  std::vector<std::string> warnings;
};

// The most that a row group has before it is compressed: the writer's own limit, or what memory there is for
// it.
std::uint64_t row_group_bytes(const Plan& plan);

// Decides. Errors are of the kinds that refuse a run: NameCollision, Unsupported (the memory can't hold it,
// for one), NotFound (nothing to export, or a choice for a column that isn't there), InvalidArgument (a
// choice that isn't one for its type).
Result<Plan> make_plan(const postgres::Source& source, const RunOptions& options);

// The plan as JSON, the one form of it: `pg2athena plan --output json` prints it (docs/output.md says what
// each field is), and plan.json has it.
nlohmann::ordered_json plan_json(const Plan& plan);

// plan.json: the plan with its run, for people and for what verifies a run later.
struct PlanRecord {
  std::string run_id;
  std::string planned_at;  // RFC 3339
  postgres::Snapshot snapshot;
  std::string target;
};
std::string to_json(const Plan& plan, const PlanRecord& record);

}  // namespace pg2athena::pipeline
