// The program's session with AWS, opened when something first needs one.
#pragma once

#include <memory>
#include <utility>

#include "aws/identity.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {
class Session;
}

namespace pg2athena::cli {

// Not thread-safe. What the session hands out has to be gone before this is.
class AwsAccess {
 public:
  // `stop` has to outlive it.
  AwsAccess(aws::Identity identity, Cancellation& stop);
  ~AwsAccess();
  AwsAccess(const AwsAccess&) = delete;
  AwsAccess& operator=(const AwsAccess&) = delete;

  // Never null. Unsupported in a build without AWS.
  Result<aws::Session*> session();

 private:
  struct Opened;

  const aws::Identity identity_;
  Cancellation& stop_;
  std::unique_ptr<Opened> opened_;
};

}  // namespace pg2athena::cli
