// In the place of lakes in S3, for a build without AWS.
#include "cli/doctor.h"
#include "cli/lake.h"

namespace pg2athena::cli {

Result<std::unique_ptr<Lake>> open_s3_lake(const config::Configuration& /*configuration*/, AwsAccess& /*aws*/,
                                           const observe::Log& /*log*/) {
  return fail(Error(ErrorKind::Unsupported, "this program was built without AWS, and can't reach S3")
                  .hint("name a local folder, or build with -D PG2ATHENA_AWS=ON"));
}

void check_s3(const DoctorParts& /*parts*/, const pipeline::Plan* /*plan*/, Checkup& checkup) {
  checkup.fail("S3", "this program was built without AWS, and can't reach S3",
               "name a local folder, or build with -D PG2ATHENA_AWS=ON");
}

}  // namespace pg2athena::cli
