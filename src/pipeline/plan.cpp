#include "pipeline/plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <span>

#include <fmt/format.h>

#include "base/one_line.h"
#include "base/utf8.h"
#include "parquet/compression.h"
#include "pipeline/athena_warnings.h"
#include "pipeline/column_choices.h"
#include "pipeline/column_plan.h"
#include "pipeline/memory_demand.h"
#include "pipeline/partition_choice.h"
#include "postgres/row_guard.h"
#include "types/lake_name.h"

namespace pg2athena::pipeline {
namespace {

using postgres::Relation;
using postgres::RelationKind;
using postgres::ScanSource;
using postgres::StoredRelation;

constexpr std::string_view kAsHint =
    "the configuration file can give a table another name in the lake: `as: new_name` behind its `name`; "
    "--exclude leaves it out";

std::uint64_t estimated_rows(const Relation& relation) {
  const auto known = [](double rows) { return static_cast<std::uint64_t>(std::max(0.0, std::round(rows))); };
  if (relation.condition) return known(relation.condition->rows);
  std::uint64_t rows = 0;
  for (const StoredRelation& stored : relation.storage) {
    rows += known(stored.condition ? stored.condition->rows : stored.estimated_rows);
  }
  return rows;
}

// As much of the operator's SQL as a person reads.
std::string shortened(const std::string& sql) {
  constexpr std::size_t kShownBytes = 80;
  const std::string line = one_line(sql);
  return line.size() <= kShownBytes ? line : fmt::format("{}…", utf8_prefix(line, kShownBytes));
}

// Whether a value of it may be large enough to be stored apart from its row.
bool may_be_in_toast(const ScanSource& source) {
  return !std::ranges::all_of(source.columns, [](const postgres::ScanColumn& column) {
    return postgres::most_bytes(column).has_value();
  });
}

std::unique_ptr<ScanSource> new_source(const PlannedTable& table) {
  auto source = std::make_unique<ScanSource>();
  for (const PlannedColumn& column : table.columns) {
    source->columns.push_back({.name = column.source_name, .type = column.type, .mapping = column.mapping});
  }
  if (!may_be_in_toast(*source)) source->largest_row = 0;
  return source;
}

class Planner {
 public:
  Planner(const postgres::Source& source, const RunOptions& options)
      : source_(source),
        options_(options),
        workers_(options.workers),
        rules_(mapping_rules(options, source.server)) {}

  Result<Plan> plan() {
    plan_.server = source_.server;
    PG2ATHENA_TRY(limit_workers());
    plan_.profile = options_.profile;
    plan_.compression = options_.compression;
    plan_.compression_level =
        options_.compression_level.value_or(parquet::default_level(options_.compression));
    plan_.page_index = options_.page_index.value_or(options_.profile == parquet::Profile::Modern);
    plan_.file_bytes = options_.file_bytes;
    plan_.read_rate = options_.read_rate;
    plan_.most_partitions = options_.most_partitions;
    plan_.verify = options_.verify;
    plan_.warnings = source_.warnings;
    for (const Relation& relation : source_.relations) PG2ATHENA_TRY(add_relation(relation));
    for (const postgres::QuerySource& query : source_.queries) PG2ATHENA_TRY(add_query(query));
    if (plan_.tables.empty()) {
      return fail(
          Error(ErrorKind::NotFound, "there is nothing to export")
              .hint(plan_.warnings.empty() ? "the selection takes no table" : plan_.warnings.front()));
    }
    if (rules_.sql_ascii) {
      plan_.warnings.emplace_back(
          "the database has no encoding (SQL_ASCII): text that is not UTF-8 is an error, where "
          "on_unrepresentable says nothing else");
    }
    for (const PlannedTable& table : plan_.tables) warn_of_long_types(table, plan_.warnings);
    warn_of_lake();
    number_shards();
    plan_.workers = std::min(workers_, static_cast<int>(plan_.shards.size()));
    if (source_.server.in_recovery && options_.workers > 1) {
      plan_.workers = 1;
      plan_.warnings.emplace_back(
          "the server is a standby: one connection reads, since snapshots that several share can be wrong "
          "there");
    } else {
      warn_of_fewer_workers();
    }
    plan_.memory_demand = memory_demand(plan_);
    plan_.memory_demand.speaks_to_aws = options_.speaks_to_aws;
    // A file is closed when it has grown to its size: a row group more at most.
    if (options_.uploads) plan_.memory_demand.uploaded_object = options_.file_bytes + options_.memory_bytes;
    PG2ATHENA_ASSIGN(plan_.memory,
                     plan_memory(options_.memory_bytes, options_.max_value_bytes, plan_.memory_demand));
    guard_rows(plan_);
    return std::move(plan_);
  }

