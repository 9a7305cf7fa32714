#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catalog/catalog_partitions.h"
#include "config/documents.h"
#include "config/settings.h"
#include "parquet/encoding_choice.h"

namespace pg2athena::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSizePattern = "^[0-9]+(\\.[0-9]+)? ?(B|[kK]i?B|Mi?B|Gi?B|Ti?B)?$";
constexpr const char* kDurationPattern = "^(0|[0-9]+(\\.[0-9]+)? ?(ms|s|min|h|d))$";
constexpr const char* kDurationOrNeverPattern = "^(never|[0-9]+(\\.[0-9]+)? ?(ms|s|min|h|d))$";
// The name or ARN of a secret (references.cpp).
constexpr const char* kSecretIdPattern =
    "(arn:[^:]+:secretsmanager:[^:]+:[^:]+:secret:)?[A-Za-z0-9/_+=.@!-]{1,512}";

Json of_setting(const Setting& setting) {
  Json schema = {{"description", setting.summary}};
  switch (setting.kind) {
    case ValueKind::Text:
      schema["type"] = "string";
      if (setting.reference && !setting.required) {
        schema["pattern"] = fmt::format("^(\\$\\{{[A-Za-z0-9_]+\\}}|secret:{}(#.+)?)$", kSecretIdPattern);
      }
      schema["minLength"] = 1;
      break;
    case ValueKind::SecretId:
      schema["type"] = "string";
      schema["pattern"] = fmt::format("^{}$", kSecretIdPattern);
      break;
    case ValueKind::Count:
      schema["type"] = "integer";
      schema["minimum"] = setting.min;
      schema["maximum"] = setting.max;
      break;
    case ValueKind::Size:
      schema["type"] = {"string", "integer"};
      schema["pattern"] = kSizePattern;
      break;
    case ValueKind::Duration:
      schema["type"] = {"string", "integer"};
      schema["pattern"] = setting.or_never ? kDurationOrNeverPattern : kDurationPattern;
      break;
    case ValueKind::Choice:
      schema["enum"] = std::vector<std::string>(setting.choices.begin(), setting.choices.end());
      break;
    case ValueKind::Flag:
      schema["type"] = "boolean";
      break;
    case ValueKind::Pairs:
      schema["type"] = "object";
      schema["minProperties"] = 1;
      schema["additionalProperties"] = {{"type", "string"}, {"minLength", 1}};
      return schema;
  }
  schema["examples"] = Json::array();
  if (setting.kind == ValueKind::Flag) {
    schema["examples"].push_back(setting.example == "true");
  } else {
    schema["examples"].push_back(setting.example);
  }
  return schema;
}

Json of_section(const Section& section) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Setting& setting : settings()) {
    if (setting.section != section.key) continue;
    const std::string group(setting.group());
    if (!group.empty() && !properties.contains(group)) {
      properties[group] = {
          {"type", {"object", "null"}}, {"additionalProperties", false}, {"properties", Json::object()}};
    }
    Json& among = group.empty() ? properties : properties[group]["properties"];
    among[std::string(setting.name())] = of_setting(setting);
    if (!setting.required || setting.section != "source") continue;
    required.push_back({{"required", {setting.key}}});
    if (!setting.unless.empty()) required.push_back({{"required", {setting.unless}}});
  }
  Json schema = {
      {"description", section.summary}, {"type", {"object", "null"}}, {"additionalProperties", false}};
  if (!required.empty()) {
    schema["type"] = "object";
    schema["anyOf"] = required;
  }
  schema["properties"] = properties;
  return schema;
}

Json name_schema() {
  return {{"type", "string"}, {"minLength", 1}};
}

Json names_schema(std::string_view summary) {
  return {{"description", summary}, {"type", "array"}, {"minItems", 1}, {"items", name_schema()}};
}

Json encoding_names() {
  Json names = Json::array();
  for (const parquet::Encoding encoding : parquet::all_encodings()) {
    names.push_back(parquet::encoding_name(encoding));
  }
  return names;
}

// A choice for a type: of its keys at least one.
Json type_choice_schema() {
  Json properties = Json::object();
  for (const Key& key : type_choice_keys()) {
    Json schema = {{"description", key.summary}};
    if (key.key == "on_unrepresentable") {
      // In YAML a plain null is nothing, and here the policy of this name.
      schema["enum"] = {"error", nullptr, "null", "string", "clamp"};
    } else if (key.key == "trim") {
      schema["type"] = "boolean";
    } else {
      schema.update(name_schema());
    }
    properties[std::string(key.key)] = std::move(schema);
  }
  return {{"type", "object"},
          {"minProperties", 1},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

Json each_schema(std::string_view summary, Json value) {
  return {{"description", summary},
          {"type", "object"},
          {"minProperties", 1},
          {"additionalProperties", std::move(value)}};
}

Json types_schema() {
  Json schema = each_schema(kTypesSummary, type_choice_schema());
  schema["type"] = {"object", "null"};
  return schema;
}

Json partition_by_schema(std::string_view summary) {
  Json properties = Json::object();
  Json columns = Json::array();
  for (const std::string_view by : types::partition_by_names()) {
    properties[std::string(by)] = name_schema();
    columns.push_back({{"required", {by}}});
  }
  // In YAML a value that looks like a number is one.
  properties["default"] = {
      {"description", kPartitionDefaultSummary}, {"type", {"string", "number", "boolean"}}, {"minLength", 1}};
  const auto catalogs = catalog::catalog_partitions_names();
  properties["catalog"] = {{"description", kPartitionCatalogSummary},
                           {"enum", std::vector<std::string>(catalogs.begin(), catalogs.end())}};
  return {{"description", summary},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(properties)},
          {"oneOf", std::move(columns)}};
}

Json tables_schema() {
  Json properties = Json::object();
  for (const Key& key : table_keys()) {
    if (key.type == "list of names") {
      properties[std::string(key.key)] = names_schema(key.summary);
    } else if (key.type == kEncodingByColumn) {
      properties[std::string(key.key)] = each_schema(key.summary, {{"enum", encoding_names()}});
    } else if (key.type == kTypeByColumn) {
      properties[std::string(key.key)] = each_schema(key.summary, type_choice_schema());
    } else if (key.type == kNameByColumn) {
      properties[std::string(key.key)] =
          each_schema(key.summary, {{"type", "string"}, {"pattern", "^[a-z0-9_]{1,255}$"}});
    } else if (key.type == kPartitionColumn) {
      properties[std::string(key.key)] = partition_by_schema(key.summary);
    } else {
      properties[std::string(key.key)] = {{"description", key.summary}, {"type", "string"}, {"minLength", 1}};
    }
  }
  const Json forms = {
      {{"required", {"name"}}}, {{"required", {"query", "as"}}}, {{"required", {"sql", "as"}}}};
  const Json table = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", properties}, {"oneOf", forms}};
  return {{"description", kTablesSummary},
          {"type", "array"},
          {"minItems", 1},
          {"items", {{"oneOf", {name_schema(), table}}}}};
}

}  // namespace

std::string json_schema() {
  Json properties = Json::object();
  for (const Section& section : sections()) properties[std::string(section.key)] = of_section(section);
  for (const Section& list : name_lists()) properties[std::string(list.key)] = names_schema(list.summary);
  properties["types"] = types_schema();
  properties["tables"] = tables_schema();
  const Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", "The configuration of pg2athena"},
                       {"type", "object"},
                       {"additionalProperties", false},
                       {"required", {"source"}},
                       {"properties", properties}};
  return schema.dump(2) + "\n";
}

}  // namespace pg2athena::config
