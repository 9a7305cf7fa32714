#include "config/configuration_file.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/bytes.h"
#include "base/spelling.h"
#include "base/utf8.h"
#include "config/references.h"
#include "config/settings.h"
#include "config/yaml_text.h"
#include "parquet/encoding_choice.h"
#include "postgres/selection.h"

namespace pg2athena::config {
namespace {

namespace fs = std::filesystem;

// std::ranges::contains, which GCC 12 doesn't have.
template <typename Range, typename Value, typename Projection = std::identity>
bool contains(const Range& range, const Value& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

std::string_view kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return "a mapping";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Scalar:
      return "a value";
    default:
      return "nothing";
  }
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known,
                         std::string_view what) {
  const std::string near = nearest_name(name, known);
  const std::string all = fmt::format("{}: {}", what, fmt::join(known, ", "));
  return near.empty() ? all : fmt::format("did you mean '{}'? ({})", near, all);
}

class Reader {
 public:
  Reader(const std::string& path, const postgres::Environment& environment)
      : path_(path), environment_(environment) {}

  Result<Configuration> read(const YAML::Node& root) {
    if (!root.IsDefined() || root.IsNull()) {
      return fail(Error(ErrorKind::InvalidArgument, fmt::format("{} is empty", path_))
                      .hint("pg2athena init writes a configuration from a database"));
    }
    std::vector<std::string> keys = {"tables"};
    for (const Section& section : sections()) keys.emplace_back(section.key);
    for (const Section& list : name_lists()) keys.emplace_back(list.key);
    PG2ATHENA_TRY(each_key(root, "the file", keys, [&](const std::string& key, const YAML::Node& node) {
      if (key == "tables") return read_tables(node);
      const bool list = contains(name_lists(), key, &Section::key);
      return list ? read_name_list(key, node) : read_section(key, node);
    }));
    for (const Setting& setting : settings()) {
      const bool source = setting.required && setting.section == "source";
      if (source && setting.get(configuration_).empty()) {
        return fail(error_at(root, fmt::format("{} is missing", setting.path()))
                        .hint(fmt::format("{}: {{{}: {}}}", setting.section, setting.key, setting.example)));
      }
    }
    if (auto checked = check(configuration_); !checked) {
      return fail_at(root["files"] ? root["files"] : root, checked.error());
    }
    return std::move(configuration_);
  }

 private:
  using Visitor = std::function<Result<void>(const std::string& key, const YAML::Node& value)>;

  // file:line:column, as compilers say it and editors jump to.
  std::string place_of(const YAML::Node& node) const {
    // yaml-cpp has nothing stand where the next thing does.
    const YAML::Mark mark = node.IsNull() ? last_key_ : node.Mark();
    return mark.is_null() ? path_ : fmt::format("{}:{}:{}", path_, mark.line + 1, mark.column + 1);
  }

  Error error_at(const YAML::Node& node, const std::string& message) const {
    return Error(ErrorKind::InvalidArgument, fmt::format("{}: {}", place_of(node), message));
  }

  // The error with the node's place before its message.
  std::unexpected<Error> fail_at(const YAML::Node& node, const Error& error) const {
    Error placed = error_at(node, error.message());
    return fail(error.hint().empty() ? std::move(placed) : std::move(placed).hint(error.hint()));
  }