 private:
  Result<void> limit_workers() {
    if (!source_.server.room) return {};
    PG2ATHENA_ASSIGN(workers_, postgres::workers_that_fit(options_.workers, *source_.server.room,
                                                          options_.connection_share));
    return {};
  }

  void warn_of_fewer_workers() {
    const int wanted = std::min(options_.workers, static_cast<int>(plan_.shards.size()));
    if (plan_.workers == wanted) return;
    plan_.warnings.push_back(fmt::format(
        "{} worker{} instead of {}: {}; a run takes at most {} % of what is free, its {} keepers included: "
        "--connection-share (limits.connection_share) gives it more",
        plan_.workers, plan_.workers == 1 ? "" : "s", wanted, postgres::describe(*source_.server.room),
        options_.connection_share, postgres::kKeepers));
  }

  Result<void> claim_name(const PlannedTable& table) {
    PG2ATHENA_TRY(check_length(table.display(), table.name, kAsHint, table));
    const auto [other, is_new] = names_.emplace(table.name, table.display());
    if (is_new) return {};
    return fail(Error(ErrorKind::NameCollision, fmt::format("{} and {} would both be named {} in the lake",
                                                            other->second, table.display(), table.name))
                    .hint(std::string(kAsHint)));
  }

  Result<void> add_relation(const Relation& relation) {
    PlannedTable table;
    table.name = relation.as.empty()
                     ? types::lake_name(relation.name.schema) + "." + types::lake_name(relation.name.name)
                     : types::lake_name(relation.as);
    table.source = relation.name.display();
    table.kind = to_string(relation.kind);
    table.comment = relation.comment;
    table.where = relation.where;
    table.row_security = relation.row_security;
    PG2ATHENA_TRY(claim_name(table));
    PG2ATHENA_TRY(add_columns(relation.columns, relation.vouches_for_not_null(), rules_,
                              relation.column_choices, table));
    PG2ATHENA_TRY(choose(relation.column_choices, table));
    PG2ATHENA_TRY(choose_partitioning(relation.column_choices, options_.catalog_partitions, table));
    PG2ATHENA_TRY(expect_key_order(relation.primary_key, table));
    for (const StoredRelation& stored : relation.storage) {
      table.bytes += stored.bytes;
      table.toast_bytes += stored.toast_bytes;
    }
    table.estimated_rows = estimated_rows(relation);
    if (relation.reads_leaves()) {
      for (const StoredRelation& stored : relation.storage) add_storage(relation, stored, table);
    } else {
      add_whole(relation, table);
    }
    describe_storage(relation, table);
    describe_selection(relation, table);
    estimate_files(relation, table);
    plan_.tables.push_back(std::move(table));
    return {};
  }

  // A view, a partitioned table without leaves, or leaves that we have no right on.
  void add_whole(const Relation& relation, PlannedTable& table) {
    auto source = relation_source(relation, table);
    source->relation = relation.name;
    source->oid = relation.oid;
    source->row_security = relation.row_security;
    source->lock_table = relation.kind == RelationKind::Partitioned && relation.table_privilege;
    const SplitOptions split = split_options(relation.key, *source, table);
    const bool sized = !relation.storage.empty() && !relation.has_foreign_storage();
    const auto bytes = sized ? std::optional(split.table_bytes) : std::nullopt;
    add_shards(std::move(source), split_whole(relation.key_values, bytes, split), table);
  }

  SplitOptions split_options(const std::optional<postgres::ShardKey>& key, const ScanSource& source,
                             const PlannedTable& table) const {
    const bool toast = may_be_in_toast(source);
    return {.workers = workers_,
            .table_bytes = table.bytes + (toast ? table.toast_bytes : 0),
            .toast = toast,
            .partitioned = table.partitioning.has_value(),
            .key = key};
  }

