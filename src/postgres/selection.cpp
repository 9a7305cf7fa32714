#include "postgres/selection.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/spelling.h"

namespace pg2athena::postgres {
namespace {

// The relation among these that `wanted` may have meant, by what `name` says of each; empty: none is near.
template <typename Name>
std::string nearest(std::span<const ListedRelation* const> among, std::string_view wanted, Name name) {
  std::vector<std::string> names;
  for (const ListedRelation* const relation : among) names.push_back(name(*relation));
  const std::string near = nearest_name(wanted, names);
  const auto found = std::ranges::find(names, near);
  return near.empty() ? std::string()
                      : among[static_cast<std::size_t>(found - names.begin())]->name.display();
}

// Whether a name without a schema means this relation: it is the first of its name along the search path.
bool is_visible(const ListedRelation& relation, std::span<const ListedRelation> listed,
                std::span<const std::string> search_path) {
  for (const std::string& schema : search_path) {
    if (schema == relation.name.schema) return true;
    if (std::ranges::any_of(listed, [&](const ListedRelation& other) {
          return other.name.schema == schema && other.name.name == relation.name.name;
        })) {
      return false;
    }
  }
  return false;
}

// What is taken, with the entry that names it; nullptr when only a pattern or a schema takes it.
using Taken = std::map<Oid, const TableSelection*>;

bool says_more_than_its_name(const TableSelection& table) {
  return !table.columns.empty() || !table.where.empty() || !table.column_choices.empty() ||
         !table.as.empty() || !table.shard_by.empty();
}

class Selector {
 public:
  Selector(std::span<const ListedRelation> listed, std::span<const std::string> search_path)
      : listed_(listed), search_path_(search_path) {}

  bool matches(const NamePattern& pattern, const ListedRelation& relation) const {
    if (!pattern.matches_name(relation.name.name)) return false;
    return pattern.has_schema() ? pattern.matches_schema(relation.name.schema)
                                : is_visible(relation, listed_, search_path_);
  }

  Result<void> take_table(const TableSelection& table, Taken& taken) const {
    PG2ATHENA_ASSIGN(const NamePattern pattern, NamePattern::parse(table.pattern, 2));
    const bool wildcard = pattern.has_wildcard();
    if (wildcard && says_more_than_its_name(table)) {
      return fail(
          Error(ErrorKind::InvalidArgument,
                fmt::format("what is said of a table besides its name needs the full name of one table, "
                            "and {} is a pattern",
                            table.pattern))
              .hint("name each table with what is said of it"));
    }
    bool found = false;
    for (const ListedRelation& relation : listed_) {
      if (wildcard && is_implicit(relation)) continue;
      if (!matches(pattern, relation)) continue;
      PG2ATHENA_TRY(take(relation, wildcard ? nullptr : &table, taken));
      found = true;
    }
    if (found) return {};
    Error error(ErrorKind::NotFound,
                fmt::format("no table, view or materialized view is named {}", table.pattern));
    const std::string suggestion = suggest(pattern);
    return fail(std::move(error).hint(
        suggestion.empty()
            ? "names are schema.name; put names with upper-case letters in double quotes inside single ones: "
              "--table 'public.\"Orders\"'"
            : fmt::format("did you mean {}?", suggestion)));
  }

  Result<void> take_schema(const std::string& text, Taken& taken) const {
    PG2ATHENA_ASSIGN(const NamePattern pattern, NamePattern::parse(text, 1));
    bool found = false;
    for (const ListedRelation& relation : listed_) {
      if (!pattern.matches_name(relation.name.schema)) continue;
      found = true;
      if (!is_implicit(relation)) taken.try_emplace(relation.oid, nullptr);
    }
    if (found) return {};
    std::set<std::string> schemas;
    for (const ListedRelation& relation : listed_) schemas.insert(display_identifier(relation.name.schema));
    return fail(Error(ErrorKind::NotFound, fmt::format("no schema named {} has a table or view", text))
                    .hint(schemas.empty()
                              ? "the database has no tables"
                              : fmt::format("schemas with tables: {}", fmt::join(schemas, ", "))));
  }

  // Partitions come with their parents, and what an extension made is its own business.
  static bool is_implicit(const ListedRelation& relation) {
    return relation.is_partition || relation.extension_member;
  }

 private:
  // Where a name without a mistake would be looked up comes first, then a schema that is mistyped, then any.
  std::string suggest(const NamePattern& pattern) const {
    std::vector<const ListedRelation*> here;
    std::vector<const ListedRelation*> anywhere;
    for (const ListedRelation& relation : listed_) {
      anywhere.push_back(&relation);
      const bool in_reach = pattern.has_schema() ? pattern.matches_schema(relation.name.schema)
                                                 : is_visible(relation, listed_, search_path_);
      if (in_reach) here.push_back(&relation);
    }
    const auto name = [](const ListedRelation& relation) { return relation.name.name; };
    const auto whole = [](const ListedRelation& relation) { return relation.name.display(); };
    std::string near = nearest(here, pattern.plain_name(), name);
    if (near.empty() && pattern.has_schema()) near = nearest(anywhere, pattern.text(), whole);
    if (near.empty()) near = nearest(anywhere, pattern.plain_name(), name);
    return near;
  }