  Result<void> each_entry(
      const YAML::Node& map, std::string_view what,
      const std::function<Result<void>(const YAML::Node& key, const YAML::Node& value)>& visit) {
    if (!map.IsMap()) {
      return fail(
          error_at(map, fmt::format("{} has to be a mapping of keys to values, not {}", what, kind_of(map))));
    }
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar())
        return fail(error_at(entry.first, fmt::format("a key of {} is no word", what)));
      const std::string& key = entry.first.Scalar();
      if (!seen.insert(key).second) {
        return fail(error_at(entry.first, fmt::format("{} has the key '{}' twice", what, key)));
      }
      last_key_ = entry.first.Mark();
      PG2ATHENA_TRY(visit(entry.first, entry.second));
    }
    return {};
  }

  Result<void> each_key(const YAML::Node& map, std::string_view what, const std::vector<std::string>& known,
                        const Visitor& visit) {
    return each_entry(map, what, [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
      if (!contains(known, key.Scalar())) {
        return fail(error_at(key, fmt::format("{} has no key '{}'", what, key.Scalar()))
                        .hint(did_you_mean(key.Scalar(), known, "its keys")));
      }
      return visit(key.Scalar(), value);
    });
  }

  Result<std::string> scalar(const YAML::Node& node, const std::string& what) const {
    if (node.IsNull()) return fail(error_at(node, fmt::format("{} has no value", what)));
    if (!node.IsScalar())
      return fail(error_at(node, fmt::format("{} takes one value, not {}", what, kind_of(node))));
    return node.Scalar();
  }

  // A value in which ${NAME} would be taken for what it looks like, and isn't.
  Result<std::string> plain_scalar(const YAML::Node& node, const std::string& what) const {
    PG2ATHENA_ASSIGN(const std::string text, scalar(node, what));
    if (text.empty()) return fail(error_at(node, fmt::format("{} is empty", what)));
    if (has_reference(text)) {
      return fail(
          error_at(node, fmt::format("{} has a reference to the environment in it", what))
              .hint("${NAME} is replaced where a secret belongs, in source.url and source.password, and "
                    "nowhere else; $${ stands for ${ itself"));
    }
    return unescaped(text);
  }

  Result<void> read_section(const std::string& name, const YAML::Node& node) {
    if (node.IsNull()) return {};  // every line of it is commented out
    std::vector<std::string> keys;
    for (const Setting& setting : settings()) {
      if (setting.section == name) keys.emplace_back(setting.key);
    }
    return each_key(node, name, keys, [&](const std::string& key, const YAML::Node& value) {
      const auto found = std::ranges::find_if(
          settings(), [&](const Setting& setting) { return setting.section == name && setting.key == key; });
      return read_setting(*found, value);
    });
  }

  Result<void> read_setting(const Setting& setting, const YAML::Node& node) {
    const std::string path = setting.path();
    PG2ATHENA_ASSIGN(std::string text, setting.reference ? scalar(node, path) : plain_scalar(node, path));
    if (setting.reference) {
      auto expanded =
          setting.key == "url" ? expand_source(text, environment_) : expand_secret(text, environment_);
      if (!expanded) return fail_at(node, expanded.error());
      text = std::move(*expanded);
    }
    if (setting.section == "target") text = resolve(text);
    if (auto applied = apply(setting, text, path, configuration_); !applied)
      return fail_at(node, applied.error());
    return {};
  }

  // A relative path begins at the configuration's folder, so that a job means the same wherever it is
  // started.
  std::string resolve(const std::string& path) const {
    if (path.contains("://")) return path;
    return (fs::path(path_).parent_path() / path).lexically_normal().string();
  }

  Result<std::vector<std::string>> strings(const YAML::Node& node, const std::string& what) const {
    if (!node.IsSequence())
      return fail(error_at(node, fmt::format("{} takes a list, not {}", what, kind_of(node))));
    if (node.size() == 0) return fail(error_at(node, fmt::format("{} is an empty list: leave it out", what)));
    std::vector<std::string> values;
    for (const YAML::Node& item : node) {
      PG2ATHENA_ASSIGN(std::string value, plain_scalar(item, "an entry of " + what));
      values.push_back(std::move(value));
    }
    return values;
  }

  Result<postgres::NamePattern> pattern(const YAML::Node& node, const std::string& text,
                                        std::size_t parts) const {
    auto parsed = postgres::NamePattern::parse(text, parts);
    if (!parsed) return fail_at(node, parsed.error());
    return parsed;
  }

  Result<void> read_name_list(const std::string& key, const YAML::Node& node) {
    PG2ATHENA_ASSIGN(std::vector<std::string> names, strings(node, key));
    const bool schemas = key == "schemas";
    for (std::size_t i = 0; i < names.size(); ++i) PG2ATHENA_TRY(pattern(node[i], names[i], schemas ? 1 : 2));
    postgres::Selection& selection = configuration_.run.selection;
    (schemas ? selection.schemas : selection.excludes) = std::move(names);
    return {};
  }

  Result<void> read_tables(const YAML::Node& node) {
    if (!node.IsSequence() || node.size() == 0) {
      return fail(error_at(node, fmt::format("tables takes a list of tables, not {}",
                                             node.IsSequence() ? "an empty one" : kind_of(node)))
                      .hint("leave `tables` out to export every table of the database"));
    }
    for (const YAML::Node& item : node) {
      PG2ATHENA_TRY(item.IsMap() ? read_table(item) : read_table_name(item));
    }
    return {};
  }

  Result<void> read_table_name(const YAML::Node& node) {
    PG2ATHENA_ASSIGN(std::string name, plain_scalar(node, "an entry of tables"));
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
    std::vector<std::string> columns;
    std::vector<postgres::ColumnChoice> column_choices;
  };

  // Which columns there are, and what is right for them, the plan finds out.
  Result<void> read_encodings(const YAML::Node& node, Table& table) {
    std::vector<std::string> names;
    for (const parquet::Encoding encoding : parquet::all_encodings()) {
      names.emplace_back(parquet::encoding_name(encoding));
    }
    if (node.IsMap() && node.size() == 0) {
      return fail(error_at(node, "encoding is an empty mapping: leave it out"));
    }
    return each_entry(node, "encoding", [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
      PG2ATHENA_ASSIGN(std::string column, plain_scalar(key, "a column's name"));
      PG2ATHENA_ASSIGN(std::string encoding, plain_scalar(value, "encoding." + column));
      if (!contains(names, encoding)) {
        return fail(error_at(value, fmt::format("there is no encoding '{}'", encoding))
                        .hint(did_you_mean(encoding, names, "the encodings")));
      }
      table.column_choices.push_back(
          {.column = std::move(column), .encoding = std::move(encoding), .place = place_of(key)});
      return {};
    });
  }

  Result<void> read_bloom_filters(const YAML::Node& node, Table& table) {
    PG2ATHENA_ASSIGN(const std::vector<std::string> columns, strings(node, "bloom_filters"));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (contains(std::span(columns).first(i), columns[i])) {
        return fail(error_at(node[i], fmt::format("bloom_filters has the column {} twice", columns[i])));
      }
      table.column_choices.push_back(
          {.column = columns[i], .encoding = {}, .bloom_filter = true, .place = place_of(node[i])});
    }
    return {};
  }

  Result<void> read_table(const YAML::Node& node) {
    std::vector<std::string> keys;
    for (const TableKey& key : table_keys()) keys.emplace_back(key.key);
    Table table;
    const std::map<std::string, std::string*> texts = {{"name", &table.name},
                                                       {"where", &table.where},
                                                       {"query", &table.query},
                                                       {"sql", &table.sql},
                                                       {"as", &table.as}};
    PG2ATHENA_TRY(
        each_key(node, "a table", keys, [&](const std::string& key, const YAML::Node& v) -> Result<void> {
          if (key == "columns") {
            PG2ATHENA_ASSIGN(table.columns, strings(v, "columns"));
            return {};
          }
          if (key == "encoding") return read_encodings(v, table);
          if (key == "bloom_filters") return read_bloom_filters(v, table);
          PG2ATHENA_ASSIGN(*texts.at(key), plain_scalar(v, key));
          return {};
        }));
    return table.name.empty() ? add_query(node, table) : add_table(node, table);
  }

  Result<void> add_table(const YAML::Node& node, Table& table) {
    if (!table.query.empty() || !table.sql.empty() || !table.as.empty()) {
      return fail(error_at(node, "a table has a `name`, or a `query` or `sql` with `as`, and not both"));
    }
    PG2ATHENA_ASSIGN(const postgres::NamePattern name, pattern(node["name"], table.name, 2));
    const bool only_named = table.columns.empty() && table.where.empty() && table.column_choices.empty();
    if (name.has_wildcard() && !only_named) {
      return fail(error_at(node["name"], "more about a table belongs to one: its name can't have wildcards")
                      .hint(fmt::format("write its full name, schema.name, instead of {}", table.name)));
    }
    configuration_.run.selection.tables.push_back({.pattern = std::move(table.name),
                                                   .columns = std::move(table.columns),
                                                   .where = std::move(table.where),
                                                   .column_choices = std::move(table.column_choices)});
    return {};
  }

  Result<void> add_query(const YAML::Node& node, Table& table) {
    if (table.query.empty() == table.sql.empty()) {
      return fail(error_at(node, "a table needs one of `name`, `query` and `sql`"));
    }
    if (!table.columns.empty() || !table.where.empty()) {
      return fail(error_at(node, "`columns` and `where` belong to a `name`: a query has its own"));
    }
    if (table.as.empty()) {
      return fail(error_at(node, "a query needs `as`: what its result is called in the lake"));
    }
    if (!table.query.empty()) {
      constexpr std::size_t kLongestName = 4096;  // PATH_MAX
      if (table.query.contains('\n') || table.query.size() > kLongestName) {
        return fail(
            error_at(node["query"], "query takes the name of a file: a SELECT itself stands in `sql`"));
      }
      auto sql = read_file(resolve(table.query));
      if (!sql) return fail_at(node["query"], sql.error());
      constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
      table.sql = sql->substr(sql->starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
      if (table.sql.find_first_not_of(" \t\r\n;") == std::string::npos) {
        return fail(error_at(node["query"], table.query + " is empty"));
      }
      if (!is_utf8(as_bytes(table.sql))) return fail(error_at(node["query"], table.query + " is not UTF-8"));
    }
    configuration_.run.queries.push_back({.name = std::move(table.as),
                                          .sql = std::move(table.sql),
                                          .column_choices = std::move(table.column_choices)});
    return {};
  }

  const std::string& path_;
  const postgres::Environment& environment_;
  YAML::Mark last_key_ = YAML::Mark::null_mark();
  Configuration configuration_;
};

}  // namespace

Result<Configuration> read_configuration(const std::string& text, const std::string& path,
                                         const postgres::Environment& environment) {
  PG2ATHENA_ASSIGN(const YAML::Node root, parse_yaml(text, path));
  try {
    auto read = Reader(path, environment).read(root);
    if (!read) return fail(std::move(read).error().hint("pg2athena schema --page describes every key"));
    return read;
  } catch (const YAML::Exception& error) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{}: {}", path, error.what()));
  }
}

Result<Configuration> load_configuration(const std::string& path, const postgres::Environment& environment) {
  PG2ATHENA_ASSIGN(const std::string text, read_file(path));
  return read_configuration(text, path, environment);
}

}  // namespace pg2athena::config
