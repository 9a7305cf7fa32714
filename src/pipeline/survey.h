// What a database has to export, for somebody who hasn't chosen yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "pipeline/plan.h"
#include "postgres/login.h"

namespace pg2athena::pipeline {

struct SurveyedTable {
  std::string name;  // in PostgreSQL, as a selection takes it
  std::string kind;  // "table", "view", …
  std::uint64_t estimated_rows = 0;
  std::uint64_t bytes = 0;
  std::optional<Error> refusal;  // why a plan would refuse it
};

// Connects and looks; nothing is locked. In the order of the names.
Result<std::vector<SurveyedTable>> survey(postgres::LoginProvider& logins, const RunOptions& options,
                                          Cancellation& stop);

}  // namespace pg2athena::pipeline
