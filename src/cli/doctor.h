// `pg2athena doctor`: whether a run would work, tried out piece by piece.
#pragma once

#include <optional>

#include "base/cancellation.h"
#include "base/clock.h"
#include "cli/aws_access.h"
#include "cli/checkup.h"
#include "config/configuration.h"
#include "observe/log.h"
#include "pipeline/plan.h"

namespace pg2athena::cli {

struct DoctorParts {
  const config::Configuration& configuration;
  AwsAccess& aws;
  const observe::Log& log;
  const Clock& clock;
  Cancellation& stop;
};

// PostgreSQL: the login, the server, TLS, and what the plan says. Reads only. The plan, where one can be
// made.
std::optional<pipeline::Plan> check_source(const DoctorParts& parts, Checkup& checkup);

// The target. Writes a small object under _pg2athena/doctor/, and removes it. `plan` is the source's, or
// null.
void check_target(const DoctorParts& parts, const pipeline::Plan* plan, Checkup& checkup);
void check_folder(const DoctorParts& parts, Checkup& checkup);
// In doctor_s3.cpp; without AWS in no_s3.cpp, where it says so.
void check_s3(const DoctorParts& parts, const pipeline::Plan* plan, Checkup& checkup);

}  // namespace pg2athena::cli
