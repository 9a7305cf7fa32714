#include "config/configuration_file.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "catalog/catalog_partitions.h"
#include "config/references.h"
#include "config/settings.h"
#include "config/type_choices.h"
#include "config/yaml_reader.h"
#include "config/yaml_text.h"
#include "parquet/encoding_choice.h"
#include "postgres/selection.h"
#include "storage/s3_location.h"
#include "types/lake_name.h"

namespace pg2athena::config {
namespace {

namespace fs = std::filesystem;

// std::ranges::contains, which GCC 12 doesn't have.
template <typename Range, typename Value, typename Projection = std::identity>
bool contains(const Range& range, const Value& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

class Reader {
 public:
  Reader(const std::string& text, const std::string& path, UnsetVariable unset,
         const postgres::Environment& environment)
      : yaml_(text, path), path_(path), unset_(unset), environment_(environment) {}

  Result<Configuration> read(const YAML::Node& root) {
    if (!root.IsDefined() || root.IsNull()) {
      return fail(Error(ErrorKind::InvalidArgument, fmt::format("{} is empty", path_))
                      .hint("pg2athena init writes a configuration from a database"));
    }
    std::vector<std::string> keys = {"tables", "types"};
    for (const Section& section : sections()) keys.emplace_back(section.key);
    for (const Section& list : name_lists()) keys.emplace_back(list.key);
    PG2ATHENA_TRY(yaml_.each_key(root, "the file", keys,
                                 [&](const std::string& key, const YAML::Node& node) -> Result<void> {
                                   if (key == "tables") return read_tables(node);
                                   if (key == "types") {
                                     PG2ATHENA_ASSIGN(configuration_.run.types, read_types(yaml_, node));
                                     return {};
                                   }
                                   const bool list = contains(name_lists(), key, &Section::key);
                                   return list ? read_name_list(key, node) : read_section(key, node);
                                 }));
    PG2ATHENA_TRY(check_source(root));
    if (auto checked = check(configuration_); !checked) return fail(placed(root, checked.error()));
    return std::move(configuration_);
  }

 private:
  Result<void> check_source(const YAML::Node& root) const {
    for (const Setting& setting : settings()) {
      const bool source = setting.required && setting.section == "source";
      if (source && setting.get(configuration_).empty() && configuration_.login.secret.empty()) {
        return fail(
            yaml_.error_at(innermost_at(root, setting.path()), fmt::format("{} is missing", setting.path()))
                .hint(fmt::format("{0}: {{{1}: {2}}}; or {0}.{3}, which has all that a login takes",
                                  setting.section, setting.key, setting.example, setting.unless)));
      }
    }
    if (const auto conflict = login_conflict(configuration_.login)) {
      return yaml_.fail_at(innermost_at(root, fmt::format("source.{}", conflict->key)), conflict->error);
    }
    return {};
  }

  // An error of check(), with the place of what it is about.
  Error placed(const YAML::Node& root, const Error& error) const {
    if (const std::string_view place = error.context("place"); !place.empty()) {
      return Error(error.kind(), fmt::format("{}: {}", place, error.message())).hint(error.hint());
    }
    return yaml_.fail_at(innermost_at(root, error.context("setting")), error).error();
  }

  Result<void> read_section(const std::string& name, const YAML::Node& node) {
    if (node.IsNull()) return {};  // every line of it is commented out
    return read_keys(name, "", node);
  }

  // The keys of a section, or of a group in it.
  Result<void> read_keys(const std::string& section, const std::string& group, const YAML::Node& node) {
    std::vector<std::string> keys;
    for (const Setting& setting : settings()) {
      if (setting.section != section) continue;
      if (setting.group() == group) keys.emplace_back(setting.name());
      if (group.empty() && !setting.group().empty() && !contains(keys, setting.group())) {
        keys.emplace_back(setting.group());
      }
    }
    const std::string path = group.empty() ? section : section + "." + group;
    return yaml_.each_key(
        node, path, keys, [&](const std::string& key, const YAML::Node& value) -> Result<void> {
          const auto found = std::ranges::find_if(settings(), [&](const Setting& setting) {
            return setting.section == section && setting.group() == group && setting.name() == key;
          });
          if (found != settings().end()) return read_setting(*found, value);
          return value.IsNull() ? Result<void>() : read_keys(section, key, value);
        });
  }

  Result<void> read_pairs(const Setting& setting, const YAML::Node& node) {
    SettingValue value;
    PG2ATHENA_TRY(yaml_.each_entry_of_some(
        node, setting.path(), [&](const YAML::Node& key, const YAML::Node& entry) -> Result<void> {
          PG2ATHENA_ASSIGN(std::string name, yaml_.plain_scalar(key, "a name in " + setting.path()));
          PG2ATHENA_ASSIGN(std::string text, yaml_.plain_scalar(entry, setting.path() + "." + name));
          value.pairs.emplace_back(std::move(name), std::move(text));
          return {};
        }));
    setting.set(configuration_, value);
    return {};
  }

  Result<void> read_setting(const Setting& setting, const YAML::Node& node) {
    const std::string path = setting.path();
    if (setting.kind == ValueKind::Pairs) return read_pairs(setting, node);
    PG2ATHENA_ASSIGN(std::string text,
                     setting.reference ? yaml_.scalar(node, path) : yaml_.plain_scalar(node, path));
    if (path == "source.password") {
      auto secret = secret_password(text);
      if (!secret) return yaml_.fail_at(node, secret.error());
      configuration_.login.password_secret = std::move(*secret);
      if (configuration_.login.password_secret) return {};
    }
    if (setting.reference) {
      auto expanded = expand(setting, text);
      if (!expanded) return yaml_.fail_at(node, expanded.error());
      text = std::move(*expanded);
    }
    if (path == "target.location") {
      if (auto checked = storage::check_scheme(text); !checked) return yaml_.fail_at(node, checked.error());
    }
    if (path == "target.location" || path == "aws.ca_file") text = resolve(text);
    if (auto applied = apply(setting, text, path, configuration_); !applied)
      return yaml_.fail_at(node, applied.error());
    return {};
  }

  Result<std::string> expand(const Setting& setting, const std::string& text) const {
    const auto expanded = [&](const postgres::Environment& environment) {
      return setting.key == "url" ? expand_source(text, environment) : expand_secret(text, environment);
    };
    if (unset_ == UnsetVariable::Refuse || !has_unset_reference(text, environment_)) {
      return expanded(environment_);
    }
    PG2ATHENA_TRY(expanded([](const char*) { return std::optional<std::string>("unset"); }));
    return text;
  }

  // A relative path begins at the configuration's folder, so that a job means the same wherever it is
  // started.
  std::string resolve(const std::string& path) const {
    if (storage::S3Location::names_one(path)) return path;
    return (fs::path(path_).parent_path() / path).lexically_normal().string();
  }

  Result<postgres::NamePattern> pattern(const YAML::Node& node, const std::string& text,
                                        std::size_t parts) const {
    auto parsed = postgres::NamePattern::parse(text, parts);
    if (!parsed) return yaml_.fail_at(node, parsed.error());
    return parsed;
  }

  Result<void> read_name_list(const std::string& key, const YAML::Node& node) {
    PG2ATHENA_ASSIGN(std::vector<std::string> names, yaml_.strings(node, key));
    const bool schemas = key == "schemas";
    for (std::size_t i = 0; i < names.size(); ++i) PG2ATHENA_TRY(pattern(node[i], names[i], schemas ? 1 : 2));
    postgres::Selection& selection = configuration_.run.selection;
    (schemas ? selection.schemas : selection.excludes) = std::move(names);
    return {};
  }

  Result<void> read_tables(const YAML::Node& node) {
    if (!node.IsSequence() || node.size() == 0) {
      return fail(yaml_
                      .error_at(node, fmt::format("tables takes a list of tables, not {}",
                                                  node.IsSequence() ? "an empty one" : kind_of(node)))
                      .hint("leave `tables` out to export every table of the database"));
    }
    for (const YAML::Node& item : node) {
      PG2ATHENA_TRY(item.IsMap() ? read_table(item) : read_table_name(item));
    }
    return {};
  }

  Result<void> read_table_name(const YAML::Node& node) {
    PG2ATHENA_ASSIGN(std::string name, yaml_.plain_scalar(node, "an entry of tables"));
    PG2ATHENA_TRY(pattern(node, name, 2));
    configuration_.run.selection.tables.push_back({.pattern = std::move(name), .columns = {}, .where = {}});
    return {};
  }

  struct Table {
    std::string name;
    std::string where;
    std::string query;
    std::string sql;
    std::string as;
    std::string shard_by;
    std::vector<std::string> columns;
    std::vector<postgres::ColumnChoice> column_choices;
  };

  // Which columns there are, and what is right for them, the plan finds out.
  Result<void> read_encodings(const YAML::Node& node, Table& table) {
    std::vector<std::string> names;
    for (const parquet::Encoding encoding : parquet::all_encodings()) {
      names.emplace_back(parquet::encoding_name(encoding));
    }
    return yaml_.each_entry_of_some(
        node, "encoding", [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
          PG2ATHENA_ASSIGN(std::string column, yaml_.plain_scalar(key, "a column's name"));
          PG2ATHENA_ASSIGN(std::string encoding, yaml_.plain_scalar(value, "encoding." + column));
          if (!contains(names, encoding)) {
            return fail(yaml_.error_at(value, fmt::format("there is no encoding '{}'", encoding))
                            .hint(did_you_mean(encoding, names, "the encodings")));
          }
          table.column_choices.push_back(
              {.column = std::move(column), .encoding = std::move(encoding), .place = yaml_.place_of(key)});
          return {};
        });
  }

  Result<void> read_bloom_filters(const YAML::Node& node, Table& table) {
    PG2ATHENA_ASSIGN(const std::vector<std::string> columns, yaml_.strings(node, "bloom_filters"));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (contains(std::span(columns).first(i), columns[i])) {
        return fail(
            yaml_.error_at(node[i], fmt::format("bloom_filters has the column {} twice", columns[i])));
      }
      table.column_choices.push_back(
          {.column = columns[i], .encoding = {}, .bloom_filter = true, .place = yaml_.place_of(node[i])});
    }
    return {};
  }

  // Which of them a column's type can have, the plan finds out.
  Result<void> read_column_types(const YAML::Node& node, Table& table) {
    return yaml_.each_entry_of_some(
        node, "types", [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
          PG2ATHENA_ASSIGN(std::string column, yaml_.plain_scalar(key, "a column's name"));
          PG2ATHENA_ASSIGN(types::TypeChoice choice, read_type_choice(yaml_, key, value, "types." + column));
          table.column_choices.push_back({.column = std::move(column),
                                          .encoding = {},
                                          .type = std::move(choice),
                                          .place = yaml_.place_of(key)});
          return {};
        });
  }

  Result<void> read_new_names(const YAML::Node& node, Table& table) {
    return yaml_.each_entry_of_some(
        node, "rename", [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
          PG2ATHENA_ASSIGN(std::string column, yaml_.plain_scalar(key, "a column's name"));
          PG2ATHENA_ASSIGN(std::string name, yaml_.plain_scalar(value, "rename." + column));
          if (const std::string right = types::lake_name(name); right != name) {
            return fail(yaml_.error_at(value, fmt::format("'{}' is no name in the lake", name))
                            .hint(fmt::format("names there have a to z, 0 to 9 and _: {}", right)));
          }
          if (name.size() > types::kLakeNameBytes) {
            return fail(yaml_.error_at(value, fmt::format("rename.{} has {} characters", column, name.size()))
                            .hint(fmt::format("names in the lake have at most {}", types::kLakeNameBytes)));
          }
          table.column_choices.push_back({.column = std::move(column),
                                          .encoding = {},
                                          .rename = std::move(name),
                                          .place = yaml_.place_of(key)});
          return {};
        });
  }

  Result<void> check_partition_catalog(const YAML::Node& node, const std::string& name) const {
    if (catalog::catalog_partitions_named(name)) return {};
    const auto names = catalog::catalog_partitions_names();
    return fail(
        yaml_.error_at(node, fmt::format("partition_by.catalog has no '{}'", name))
            .hint(did_you_mean(name, std::vector<std::string>(names.begin(), names.end()), "there are")));
  }

  // Whether the column's type can be partitioned so, the plan finds out.
  Result<void> read_partition_by(const YAML::Node& node, Table& table) {
    std::vector<std::string> keys(types::partition_by_names().begin(), types::partition_by_names().end());
    keys.insert(keys.end(), {"default", "catalog"});
    postgres::ColumnChoice choice{.column = {}, .encoding = {}, .place = {}};
    int columns = 0;
    PG2ATHENA_TRY(yaml_.each_key(
        node, "partition_by", keys, [&](const std::string& key, const YAML::Node& value) -> Result<void> {
          PG2ATHENA_ASSIGN(std::string text, yaml_.plain_scalar(value, "partition_by." + key));
          if (key == "default") {
            choice.partition_default = std::move(text);
            return {};
          }
          if (key == "catalog") {
            choice.partition_catalog = std::move(text);
            return check_partition_catalog(value, choice.partition_catalog);
          }
          ++columns;
          choice.column = std::move(text);
          choice.partition_by = types::partition_by_named(key);
          choice.place = yaml_.place_of(value);
          return {};
        }));
    if (columns == 1) {
      table.column_choices.push_back(std::move(choice));
      return {};
    }
    return fail(yaml_.error_at(node, "partition_by takes one column, and one of day, month, year and value")
                    .hint("partition_by: {day: created_at}"));
  }

  Result<void> read_table(const YAML::Node& node) {
    std::vector<std::string> keys;
    for (const Key& key : table_keys()) keys.emplace_back(key.key);
    Table table;
    const std::map<std::string, std::string*> texts = {
        {"name", &table.name}, {"where", &table.where}, {"query", &table.query},
        {"sql", &table.sql},   {"as", &table.as},       {"shard_by", &table.shard_by}};
    PG2ATHENA_TRY(yaml_.each_key(node, "a table", keys,
                                 [&](const std::string& key, const YAML::Node& v) -> Result<void> {
                                   if (key == "columns") {
                                     PG2ATHENA_ASSIGN(table.columns, yaml_.strings(v, "columns"));
                                     return {};
                                   }
                                   if (key == "encoding") return read_encodings(v, table);
                                   if (key == "bloom_filters") return read_bloom_filters(v, table);
                                   if (key == "types") return read_column_types(v, table);
                                   if (key == "rename") return read_new_names(v, table);
                                   if (key == "partition_by") return read_partition_by(v, table);
                                   PG2ATHENA_ASSIGN(*texts.at(key), yaml_.plain_scalar(v, key));
                                   return {};
                                 }));
    return table.name.empty() ? add_query(node, table) : add_table(node, table);
  }

  Result<void> add_table(const YAML::Node& node, Table& table) {
    if (!table.query.empty() || !table.sql.empty()) {
      return fail(
          yaml_.error_at(node, "a table has a `name`, or a `query` or `sql` with `as`, and not both"));
    }
    PG2ATHENA_ASSIGN(const postgres::NamePattern name, pattern(node["name"], table.name, 2));
    const bool only_named = table.columns.empty() && table.where.empty() && table.column_choices.empty() &&
                            table.as.empty() && table.shard_by.empty();
    if (name.has_wildcard() && !only_named) {
      return fail(
          yaml_.error_at(node["name"], "more about a table belongs to one: its name can't have wildcards")
              .hint(fmt::format("write its full name, schema.name, instead of {}", table.name)));
    }
    configuration_.run.selection.tables.push_back({.pattern = std::move(table.name),
                                                   .columns = std::move(table.columns),
                                                   .where = std::move(table.where),
                                                   .column_choices = std::move(table.column_choices),
                                                   .as = std::move(table.as),
                                                   .shard_by = std::move(table.shard_by)});
    return {};
  }

  Result<void> add_query(const YAML::Node& node, Table& table) {
    if (table.query.empty() == table.sql.empty()) {
      return fail(yaml_.error_at(node, "a table needs one of `name`, `query` and `sql`"));
    }
    if (!table.columns.empty() || !table.where.empty()) {
      return fail(yaml_.error_at(node, "`columns` and `where` belong to a `name`: a query has its own"));
    }
    if (table.as.empty()) {
      return fail(yaml_.error_at(node, "a query needs `as`: what its result is called in the lake"));
    }
    if (!table.query.empty()) {
      constexpr std::size_t kLongestName = 4096;  // PATH_MAX
      if (table.query.contains('\n') || table.query.size() > kLongestName) {
        return fail(
            yaml_.error_at(node["query"], "query takes the name of a file: a SELECT itself stands in `sql`"));
      }
      auto sql = read_file(resolve(table.query));
      if (!sql) return yaml_.fail_at(node["query"], sql.error());
      constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
      table.sql = sql->substr(sql->starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
      if (table.sql.find_first_not_of(" \t\r\n;") == std::string::npos) {
        return fail(yaml_.error_at(node["query"], table.query + " is empty"));
      }
      if (!is_utf8(as_bytes(table.sql)))
        return fail(yaml_.error_at(node["query"], table.query + " is not UTF-8"));
    }
    configuration_.run.queries.push_back({.name = std::move(table.as),
                                          .sql = std::move(table.sql),
                                          .column_choices = std::move(table.column_choices),
                                          .shard_by = std::move(table.shard_by)});
    return {};
  }

  YamlReader yaml_;
  const std::string& path_;
  const UnsetVariable unset_;
  const postgres::Environment& environment_;
  Configuration configuration_;
};

}  // namespace

Result<Configuration> read_configuration(const std::string& text, const std::string& path,
                                         UnsetVariable unset, const postgres::Environment& environment) {
  PG2ATHENA_ASSIGN(const YAML::Node root, parse_yaml(text, path));
  try {
    auto read = Reader(text, path, unset, environment).read(root);
    if (!read) return fail(std::move(read).error().hint("pg2athena schema --page describes every key"));
    return read;
  } catch (const YAML::Exception& error) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{}: {}", path, error.what()));
  }
}

Result<Configuration> load_configuration(const std::string& path, UnsetVariable unset,
                                         const postgres::Environment& environment) {
  PG2ATHENA_ASSIGN(const std::string text, read_file(path));
  return read_configuration(text, path, unset, environment);
}

}  // namespace pg2athena::config