  static Result<void> take(const ListedRelation& relation, const TableSelection* named, Taken& taken) {
    const TableSelection*& entry = taken.try_emplace(relation.oid, named).first->second;
    if (entry == nullptr) entry = named;
    const auto same = [](const TableSelection& a, const TableSelection& b) {
      return a.columns == b.columns && a.where == b.where && a.column_choices == b.column_choices &&
             a.as == b.as && a.shard_by == b.shard_by;
    };
    if (named == nullptr || same(*entry, *named)) return {};
    return fail(
        Error(ErrorKind::Unsupported,
              fmt::format("{} is selected twice, and not with the same said of it", relation.name.display()))
            .hint("select it once, with all columns and rows that are wanted, and all that is chosen for "
                  "them"));
  }

  std::span<const ListedRelation> listed_;
  std::span<const std::string> search_path_;
};

}  // namespace

Result<NamePattern> NamePattern::parse(const std::string& text, std::size_t parts) {
  const auto bad = [&](std::string_view why) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("{} is not a name: {}", text, why))
            .hint("names are schema.name; * and ? are wildcards; \"…\" keeps upper-case letters and dots"));
  };
  std::vector<Glob> globs(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const bool doubled = quoted && i + 1 < text.size() && text[i + 1] == '"';
      if (doubled) {
        globs.back().elements.push_back({'"', false});
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (quoted) {
      globs.back().elements.push_back({c, false});
    } else if (c == '.') {
      globs.emplace_back();
    } else {
      globs.back().elements.push_back({ascii_lower(c), c == '*' || c == '?'});
    }
  }
  if (quoted) return bad("a quote is not closed");
  if (globs.size() > parts) return bad("it has too many parts");
  if (std::ranges::any_of(globs, [](const Glob& glob) { return glob.elements.empty(); }))
    return bad("a part is empty");
  NamePattern pattern;
  pattern.text_ = text;
  pattern.name_ = std::move(globs.back());
  if (globs.size() == 2) pattern.schema_ = std::move(globs.front());
  return pattern;
}

bool NamePattern::has_wildcard() const {
  const auto wild = [](const Glob& glob) {
    return std::ranges::any_of(glob.elements, &Glob::Element::wildcard);
  };
  return wild(name_) || (schema_ && wild(*schema_));
}

std::string NamePattern::plain_name() const {
  std::string name;
  for (const Glob::Element& element : name_.elements) {
    if (!element.wildcard) name += element.character;
  }
  return name;
}

bool NamePattern::Glob::matches(std::string_view text) const {
  // Greedy with one point of return: the last * takes one more character whenever the rest does not fit.
  std::size_t element = 0;
  std::size_t at = 0;
  std::size_t star = elements.size();
  std::size_t star_at = 0;
  while (at < text.size()) {
    const bool here = element < elements.size();
    if (here && elements[element].wildcard && elements[element].character == '*') {
      star = element++;
      star_at = at;
    } else if (here && (elements[element].wildcard || elements[element].character == text[at])) {
      ++element;
      ++at;
    } else if (star != elements.size()) {
      element = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (element < elements.size() && elements[element].wildcard && elements[element].character == '*')
    ++element;
  return element == elements.size();
}

Result<Selected> select_relations(std::span<const ListedRelation> listed, const Selection& selection,
                                  std::span<const std::string> search_path) {
  const Selector selector(listed, search_path);
  Taken taken;
  for (const TableSelection& table : selection.tables) PG2ATHENA_TRY(selector.take_table(table, taken));
  for (const std::string& schema : selection.schemas) PG2ATHENA_TRY(selector.take_schema(schema, taken));
  if (selection.whole_database()) {
    for (const ListedRelation& relation : listed) {
      if (!Selector::is_implicit(relation)) taken.try_emplace(relation.oid, nullptr);
    }
  }
  Selected selected;
  for (const std::string& text : selection.excludes) {
    PG2ATHENA_ASSIGN(const NamePattern pattern, NamePattern::parse(text, 2));
    const auto excluded = std::ranges::count_if(listed, [&](const ListedRelation& relation) {
      return selector.matches(pattern, relation) && taken.erase(relation.oid) != 0;
    });
    if (excluded == 0) selected.warnings.push_back(fmt::format("exclude: {} excludes nothing", text));
  }
  for (const ListedRelation& relation : listed) {
    const auto entry = taken.find(relation.oid);
    if (entry == taken.end()) continue;
    const TableSelection what = entry->second == nullptr ? TableSelection() : *entry->second;
    selected.relations.push_back({.relation = relation,
                                  .columns = what.columns,
                                  .where = what.where,
                                  .column_choices = what.column_choices,
                                  .as = what.as,
                                  .shard_by = what.shard_by});
  }
  return selected;
}

}  // namespace pg2athena::postgres
