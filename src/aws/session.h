// All that speaking to AWS takes, put together once for a program: the network, signatures, who we are.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials.h"
#include "aws/identity.h"
#include "aws/service_client.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {

// One at a time in a process. Opening it asks nobody: credentials are looked for when they are needed. What
// it hands out has to be gone before it.
class Session {
 public:
  // `stop` ends what waits for credentials; it has to outlive the session.
  static Result<std::unique_ptr<Session>> open(const Identity& identity, Cancellation& stop);
  ~Session();

  const ServiceParts& parts() const;
  // The identity's own, kept and refreshed in time.
  CredentialsProvider& credentials();
  // Those of a role that the identity may assume, kept and refreshed likewise.
  std::unique_ptr<CredentialsProvider> assume(const Role& role);
  // Empty if nobody says.
  const std::string& region() const;

 private:
  struct Parts;
  explicit Session(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pg2athena::aws