  void add_storage(const Relation& relation, const StoredRelation& stored, PlannedTable& table) {
    auto source = relation_source(relation, table);
    if (stored.oid != relation.oid) source->row_columns = relation.row_columns;
    source->in_block_order = source->row_columns.empty() && (!stored.condition || !stored.condition->joined);
    source->relation = stored.name;
    source->oid = stored.oid;
    source->only = true;
    source->filenode = stored.filenode;
    source->row_security = stored.oid == relation.oid && relation.row_security;
    if (!source->largest_row) source->largest_row = largest_row(stored, *source);
    source->lock_table = stored.kind == RelationKind::Table &&
                         (stored.oid == relation.oid ? relation.table_privilege : stored.table_privilege);
    // Looking at the locks costs the server time in proportion to all that are held.
    constexpr std::size_t kFewRelations = 1000;
    source->locks_tell =
        source->where.empty() && !source->row_security && source_.relations.size() <= kFewRelations;
    const SplitOptions split = split_options(relation.key, *source, table);
    add_shards(std::move(source), split_storage(stored, split), table);
  }

  std::unique_ptr<ScanSource> relation_source(const Relation& relation, const PlannedTable& table) const {
    auto source = new_source(table);
    source->names = relation.names;
    source->search_path = source_.server.search_path_setting;
    if (relation.where.empty()) return source;
    source->where = relation.where;
    source->name_in_where = relation.name.name;
    source->search_path = source_.server.search_path_setting;
    return source;
  }

  void add_shards(std::unique_ptr<ScanSource> source, const std::vector<ShardPart>& parts,
                  PlannedTable& table) {
    for (const ShardPart& part : parts) {
      plan_.shards.push_back({.table = plan_.tables.size(),
                              .source = source.get(),
                              .range = part.range,
                              .bytes = part.bytes,
                              .by_index = part.by_index});
    }
    table.sources.push_back(std::move(source));
    table.shards += static_cast<int>(parts.size());
  }

  // Empty when its parts are read one by one.
  static std::string_view why_through_the_table(const Relation& relation) {
    if (relation.storage.empty() || relation.reads_leaves()) return "";
    if (relation.condition_needs_whole) return ", read through the table: the condition is about its rows";
    if (std::ranges::any_of(relation.storage, &StoredRelation::row_security)) {
      return ", read through the table: row security is in force on it or on a part, and only the table's "
             "own counts";
    }
    return ", read through the table: no SELECT right on all of them";
  }

  static void describe_storage(const Relation& relation, PlannedTable& table) {
    const std::size_t others = relation.storage.size() - (relation.kind == RelationKind::Table ? 1 : 0);
    if (relation.kind == RelationKind::Partitioned) {
      table.notes.push_back(
          fmt::format("{} partition{}{}", others, others == 1 ? "" : "s", why_through_the_table(relation)));
    } else if (relation.kind == RelationKind::Table && others > 0) {
      table.notes.push_back(fmt::format("with the rows of {} table{} that inherit{} from it{}", others,
                                        others == 1 ? "" : "s", others == 1 ? "s" : "",
                                        why_through_the_table(relation)));
    }
    const bool no_ctid =
        relation.reads_leaves() && relation.storage[0].heap && !relation.storage[0].table_privilege;
    if (no_ctid) {
      table.notes.push_back(fmt::format("{}: no SELECT right on the table as a whole",
                                        table.shards == 1 ? "read as one shard" : "not by blocks"));
    }
    if (relation.has_foreign_storage() && relation.key && relation.key->named) {
      table.notes.emplace_back(
          "its shards are read at different moments, on a server that has no part in the run's snapshot");
    }
  }

  // After the shards of the table were added: they are the plan's last.
  void describe_selection(const Relation& relation, PlannedTable& table) const {
    if (relation.chosen_from) {
      table.notes.push_back(fmt::format("columns: {} of {}", relation.columns.size(), *relation.chosen_from));
    }
    if (relation.row_security) {
      table.notes.push_back(fmt::format("row security: the rows that {} may see", source_.server.user));
    }
    if (table.where.empty()) return;
    table.notes.push_back("where: " + shortened(table.where));
    const auto shards = std::span(plan_.shards).last(static_cast<std::size_t>(table.shards));
    const auto by_index = std::ranges::count_if(shards, &PlannedShard::by_index);
    if (by_index == 0) return;
    const bool only = table.sources.size() == 1;
    table.notes.push_back(only ? "read by index"
                               : fmt::format("{} of {} parts read by index", by_index, table.sources.size()));
  }

