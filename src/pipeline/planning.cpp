#include "pipeline/planning.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/retry.h"
#include "base/run_id.h"
#include "pipeline/blocking_patience.h"
#include "pipeline/lake_tables.h"
#include "pipeline/planning_watch.h"
#include "postgres/keeper.h"

namespace pg2athena::pipeline {
namespace {

// What is selected, under locks that are given back: as long as they are held, somebody looks who waits for
// them.
Result<postgres::Source> look_at_source(postgres::LoginProvider& logins, const RunOptions& options,
                                        const PlanContext& context, Cancellation& planning) {
  postgres::SessionSettings settings = session_settings(options);
  settings.application_name = fmt::format("pg2athena plan {}", make_run_id(context.clock.now()));
  PG2ATHENA_ASSIGN(postgres::Keeper keeper, postgres::Keeper::open(logins, planning, settings));
  settings.server_started = keeper.server().started;
  SystemRetryTimes times;
  BlockingPatience patience(options.abort_after_blocking, context.clock, context.log);
  PlanningWatch watch({.logins = logins,
                       .settings = settings,
                       .log = context.log,
                       .times = times,
                       .planning = planning,
                       .patience = patience});
  auto found = keeper.lock_source(options.selection, options.queries);
  PG2ATHENA_TRY(watch.finish());
  if (!found) return fail(watch.explained(std::move(found).error()));
  return found;
}

}  // namespace

Result<Plan> plan(postgres::LoginProvider& logins, const RunOptions& options, const PlanContext& context) {
  Cancellation planning;
  const Cancellation::Registration pass_on(context.stop,
                                           [&planning] { planning.request(Cancellation::Reason::Operator); });
  PG2ATHENA_ASSIGN(const auto found, look_at_source(logins, options, context, planning));
  PG2ATHENA_ASSIGN(Plan plan, make_plan(found, options));
  if (context.publisher != nullptr) {
    PG2ATHENA_ASSIGN(auto of_catalog, check_catalog(plan, *context.publisher, context.clock, planning));
    std::ranges::move(of_catalog, std::back_inserter(plan.warnings));
  }
  return plan;
}

}  // namespace pg2athena::pipeline
