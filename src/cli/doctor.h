// `pg2athena doctor`: whether a run would work, tried out piece by piece.
#pragma once

#include "base/cancellation.h"
#include "base/clock.h"
#include "cli/aws_access.h"
#include "cli/checkup.h"
#include "config/configuration.h"
#include "observe/log.h"

namespace pg2athena::cli {

struct DoctorParts {
  const config::Configuration& configuration;
  AwsAccess& aws;
  const observe::Log& log;
  const Clock& clock;
  Cancellation& stop;
};

// PostgreSQL: the login, the server, TLS, and what the plan says. Reads only.
void check_source(const DoctorParts& parts, Checkup& checkup);

// The target. Writes a small object under _pg2athena/doctor/, and removes it.
void check_target(const DoctorParts& parts, Checkup& checkup);
void check_folder(const DoctorParts& parts, Checkup& checkup);
// In doctor_s3.cpp; without AWS in no_s3.cpp, where it says so.
void check_s3(const DoctorParts& parts, Checkup& checkup);

}  // namespace pg2athena::cli
