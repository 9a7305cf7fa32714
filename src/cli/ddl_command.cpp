#include "cli/ddl_command.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "base/spelling.h"
#include "catalog/athena_ddl.h"
#include "catalog/glue_names.h"
#include "catalog/table_record.h"
#include "postgres/selection.h"

namespace pg2athena::cli {
namespace {

using catalog::TableRecord;
using postgres::NamePattern;

// A lake's name has at most one dot, behind the schema (src/types/lake_name.h).
bool matches(const NamePattern& pattern, std::string_view table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return !pattern.has_schema() && pattern.matches_name(table);
  return pattern.matches_schema(table.substr(0, dot)) && pattern.matches_name(table.substr(dot + 1));
}

std::unexpected<Error> not_found(const std::string& pattern, const std::vector<TableRecord>& records) {
  std::vector<std::string> names;
  for (const TableRecord& record : records) names.push_back(record.table);
  // A name without its schema is as near as the table's own.
  for (const TableRecord& record : records) names.push_back(catalog::glue_table_name(record.table));
  const std::string near = nearest_name(pattern, names);
  return fail(Error(ErrorKind::NotFound, fmt::format("the lake has no published table {}", pattern))
                  .hint(near.empty()
                            ? "names are those of the lake's folders: schema.name, in lower-case letters"
                            : fmt::format("did you mean --table '{}'?", near)));
}

Result<std::vector<TableRecord>> chosen(const DdlRequest& request, std::vector<TableRecord> records) {
  if (request.tables.empty()) return records;
  std::set<std::string> taken;
  for (const std::string& text : request.tables) {
    PG2ATHENA_ASSIGN(const NamePattern pattern, NamePattern::parse(text, 2));
    bool found = false;
    for (const TableRecord& record : records) {
      if (!matches(pattern, record.table)) continue;
      taken.insert(record.table);
      found = true;
    }
    if (!found) return not_found(text, records);
  }
  std::erase_if(records, [&](const TableRecord& record) { return !taken.contains(record.table); });
  return records;
}

Result<void> check_names(const std::vector<TableRecord>& records) {
  std::map<std::string, std::string> taken;  // in Athena → in the lake
  for (const TableRecord& record : records) {
    const std::string name = catalog::glue_table_name(record.table);
    const auto [other, is_new] = taken.emplace(name, record.table);
    if (is_new) continue;
    return fail(Error(ErrorKind::NameCollision, fmt::format("{} and {} would both be the table {} in Athena",
                                                            other->second, record.table, name))
                    .hint("give each schema a database of its own: --table 'public.*' --database shop"));
  }
  return {};
}

}  // namespace

Result<void> check_ddl_request(const DdlRequest& request) {
  PG2ATHENA_TRY(storage::S3Location::parse(request.location));
  if (!request.database.empty()) PG2ATHENA_TRY(catalog::check_glue_database(request.database));
  for (const std::string& table : request.tables) PG2ATHENA_TRY(NamePattern::parse(table, 2));
  return {};
}

Result<std::string> ddl_text(const DdlRequest& request, storage::ObjectStore& lake) {
  PG2ATHENA_ASSIGN(const auto location, storage::S3Location::parse(request.location));
  PG2ATHENA_ASSIGN(auto published, catalog::read_table_records(lake));
  if (published.empty()) {
    return fail(Error(ErrorKind::NotFound, "no table is published in this lake")
                    .hint("name the folder that pg2athena run has published to"));
  }
  PG2ATHENA_ASSIGN(const auto records, chosen(request, std::move(published)));
  PG2ATHENA_TRY(check_names(records));
  std::string text;
  for (const TableRecord& record : records) {
    if (!text.empty()) text += "\n";
    text += catalog::create_table_sql(record, location, request.database);
  }
  return text;
}

}  // namespace pg2athena::cli
