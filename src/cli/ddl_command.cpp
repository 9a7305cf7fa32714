#include "cli/ddl_command.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "catalog/athena_ddl.h"
#include "catalog/glue_names.h"
#include "catalog/table_record.h"
#include "cli/published_tables.h"

namespace pg2athena::cli {
namespace {

using catalog::TableRecord;

Result<std::vector<TableRecord>> chosen(const DdlRequest& request, std::vector<TableRecord> records) {
  std::vector<std::string> names;
  for (const TableRecord& record : records) names.push_back(record.table);
  PG2ATHENA_ASSIGN(const std::vector<std::string> taken, choose_tables(request.tables, std::move(names)));
  std::erase_if(records, [&](const TableRecord& record) {
    return std::ranges::find(taken, record.table) == taken.end();
  });
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
  return check_table_patterns(request.tables);
}

Result<std::string> ddl_text(const DdlRequest& request, storage::ObjectStore& lake) {
  PG2ATHENA_ASSIGN(const auto location, storage::S3Location::parse(request.location));
  PG2ATHENA_ASSIGN(auto published, catalog::read_table_records(lake));
  if (published.empty()) return nothing_published();
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
