#include "catalog/receipt.h"

#include "catalog/json_reader.h"

namespace pg2athena::catalog {
namespace {

Json column_json(const ColumnReceipt& column) {
  Json json = {{"path", column.path}, {"values", column.values}, {"nulls", column.nulls}};
  if (column.min) json["min"] = *column.min;
  if (column.max) json["max"] = *column.max;
  if (column.sum) json["sum"] = *column.sum;
  return json;
}

Json file_json(const FileReceipt& file) {
  Json columns = Json::array();
  for (const ColumnReceipt& column : file.columns) columns.push_back(column_json(column));
  Json json = {{"key", file.key}, {"rows", file.rows}, {"bytes", file.bytes}, {"xxh3_128", file.xxh3_128}};
  if (file.partition) json["partition"] = *file.partition;
  if (file.row_digest) json["row_digest"] = *file.row_digest;
  json["columns"] = std::move(columns);
  return json;
}

FileReceipt read_file(JsonReader& json) {
  FileReceipt file{.key = json.text("key"),
                   .rows = json.number("rows"),
                   .bytes = json.number("bytes"),
                   .xxh3_128 = json.text("xxh3_128"),
                   .partition = json.optional_text("partition"),
                   .row_digest = json.optional_text("row_digest"),
                   .columns = {}};
  json.each("columns", [&](JsonReader& column) {
    file.columns.push_back({.path = column.text("path"),
                            .values = column.number("values"),
                            .nulls = column.number("nulls"),
                            .min = column.optional_text("min"),
                            .max = column.optional_text("max"),
                            .sum = column.optional_text("sum")});
  });
  return file;
}

CoercedColumn read_coerced(JsonReader& json) {
  CoercedColumn column{
      .column = json.text("column"), .policy = json.text("policy"), .values = json.number("values")};
  if (column.policy != "null" && column.policy != "clamp")
    json.reject("\"policy\" is neither null nor clamp");
  return column;
}

}  // namespace

std::string to_json(const Receipt& receipt) {
  Json coerced = Json::array();
  for (const CoercedColumn& column : receipt.coerced) {
    coerced.push_back({{"column", column.column}, {"policy", column.policy}, {"values", column.values}});
  }
  std::string text = write_json({{"format", kRecordFormat},
                                 {"run_id", receipt.run_id},
                                 {"table", receipt.table},
                                 {"shard", receipt.shard},
                                 {"attempt", receipt.attempt},
                                 {"source", receipt.source},
                                 {"worker", receipt.worker},
                                 {"duration_ms", receipt.duration.count()},
                                 {"rows", receipt.rows},
                                 {"bytes", receipt.bytes},
                                 {"coerced", std::move(coerced)},
                                 {"files", Json::array()}});
  // File by file, each on a line: a shard of a partitioned table may have a thousand, and as a tree of JSON
  // they would take several times what they are as text.
  constexpr std::string_view kEnd = "]\n}\n";
  text.resize(text.size() - kEnd.size());
  std::string_view before = "\n    ";
  for (const FileReceipt& file : receipt.files) {
    text += before;
    text += file_json(file).dump(-1, ' ', false, Json::error_handler_t::replace);
    before = ",\n    ";
  }
  return text.append(receipt.files.empty() ? "" : "\n  ").append(kEnd);
}

Result<Receipt> receipt_from_json(std::string_view text) {
  PG2ATHENA_ASSIGN(JsonReader reader, JsonReader::parse(text, "the receipt"));
  Receipt receipt{.run_id = reader.text("run_id"),
                  .table = reader.text("table"),
                  .shard = reader.small_number("shard"),
                  .attempt = reader.small_number("attempt"),
                  .rows = reader.number("rows"),
                  .bytes = reader.number("bytes"),
                  .files = {},
                  .source = reader.text("source"),
                  .worker = reader.text("worker"),
                  .duration = std::chrono::milliseconds(reader.number("duration_ms"))};
  reader.each("files", [&](JsonReader& file) { receipt.files.push_back(read_file(file)); });
  reader.each("coerced", [&](JsonReader& column) { receipt.coerced.push_back(read_coerced(column)); });
  PG2ATHENA_TRY(reader.result());
  return receipt;
}

}  // namespace pg2athena::catalog
