// In the place of aws_access.cpp, in a build without AWS.
#include "cli/aws_access.h"
#include "cli/version.h"

namespace pg2athena::cli {

struct AwsAccess::Opened {};

AwsAccess::AwsAccess(aws::Identity identity, Cancellation& stop)
    : identity_(std::move(identity)), stop_(stop) {}
AwsAccess::~AwsAccess() = default;

Result<aws::Session*> AwsAccess::session() {
  return fail(Error(ErrorKind::Unsupported, "this build has no AWS")
                  .hint("take a build with AWS: -D PG2ATHENA_AWS=ON"));
}

std::vector<Component> aws_components() {
  return {};
}

}  // namespace pg2athena::cli
