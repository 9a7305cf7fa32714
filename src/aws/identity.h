// Who to be to AWS, as the operator says it. Data only: also there in a build without AWS.
#pragma once

#include <chrono>
#include <string>

namespace pg2athena::aws {

// What is empty is found as AWS's own tools find it.
struct Identity {
  std::string profile;  // of ~/.aws/config; empty: the whole chain (credentials_chain.h)
  std::string region;   // empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's
  std::string ca_file;  // authorities to trust instead of the system's; empty: AWS_CA_BUNDLE, the system's

  bool operator==(const Identity&) const = default;
};

// A role to assume.
struct Role {
  std::string arn;
  std::string session_name;  // empty: "pg2athena"; AWS's audit log (CloudTrail) shows it
  std::string external_id;   // empty: none
  std::chrono::seconds duration = std::chrono::hours(1);

  bool operator==(const Role&) const = default;
};

}  // namespace pg2athena::aws
