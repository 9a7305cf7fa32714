#include "cli/ddl_command.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/run_id.h"
#include "catalog/athena_alter.h"
#include "catalog/athena_ddl.h"
#include "catalog/decision.h"
#include "catalog/glue_names.h"
#include "catalog/table_record.h"
#include "cli/published_tables.h"

namespace pg2athena::cli {
namespace {

using catalog::TableRecord;

// The records of runs that were decided, each read once: tables of one run have one.
class EarlierRuns {
 public:
  explicit EarlierRuns(storage::ObjectStore& lake) : lake_(lake) {}

  Result<TableRecord> record(const std::string& run_id, const std::string& table) {
    auto run = runs_.find(run_id);
    if (run == runs_.end()) {
      PG2ATHENA_ASSIGN(auto decision, catalog::read_decision(lake_, run_id));
      run = runs_.emplace(run_id, std::move(decision)).first;
    }
    if (!run->second) return missing(table, fmt::format("the lake has no record of run {}", run_id));
    if (run->second->verdict != catalog::Decision::Verdict::Publish) {
      return missing(table, fmt::format("run {} was never published", run_id));
    }
    if (const TableRecord* const record = catalog::decided_record(*run->second, table)) return *record;
    return missing(table, fmt::format("run {} had no table {}", run_id, table));
  }

 private:
  static std::unexpected<Error> missing(const std::string& table, std::string message) {
    return fail(Error(ErrorKind::NotFound, std::move(message))
                    .with("table", table)
                    .hint("--from names the run that Athena's table shows (SHOW TBLPROPERTIES says it: "
                          "pg2athena.run_id); or remove the table there (DROP TABLE, which leaves its files) "
                          "and make it again, by what `pg2athena ddl` prints without --alter"));
  }

  storage::ObjectStore& lake_;
  std::map<std::string, std::optional<catalog::Decision>> runs_;
};

Result<std::string> table_text(const DdlRequest& request, const TableRecord& record,
                               const catalog::DdlOptions& options, EarlierRuns& runs) {
  const std::string& from = request.from.empty() ? record.previous_run_id : request.from;
  if (!request.alter || from.empty()) return catalog::create_table_sql(record, options);
  if (from == record.run_id) return catalog::alter_table_sql(record, record, options);
  PG2ATHENA_ASSIGN(const TableRecord earlier, runs.record(from, record.table));
  return catalog::alter_table_sql(earlier, record, options);
}

Result<void> check_alter(const DdlRequest& request) {
  if (!request.alter && (!request.from.empty() || request.dropped_columns)) {
    return fail(Error(ErrorKind::InvalidArgument,
                      fmt::format("{} is for --alter", request.from.empty() ? "--dropped-columns" : "--from"))
                    .hint("`pg2athena ddl --alter` takes tables that Athena knows to another run"));
  }
  if (request.from.empty() || is_run_id(request.from)) return {};
  return fail(
      Error(ErrorKind::InvalidArgument, fmt::format("--from takes a run's id, not '{}'", request.from))
          .hint("as in 20260131T030000.125Z-9f86d081884c7d65; SHOW TBLPROPERTIES in Athena says which "
                "run a table shows: pg2athena.run_id"));
}

}  // namespace

Result<void> check_ddl_request(const DdlRequest& request) {
  if (!request.location.empty()) PG2ATHENA_TRY(storage::S3Location::parse(request.location));
  if (!request.database.empty()) PG2ATHENA_TRY(catalog::check_glue_database(request.database));
  PG2ATHENA_TRY(check_table_patterns(request.tables));
  return check_alter(request);
}

Result<std::string> ddl_text(const DdlRequest& request, storage::ObjectStore& lake) {
  if (request.location.empty()) {
    return fail(Error(ErrorKind::InvalidArgument, "--location is missing")
                    .hint("say where the lake's folder was copied to: --location s3://bucket/prefix"));
  }
  PG2ATHENA_ASSIGN(const auto location, storage::S3Location::parse(request.location));
  PG2ATHENA_ASSIGN(auto published, catalog::published_tables(lake));
  if (published.empty()) return nothing_published();
  PG2ATHENA_ASSIGN(const auto tables, choose_tables(request.tables, std::move(published)));
  PG2ATHENA_ASSIGN(const auto records, catalog::read_table_records(lake, tables));
  PG2ATHENA_TRY(catalog::check_glue_table_names(records, request.database));
  const catalog::DdlOptions options{
      .lake = location,
      .database = request.database,
      .partitions = request.partitions,
      .dropped_columns = request.dropped_columns.value_or(catalog::DroppedColumns::Keep)};
  EarlierRuns runs(lake);
  std::string text;
  for (const TableRecord& record : records) {
    if (!text.empty()) text += "\n";
    PG2ATHENA_ASSIGN(const std::string sql, table_text(request, record, options, runs));
    text += sql;
  }
  return text;
}

}  // namespace pg2athena::cli
