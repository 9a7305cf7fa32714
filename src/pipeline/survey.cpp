#include "pipeline/survey.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "postgres/keeper.h"
#include "postgres/privileges.h"

namespace pg2athena::pipeline {
namespace {

class Surveyor {
 public:
  Surveyor(postgres::ServerInfo server, const RunOptions& options)
      : server_(std::move(server)), options_(options) {
    server_.room.reset();  // nothing is read
  }

  SurveyedTable look_at(const postgres::Relation& relation) {
    SurveyedTable table{
        .name = relation.name.display(), .kind = std::string(to_string(relation.kind)), .refusal = {}};
    auto plan = plan_alone(relation);
    if (!plan) {
      table.refusal = std::move(plan).error();
      return table;
    }
    const PlannedTable& planned = plan->tables.front();
    table.estimated_rows = planned.estimated_rows;
    table.bytes = planned.bytes;
    const auto [other, is_new] = names_.emplace(planned.name, table.name);
    if (!is_new) {
      table.refusal = Error(ErrorKind::NameCollision,
                            fmt::format("{} has the same name in the lake: {}", other->second, planned.name));
    }
    return table;
  }

 private:
  Result<Plan> plan_alone(const postgres::Relation& relation) const {
    if (!relation.populated) {
      return fail(ErrorKind::Unsupported, "it has not been populated: REFRESH MATERIALIZED VIEW fills it");
    }
    PG2ATHENA_TRY(postgres::check_readable({relation}, server_));
    return make_plan({.server = server_, .relations = {relation}, .queries = {}, .warnings = {}}, options_);
  }

  postgres::ServerInfo server_;
  const RunOptions& options_;
  std::map<std::string, std::string> names_;  // in the lake → in PostgreSQL
};

}  // namespace

Result<std::vector<SurveyedTable>> survey(postgres::LoginProvider& logins, const RunOptions& options,
                                          Cancellation& stop) {
  PG2ATHENA_ASSIGN(postgres::Keeper keeper, postgres::Keeper::open(logins, stop, session_settings(options)));
  PG2ATHENA_ASSIGN(const postgres::Source found, keeper.survey());
  Surveyor surveyor(found.server, options);
  std::vector<SurveyedTable> tables;
  for (const postgres::Relation& relation : found.relations) tables.push_back(surveyor.look_at(relation));
  return tables;
}

}  // namespace pg2athena::pipeline
