// The services that speak JSON over POST (AWS JSON 1.1): Secrets Manager, Glue, CloudWatch Logs, …
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "aws/credentials.h"
#include "aws/service_client.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {

struct JsonServiceOptions {
  std::string endpoint;  // endpoint.h: https://secretsmanager.eu-central-1.amazonaws.com
  std::string region;
  std::string signing_name;   // "secretsmanager"
  std::string target_prefix;  // of X-Amz-Target: "secretsmanager"; with Glue "AWSGlue"
  HttpTimeouts timeouts = {.total = std::chrono::seconds(30)};
  Cancellation* cancellation = nullptr;  // not owned
};

class JsonService {
 public:
  // `parts` and `credentials` have to outlive it.
  JsonService(ServiceParts parts, CredentialsProvider& credentials, JsonServiceOptions options);

  // The answer's document. Errors and tries are those of call_service(); CorruptInput for a 2xx without an
  // object. Thread-safe.
  Result<nlohmann::json> call(const std::string& operation, const nlohmann::json& input) const;

 private:
  const ServiceParts parts_;
  CredentialsProvider& credentials_;
  const JsonServiceOptions options_;
};

}  // namespace pg2athena::aws
