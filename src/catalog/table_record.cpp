#include "catalog/table_record.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/parallel.h"
#include "catalog/json_reader.h"
#include "catalog/object_keys.h"
#include "catalog/table_record_json.h"

namespace pg2athena::catalog {

namespace {

Json partitioning_json(const TablePartitioning& partitioning) {
  Json json = {{"column", partitioning.column},
               {"type", partitioning.type},
               {"by", partitioning.by},
               {"source_column", partitioning.source_column},
               {"values", partitioning.values}};
  if (partitioning.default_value) json["default"] = *partitioning.default_value;
  if (partitioning.catalog != CatalogPartitions::Projection) {
    json["catalog"] = to_string(partitioning.catalog);
  }
  return json;
}

TablePartitioning read_partitioning(JsonReader& json) {
  TablePartitioning partitioning{.column = json.text("column"),
                                 .type = json.text("type"),
                                 .by = json.text("by"),
                                 .source_column = json.text("source_column"),
                                 .values = json.texts("values"),
                                 .default_value = json.optional_text("default")};
  if (const auto name = json.optional_text("catalog")) {
    const auto catalog = catalog_partitions_named(*name);
    if (!catalog) json.reject("\"catalog\" is none that is known");
    partitioning.catalog = catalog.value_or(CatalogPartitions::Projection);
  }
  return partitioning;
}

}  // namespace

Json table_record_json(const TableRecord& record) {
  Json columns = Json::array();
  for (const TableColumn& column : record.columns) {
    columns.push_back({{"name", column.name}, {"type", column.type}, {"comment", column.comment}});
  }
  Json json = {
      {"table", record.table}, {"run_id", record.run_id},      {"previous_run_id", record.previous_run_id},
      {"data", record.data},   {"rows", record.rows},          {"bytes", record.bytes},
      {"files", record.files}, {"columns", std::move(columns)}};
  if (record.partitioning) json["partitioning"] = partitioning_json(*record.partitioning);
  if (!record.catalog.empty()) json["catalog"] = record.catalog;
  if (!record.comment.empty()) json["comment"] = record.comment;
  if (!record.snapshot_lsn.empty()) json["snapshot_lsn"] = record.snapshot_lsn;
  return json;
}

TableRecord read_table_record_json(JsonReader& reader) {
  TableRecord record{.table = reader.text("table"),
                     .run_id = reader.text("run_id"),
                     .previous_run_id = reader.text("previous_run_id"),
                     .data = reader.text("data"),
                     .rows = reader.number("rows"),
                     .bytes = reader.number("bytes"),
                     .files = reader.number("files"),
                     .columns = {}};
  reader.each("columns", [&](JsonReader& column) {
    record.columns.push_back(
        {.name = column.text("name"), .type = column.text("type"), .comment = column.text("comment")});
  });
  reader.optional_object("partitioning",
                         [&](JsonReader& json) { record.partitioning = read_partitioning(json); });
  record.catalog = reader.optional_text("catalog").value_or("");
  record.comment = reader.optional_text("comment").value_or("");
  record.snapshot_lsn = reader.optional_text("snapshot_lsn").value_or("");
  return record;
}

std::string to_json(const TableRecord& record) {
  Json json = {{"format", kRecordFormat}};
  json.update(table_record_json(record));
  return write_json(json);
}

Result<TableRecord> table_record_from_json(std::string_view text) {
  PG2ATHENA_ASSIGN(JsonReader reader, JsonReader::parse(text, "the table's record"));
  TableRecord record = read_table_record_json(reader);
  PG2ATHENA_TRY(reader.result());
  return record;
}

namespace {

struct Read {
  TableRecord record;
  std::string etag;
};

Result<std::optional<Read>> read(storage::ObjectStore& store, const std::string& table) {
  PG2ATHENA_TRY(check_table_name(table));
  const std::string key = table_key(table);
  PG2ATHENA_ASSIGN(const std::optional<storage::StoredObject> object, store.get(key));
  if (!object) return std::nullopt;
  Result<TableRecord> record = table_record_from_json(object->content);
  if (!record) {
    return fail(
        std::move(record)
            .error()
            .with("table", table)
            .with("object", key)
            .hint("the table's record is damaged: put an earlier version of it back, or remove it, and "
                  "the next run of the table writes it anew; until then readers see what they saw"));
  }
  if (record->table != table) {
    // A copy that somebody made: by it another table would seem to show an old run.
    return fail(Error(ErrorKind::CorruptInput, fmt::format("this record is of the table {}", record->table))
                    .with("table", table)
                    .with("object", key)
                    .hint("only pg2athena writes records: move a copy elsewhere"));
  }
  return Read{.record = std::move(*record), .etag = object->etag};
}

}  // namespace

Result<std::optional<CurrentRun>> read_current(storage::ObjectStore& store, const std::string& table) {
  PG2ATHENA_ASSIGN(std::optional<Read> found, read(store, table));
  if (!found) return std::nullopt;
  return CurrentRun{.run_id = std::move(found->record.run_id),
                    .etag = std::move(found->etag),
                    .catalog = std::move(found->record.catalog)};
}

Result<std::vector<std::optional<CurrentRun>>> read_current(storage::ObjectStore& store,
                                                            const std::vector<std::string>& tables) {
  PG2ATHENA_ASSIGN(const std::vector<storage::ObjectInfo> objects, store.list(tables_prefix()));
  std::vector<std::optional<CurrentRun>> current(tables.size());
  PG2ATHENA_TRY(for_each_at_once(tables.size(), kRequestsAtOnce, [&](std::size_t i) -> Result<void> {
    const bool there =
        std::ranges::binary_search(objects, table_key(tables[i]), {}, &storage::ObjectInfo::key);
    // One is asked for all the same: who lacks the right to read is to be told before a run, not by its
    // successor.
    if (!there && i != 0) return {};
    PG2ATHENA_ASSIGN(current[i], read_current(store, tables[i]));
    return {};
  }));
  return current;
}

Result<std::optional<TableRecord>> read_table_record(storage::ObjectStore& store, const std::string& table) {
  PG2ATHENA_ASSIGN(std::optional<Read> found, read(store, table));
  if (!found) return std::nullopt;
  return std::move(found->record);
}

Result<bool> is_current_run(storage::ObjectStore& store, const std::string& table,
                            const std::string& run_id) {
  PG2ATHENA_ASSIGN(const auto record, read_table_record(store, table));
  return record && record->run_id == run_id;
}

Result<std::vector<std::string>> published_tables(storage::ObjectStore& store) {
  constexpr std::string_view kSuffix = ".json";
  PG2ATHENA_ASSIGN(const std::vector<storage::ObjectInfo> objects, store.list(tables_prefix()));
  std::vector<std::string> tables;
  for (const storage::ObjectInfo& object : objects) {
    if (!object.key.ends_with(kSuffix)) continue;
    const std::size_t begin = tables_prefix().size();
    tables.push_back(object.key.substr(begin, object.key.size() - begin - kSuffix.size()));
  }
  return tables;
}

Result<std::vector<TableRecord>> read_table_records(storage::ObjectStore& store,
                                                    const std::vector<std::string>& tables) {
  std::vector<std::optional<TableRecord>> found(tables.size());
  PG2ATHENA_TRY(for_each_at_once(tables.size(), kRequestsAtOnce, [&](std::size_t i) -> Result<void> {
    PG2ATHENA_ASSIGN(found[i], read_table_record(store, tables[i]));
    return {};
  }));
  std::vector<TableRecord> records;
  for (std::optional<TableRecord>& record : found) {
    if (record) records.push_back(std::move(*record));
  }
  return records;
}

Result<std::vector<TableRecord>> read_table_records(storage::ObjectStore& store) {
  PG2ATHENA_ASSIGN(const std::vector<std::string> tables, published_tables(store));
  return read_table_records(store, tables);
}

}  // namespace pg2athena::catalog
