#include "aws/secrets_manager.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "aws/endpoint.h"
#include "aws/service_error.h"

namespace pg2athena::aws {
namespace {

std::optional<std::map<std::string, std::string>> members_of(const std::string& text) {
  const auto document = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return std::nullopt;
  std::map<std::string, std::string> members;
  for (const auto& [name, value] : document.items()) {
    if (value.is_string()) members.emplace(name, value.get<std::string>());
    if (value.is_number() || value.is_boolean()) members.emplace(name, value.dump());
  }
  return members;
}

// What to do, where the service's words say more than their code; empty for what every service can say.
std::string hint_for(const Error& error, const std::string& secret) {
  const std::string_view code = error.context("code");
  const auto says = [&](std::string_view words) { return error.message().contains(words); };
  // "Access to KMS is not allowed"; DecryptionFailure is a key that is disabled or gone.
  if (code == "DecryptionFailure" || (error.kind() == ErrorKind::PermissionDenied && says("KMS"))) {
    return "the credentials' user or role needs the IAM action kms:Decrypt for the secret's key, and the key "
           "has to be enabled";
  }
  // "… because it was marked for deletion": there is no code for it.
  if (code == "InvalidRequestException" && says("delet")) {
    return fmt::format("aws secretsmanager restore-secret --secret-id '{}' takes its deletion back", secret);
  }
  if (error.kind() == ErrorKind::NotFound && says("staging label")) {
    return fmt::format(
        "aws secretsmanager list-secret-version-ids --secret-id '{}' shows its versions and their stages",
        secret);
  }
  return {};
}

// The error with another hint, if there is a better one.
Error explained(const Error& error, const std::string& secret) {
  std::string hint = hint_for(error, secret);
  return hint.empty() ? error : with_other_hint(error, std::move(hint));
}

}  // namespace

Result<std::string> SecretValue::member(const std::string& name) const {
  if (name.empty()) return text;
  if (!members) {
    return fail(Error(ErrorKind::NotFound, fmt::format("the secret has no member {}: it is plain text", name))
                    .hint("ask for the whole secret, or store it as a JSON object"));
  }
  if (const auto found = members->find(name); found != members->end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& member : *members) names.push_back(member.first);
  return fail(Error(ErrorKind::NotFound, fmt::format("the secret has no member {}", name))
                  .hint(fmt::format("its members are {}", fmt::join(names, ", "))));
}

Result<SecretsManager> SecretsManager::create(ServiceParts parts, CredentialsProvider& credentials,
                                              const std::string& region, const std::string& endpoint,
                                              Cancellation* cancellation) {
  PG2ATHENA_ASSIGN(std::string url, service_endpoint(endpoint, "SECRETS_MANAGER", "secretsmanager", region));
  return SecretsManager(JsonService(parts, credentials,
                                    {.endpoint = std::move(url),
                                     .region = region,
                                     .signing_name = "secretsmanager",
                                     .target_prefix = "secretsmanager",
                                     .cancellation = cancellation}));
}

Result<SecretValue> SecretsManager::get_secret_value(const SecretId& secret) const {
  nlohmann::json input = {{"SecretId", secret.id}};
  if (!secret.version_stage.empty()) input["VersionStage"] = secret.version_stage;
  auto answer = service_.call("GetSecretValue", input);
  if (!answer) return fail(explained(answer.error(), secret.id).with("secret", secret.id));
  auto value = read_secret_value(*answer);
  if (!value) return fail(std::move(value).error().with("secret", secret.id));
  return value;
}

Result<SecretValue> read_secret_value(const nlohmann::json& answer) {
  const auto text = answer.find("SecretString");
  if (text == answer.end() || !text->is_string()) {
    if (answer.contains("SecretBinary")) {
      return fail(Error(ErrorKind::Unsupported, "the secret is stored as bytes, not as text")
                      .hint("store it as text or as a JSON object"));
    }
    return fail(ErrorKind::CorruptInput, "the answer of Secrets Manager has no SecretString");
  }
  SecretValue value{.text = text->get<std::string>()};
  if (const auto version = answer.find("VersionId"); version != answer.end() && version->is_string()) {
    value.version_id = version->get<std::string>();
  }
  value.members = members_of(value.text);
  return value;
}

std::string region_of_arn(std::string_view arn) {
  // arn:<partition>:secretsmanager:<region>:…
  constexpr std::string_view kService = ":secretsmanager:";
  if (!arn.starts_with("arn:")) return {};
  const auto service = arn.find(kService);
  if (service == std::string_view::npos) return {};
  const std::string_view rest = arn.substr(service + kService.size());
  return std::string(rest.substr(0, rest.find(':')));
}

}  // namespace pg2athena::aws
