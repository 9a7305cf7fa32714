#include "case_json.h"

#include <string>

#include <fmt/format.h>

#include "base/decimal.h"

namespace pg2athena::parquet {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;
using Json = nlohmann::json;

namespace {

std::string type_name(const Type& type) {
  switch (type.id) {
    case TypeId::Boolean:
      return "boolean";
    case TypeId::Int16:
      return "int16";
    case TypeId::Int32:
      return "int32";
    case TypeId::Int64:
      return "int64";
    case TypeId::Float32:
      return "float";
    case TypeId::Float64:
      return "double";
    case TypeId::Decimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeId::Date:
      return "date";
    case TypeId::Timestamp:
      return type.utc ? "timestamp_utc" : "timestamp";
    case TypeId::Time:
      return "time";
    case TypeId::String:
      return "string";
    case TypeId::Binary:
      return "binary";
    case TypeId::List:
      return "list";
    case TypeId::Map:
      return "map";
    case TypeId::Struct:
      return "struct";
  }
  return "?";
}

}  // namespace

Json describe(const Field& field) {
  Json description = {{"name", field.name}, {"nullable", field.nullable}, {"type", type_name(field.type)}};
  for (const Field& child : field.type.children) description["children"].push_back(describe(child));
  return description;
}

Json to_json(const Type& type, const Value& value) {
  if (value.is_null()) return nullptr;
  switch (type.id) {
    case TypeId::Boolean:
      return std::get<bool>(value.value);
    case TypeId::Float32:
    case TypeId::Float64:
      return fmt::format("{:a}", std::get<double>(value.value));
    case TypeId::Decimal:
      return format_decimal(value.number(), type.scale);
    case TypeId::String:
      return std::get<std::string>(value.value);
    case TypeId::Binary: {
      std::string digits;
      for (const char c : std::get<std::string>(value.value))
        digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return digits;
    }
    case TypeId::List:
    case TypeId::Map: {
      const Type element = type.id == TypeId::List ? type.children[0].type : Type::structure(type.children);
      Json list = Json::array();
      for (const Value& each : std::get<Elements>(value.value)) list.push_back(to_json(element, each));
      return list;
    }
    case TypeId::Struct: {
      Json fields = Json::array();
      for (std::size_t i = 0; i < type.children.size(); ++i) {
        fields.push_back(to_json(type.children[i].type, std::get<Record>(value.value)[i]));
      }
      return fields;
    }
    default:
      return static_cast<std::int64_t>(value.number());
  }
}

Json to_json(const ColumnSummary& summary) {
  Json json = {{"path", summary.path}, {"values", summary.values}, {"nulls", summary.nulls}};
  if (summary.min) json["min"] = *summary.min;
  if (summary.max) json["max"] = *summary.max;
  return json;
}

Json to_json(const WriterOptions& options) {
  Json json = {{"profile", options.profile == Profile::Athena ? "athena" : "modern"},
               {"row_group_bytes", options.row_group_bytes},
               {"memory_bytes", options.memory_bytes},
               {"page_bytes", options.page_bytes},
               {"page_rows", options.page_rows},
               {"dictionary_bytes", options.dictionary_bytes},
               {"compression", arrow_codec_name(options.compression)}};
  if (options.compression_level) json["compression_level"] = *options.compression_level;
  if (options.page_index) json["page_index"] = *options.page_index;
  for (const ColumnOptions& each : options.columns) {
    Json& column = json["columns"][each.path];
    column["bloom_filter"] = each.bloom_filter;
    if (each.encoding) column["encoding"] = static_cast<int>(*each.encoding);
  }
  for (const SortingColumn& each : options.sorting_columns) {
    json["sorting_columns"].push_back({each.column_idx, each.descending, each.nulls_first});
  }
  return json;
}

const char* arrow_codec_name(Compression compression) {
  switch (compression) {
    case Compression::None:
      return "UNCOMPRESSED";
    case Compression::Snappy:
      return "SNAPPY";
    case Compression::Zstd:
      return "ZSTD";
    case Compression::Gzip:
      return "GZIP";
    case Compression::Lz4Raw:
      return "LZ4";
  }
  return "?";
}

}  // namespace pg2athena::parquet