  static void estimate_files(const Relation& relation, PlannedTable& table) {
    if (!table.partitioning || !relation.partition_statistics) return;
    postgres::ColumnStatistics statistics = *relation.partition_statistics;
    const std::string& by = table.columns[table.partitioning->column].source_name;
    // Parts are ranges of the column: each has its own partitions.
    if (relation.key && relation.key->named && relation.key->column.name == by) statistics.correlation = 1;
    table.partitioning->estimate = estimate_partitions(
        table.partitioning->by, statistics, table.estimated_rows, static_cast<std::uint64_t>(table.shards));
    if (table.partitioning->default_value) {
      table.partitioning->default_steps = steps_with_default(table.partitioning->by, table.partitioning->type,
                                                             statistics, *table.partitioning->default_value);
    }
  }

  // What readers will make of it.
  void warn_of_lake() {
    std::ranges::move(partition_limit_warnings(plan_), std::back_inserter(plan_.warnings));
    if (options_.uploads) std::ranges::move(athena_warnings(plan_), std::back_inserter(plan_.warnings));
  }

  Result<void> add_query(const postgres::QuerySource& query) {
    PlannedTable table;
    table.name = types::lake_name(query.name);
    table.source = query.sql;
    table.kind = "query";
    PG2ATHENA_TRY(claim_name(table));
    if (auto added = add_columns(query.columns, false, rules_, query.column_choices, table); !added) {
      return fail(std::move(added).error().with("query", query.name));
    }
    PG2ATHENA_TRY(choose(query.column_choices, table));
    PG2ATHENA_TRY(choose_partitioning(query.column_choices, options_.catalog_partitions, table));
    auto source = new_source(table);
    source->query = query.sql;
    source->query_name = query.name;
    source->names = query.names;
    source->search_path = source_.server.search_path_setting;
    const SplitOptions split = split_options(query.key, *source, table);
    add_shards(std::move(source), split_whole(query.key_values, std::nullopt, split), table);
    plan_.tables.push_back(std::move(table));
    return {};
  }

  // Shards of a table are consecutive: they were added so.
  void number_shards() {
    for (std::size_t i = 0; i < plan_.shards.size(); ++i) plan_.shards[i].number = static_cast<int>(i);
    int next = 0;
    for (PlannedTable& table : plan_.tables) {
      table.first_shard = next;
      next += table.shards;
    }
  }

  const postgres::Source& source_;
  const RunOptions& options_;
  int workers_;  // that there is room for
  const types::MappingRules rules_;
  Plan plan_;
  std::map<std::string, std::string> names_;  // in the lake → in PostgreSQL
};

}  // namespace

std::uint64_t row_group_bytes(const Plan& plan) {
  return std::min<std::uint64_t>(plan.memory.row_group_bytes, parquet::WriterOptions().row_group_bytes);
}

std::string_view verify_name(Verify verify) {
  switch (verify) {
    case Verify::Totals:
      return "totals";
    case Verify::Deep:
      return "deep";
    case Verify::None:
      break;
  }
  return "none";
}

std::string_view profile_name(parquet::Profile profile) {
  return profile == parquet::Profile::Modern ? "modern" : "athena";
}

postgres::SessionSettings session_settings(const RunOptions& options) {
  return {.lock_timeout = options.lock_timeout,
          .statement_timeout = options.statement_timeout,
          .row_security = options.row_security,
          .search_path = options.search_path};
}

types::MappingRules mapping_rules(const RunOptions& options, const postgres::ServerInfo& server) {
  types::MappingRules rules{
      .by_type = options.types, .money_digits = server.money_digits, .sql_ascii = server.sql_ascii()};
  if (options.timestamps == kExactTimestamps) return rules;
  for (const char* const type : {"timestamp", "timestamptz"}) {
    types::TypeChoice& choice = rules.by_type[type];
    if (!choice.as.empty()) continue;
    choice.as = options.timestamps;
    if (choice.place.empty()) choice.place = "timestamps";
  }
  return rules;
}

Result<Plan> make_plan(const postgres::Source& source, const RunOptions& options) {
  return Planner(source, options).plan();
}

}  // namespace pg2athena::pipeline
