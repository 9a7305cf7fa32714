// The checks of the catalog that a lake in S3 is told to. Only in a build with AWS.
#pragma once

#include "catalog/glue_client.h"
#include "cli/checkup.h"
#include "cli/doctor.h"
#include "pipeline/plan.h"

namespace pg2athena::cli {

// The database, the rights to change what it has, and whether it could show the plan's tables, where there is
// a plan. Changes nothing.
void check_glue(const DoctorParts& parts, const pipeline::Plan* plan,
                const Result<catalog::GlueClient>& client, Checkup& checkup);

}  // namespace pg2athena::cli
