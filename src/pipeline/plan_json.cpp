// The plan as JSON.
#include <nlohmann/json.hpp>

#include "catalog/json_list.h"
#include "parquet/compression.h"
#include "parquet/encoding_choice.h"
#include "parquet/schema_mapping.h"
#include "parquet/type_text.h"
#include "pipeline/plan.h"

namespace pg2athena::pipeline {
namespace {

nlohmann::ordered_json text_or_null(std::string_view text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

nlohmann::ordered_json columns_json(const PlannedTable& table) {
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const columnar::Field& field = table.schema.fields[i];
    const PlannedColumn& column = table.columns[i];
    const UnfitValues unfit = unfit_values(column.mapping);
    columns.push_back(
        {{"name", field.name},
         {"source_name", column.source_name},
         {"postgresql_type", column.type.name},
         {"as", text_or_null(column.as)},
         {"parquet_type", parquet::type_text(field.type)},
         {"type", columnar::hive_name(field.type)},
         {"nullable", field.nullable},
         {"note", column.mapping.note},
         {"on_unrepresentable", to_string(column.mapping.on_unrepresentable)},
         {"can_fail_on", unfit.fail},
         {"becomes_null", unfit.become_null},
         {"clamped", unfit.clamped},
         {"loses", column.mapping.loses},
         {"athena", column.mapping.athena},
         {"trim", column.mapping.trim},
         {"encoding", column.encoding ? nlohmann::ordered_json(parquet::encoding_name(*column.encoding))
                                      : nlohmann::ordered_json()},
         {"bloom_filter", column.bloom_filter},
         {"comment", field.comment}});
  }
  return columns;
}

nlohmann::ordered_json partition_by_json(const PlannedTable& table) {
  if (!table.partitioning) return nullptr;
  const PlannedPartitioning& partitioning = *table.partitioning;
  return {{"column", partitioning.name},
          {"type", partitioning.type},
          {"by", to_string(partitioning.by)},
          {"source_column", table.schema.fields[partitioning.column].name},
          {"default", partitioning.default_value ? nlohmann::ordered_json(*partitioning.default_value)
                                                 : nlohmann::ordered_json()},
          {"catalog", to_string(partitioning.catalog)}};
}

nlohmann::ordered_json sorting_json(const PlannedTable& table) {
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  if (table.sorting_columns.empty()) return columns;
  const auto mapped = parquet::map_schema(table.schema);
  if (!mapped) return columns;
  for (const parquet::SortingColumn& sorting : table.sorting_columns) {
    columns.push_back(
        table.schema.fields[mapped->leaves[static_cast<std::size_t>(sorting.column_idx)].column].name);
  }
  return columns;
}

nlohmann::ordered_json files_json(const Plan& plan) {
  const bool has_levels = parquet::levels_of(plan.compression).second != 0;
  return {{"profile", profile_name(plan.profile)},
          {"compression", parquet::codec_name(plan.compression)},
          {"compression_level",
           has_levels ? nlohmann::ordered_json(plan.compression_level) : nlohmann::ordered_json()},
          {"page_index", plan.page_index},
          {"size", plan.file_bytes}};
}

void add_range(const postgres::ShardRange& range, nlohmann::ordered_json& json) {
  if (const auto* const blocks = std::get_if<postgres::BlockRange>(&range)) {
    json["first_block"] = blocks->first;
    if (blocks->end) json["end_block"] = *blocks->end;
  }
  if (const auto* const keys = std::get_if<postgres::KeyRange>(&range)) {
    json["key"] = keys->key.name;
    if (keys->nulls) json["nulls"] = true;
    if (keys->lower) json["lower"] = *keys->lower;
    if (keys->upper) json["upper"] = *keys->upper;
  }
}

nlohmann::ordered_json shards_json(const Plan& plan, const PlannedTable& table) {
  nlohmann::ordered_json shards = nlohmann::ordered_json::array();
  for (int i = table.first_shard; i < table.first_shard + table.shards; ++i) {
    const PlannedShard& shard = plan.shards[static_cast<std::size_t>(i)];
    nlohmann::ordered_json json = {{"shard", shard.number}, {"source", shard.source->display()}};
    add_range(shard.range, json);
    if (shard.by_index) json["by_index"] = true;
    json["bytes"] = shard.bytes ? nlohmann::ordered_json(*shard.bytes) : nlohmann::ordered_json();
    shards.push_back(std::move(json));
  }
  return shards;
}

nlohmann::ordered_json table_json(const Plan& plan, const PlannedTable& table) {
  return {{"name", table.name},
          {"source", table.source},
          {"kind", table.kind},
          {"comment", table.comment},
          {"where", table.where},
          {"row_security", table.row_security},
          {"bytes", table.bytes},
          {"toast_bytes", table.toast_bytes},
          {"estimated_rows", table.estimated_rows},
          {"notes", table.notes},
          {"partition_by", partition_by_json(table)},
          {"sorting_columns", sorting_json(table)},
          {"columns", columns_json(table)},
          {"shards", shards_json(plan, table)}};
}

nlohmann::ordered_json json_without_tables(const Plan& plan) {
  return {
      {"server",
       {{"database", plan.server.database},
        {"user", plan.server.user},
        {"version", plan.server.version_text},
        {"encoding", plan.server.encoding}}},
      {"workers", plan.workers},
      {"read_rate", plan.read_rate == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(plan.read_rate)},
      {"memory",
       {{"limit", plan.memory.limit},
        {"worker_bytes", plan.memory.worker_bytes},
        {"row_group_bytes", row_group_bytes(plan)},
        {"upload_bytes", plan.memory.upload_bytes},
        {"open_files", plan.memory.open_files},
        {"max_value_bytes", plan.memory.max_value_bytes},
        {"max_value_derived", plan.memory.max_value_derived}}},
      {"files", files_json(plan)},
      {"verify", verify_name(plan.verify)},
      {"warnings", plan.warnings}};
}

}  // namespace

nlohmann::ordered_json plan_json(const Plan& plan) {
  nlohmann::ordered_json json = json_without_tables(plan);
  nlohmann::ordered_json& tables = json["tables"] = nlohmann::ordered_json::array();
  for (const PlannedTable& table : plan.tables) tables.push_back(table_json(plan, table));
  return json;
}

std::string to_json(const Plan& plan, const PlanRecord& record) {
  nlohmann::ordered_json json = {
      {"version", 1},
      {"run_id", record.run_id},
      {"planned_at", record.planned_at},
      {"snapshot",
       {{"id", record.snapshot.id}, {"horizon", record.snapshot.horizon}, {"lsn", record.snapshot.lsn}}},
      {"target", record.target}};
  json.update(json_without_tables(plan));
  return catalog::write_json_with_list(json, "tables", plan.tables.size(),
                                       [&](std::size_t i) { return table_json(plan, plan.tables[i]); });
}

}  // namespace pg2athena::pipeline
