// A plan without a run.
#pragma once

#include "base/cancellation.h"
#include "base/clock.h"
#include "base/error.h"
#include "catalog/publisher.h"
#include "observe/log.h"
#include "pipeline/plan.h"
#include "postgres/login.h"

namespace pg2athena::pipeline {

struct PlanContext {
  const Clock& clock;
  const observe::Log& log;
  Cancellation& stop;
  catalog::Publisher* publisher = nullptr;  // is asked whether it could show the tables; null: nobody is
};

// Connects and plans, under the same locks, and gives them back. GaveWay as a run.
Result<Plan> plan(postgres::LoginProvider& logins, const RunOptions& options, const PlanContext& context);

}  // namespace pg2athena::pipeline
