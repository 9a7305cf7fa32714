// AWS Secrets Manager: one secret's value.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aws/json_service.h"
#include "base/error.h"

namespace pg2athena::aws {

struct SecretId {
  std::string id;             // a name or an ARN
  std::string version_stage;  // empty: AWSCURRENT
};

// Never to be printed.
struct SecretValue {
  std::string text;        // as it is stored
  std::string version_id;  // another one after a rotation
  // The members, where the text is a JSON object, as RDS writes it (username, password, host, port, dbname,
  // …): texts as they are, numbers and booleans as JSON writes them; others are left out.
  std::optional<std::map<std::string, std::string>> members;

  // The member of that name, or the whole text for an empty name. NotFound names the members that are there.
  Result<std::string> member(const std::string& name) const;
};

class SecretsManager {
 public:
  // `parts` and `credentials` have to outlive it. `endpoint` empty: by environment and region (endpoint.h).
  static Result<SecretsManager> create(ServiceParts parts, CredentialsProvider& credentials,
                                       const std::string& region, const std::string& endpoint,
                                       Cancellation* cancellation = nullptr);

  // Unsupported for a secret of bytes.
  Result<SecretValue> get_secret_value(const SecretId& secret) const;

 private:
  explicit SecretsManager(JsonService service) : service_(std::move(service)) {}

  JsonService service_;
};

// What GetSecretValue's answer says.
Result<SecretValue> read_secret_value(const nlohmann::json& answer);

// The region in "arn:aws:secretsmanager:<region>:<account>:secret:<name>"; empty for what isn't such an ARN.
std::string region_of_arn(std::string_view arn);

}  // namespace pg2athena::aws
