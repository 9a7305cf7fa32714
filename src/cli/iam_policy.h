// `pg2athena iam-policy`: the least rights in AWS that a configuration needs, as policies of IAM. Asks
// nobody.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/configuration.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::cli {

// Which of the policies to print.
enum class PolicyFor : std::uint8_t { All, Identity, Role, Trust };

struct IamPolicyRequest {
  PolicyFor which = PolicyFor::All;
};

struct IamPolicyText {
  // One policy; or, where the lake is written in a role and nothing was chosen, an object that has all of
  // them: "identity", "role", "role_trust".
  std::string json;
  std::vector<std::string> notes;  // what nobody can know from the configuration alone
};

// InvalidArgument when the configuration needs nothing of AWS, or has no such policy.
Result<IamPolicyText> iam_policy(const IamPolicyRequest& request, const config::Configuration& configuration,
                                 const postgres::Environment& environment = postgres::process_environment);

}  // namespace pg2athena::cli
