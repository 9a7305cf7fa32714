// Which relations a run takes, from what the operator named.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// A name as psql's \d takes it: schema.name or name; unquoted letters fold to lower case, "quoted" text stays
// as it is (with "" for a quote), * and ? outside quotes stand for any characters and any one character.
class NamePattern {
 public:
  // At most `parts` names, separated by dots.
  static Result<NamePattern> parse(const std::string& text, std::size_t parts);

  bool has_schema() const { return schema_.has_value(); }
  bool has_wildcard() const;
  bool matches_schema(std::string_view schema) const { return !schema_ || schema_->matches(schema); }
  bool matches_name(std::string_view name) const { return name_.matches(name); }
  const std::string& text() const { return text_; }
  // The name part's literal characters, for suggestions.
  std::string plain_name() const;

 private:
  // Characters, each literal or a wildcard.
  struct Glob {
    struct Element {
      char character;
      bool wildcard;
    };
    std::vector<Element> elements;
    bool matches(std::string_view text) const;
  };

  std::string text_;
  std::optional<Glob> schema_;
  Glob name_;
};

// A table that the operator names, and what of it.
struct TableSelection {
  std::string pattern;
  std::vector<std::string> columns;  // their names in PostgreSQL; empty: all
  std::string where;                 // an SQL condition; empty: all rows
  std::vector<ColumnChoice> column_choices = {};
  std::string as = {};        // what it is called in the lake; empty: schema.name
  std::string shard_by = {};  // the column by whose values it is split; empty: the plan decides
  bool operator==(const TableSelection&) const = default;
};

struct Selection {
  std::vector<TableSelection> tables;
  std::vector<std::string> schemas;
  std::vector<std::string> excludes;

  bool whole_database() const { return tables.empty() && schemas.empty(); }
};

// A relation that a run takes, and what of it: as in TableSelection.
struct SelectedRelation {
  ListedRelation relation;
  std::vector<std::string> columns;
  std::string where;
  std::vector<ColumnChoice> column_choices;
  std::string as;
  std::string shard_by;
};

struct Selected {
  std::vector<SelectedRelation> relations;  // sorted by name
  std::vector<std::string> warnings;        // an --exclude that excludes nothing
};

// The relations that the selection takes from `listed`; `search_path` finds names without a schema.
// Partitions and members of extensions are taken only when they are named without a wildcard. A pattern that
// finds nothing is an error that names what is near. What is said of a table besides is for one table: with
// a wildcard it is InvalidArgument. What names a table wins over patterns and schemas that take it as
// well; two that name it must want the same of it (Unsupported).
Result<Selected> select_relations(std::span<const ListedRelation> listed, const Selection& selection,
                                  std::span<const std::string> search_path);

}  // namespace pg2athena::postgres
