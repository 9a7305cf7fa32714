#include "aws/sts.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "aws/small_file.h"
#include "aws/uri_encoding.h"
#include "aws/xml.h"
#include "base/bytes.h"

namespace pg2athena::aws {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters parameters_of(const Role& role, const std::string& action) {
  Parameters parameters = {{"Action", action},
                           {"Version", "2011-06-15"},
                           {"RoleArn", role.arn},
                           {"RoleSessionName", role.session_name.empty() ? "pg2athena" : role.session_name},
                           {"DurationSeconds", std::to_string(role.duration.count())}};
  if (!role.external_id.empty()) parameters.emplace_back("ExternalId", role.external_id);
  return parameters;
}

Result<Credentials> ask(const ServiceParts& parts, const StsEndpoint& endpoint, const Role& role,
                        const Parameters& parameters, CredentialsProvider* source) {
  const std::string body = query_text(parameters);
  const ServiceCall call{
      .operation = parameters.front().second,
      .request = {.method = "POST",
                  .url = endpoint.url + "/",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                  .body = as_bytes(body),
                  .timeouts = {.total = std::chrono::seconds(15)}},
      .scope = {.service = "sts", .region = endpoint.region},
      .credentials = source};
  auto answer = call_service(parts, call);
  if (!answer) return fail(std::move(answer).error().with("role", role.arn));
  auto credentials = read_sts_credentials(answer->body);
  if (!credentials) return fail(std::move(credentials).error().with("role", role.arn));
  credentials->source = fmt::format("role {}", role.arn);
  return credentials;
}

}  // namespace

Result<Credentials> assume_role(const ServiceParts& parts, const StsEndpoint& endpoint, const Role& role,
                                CredentialsProvider& source) {
  return ask(parts, endpoint, role, parameters_of(role, "AssumeRole"), &source);
}

Result<Credentials> assume_role_with_web_identity(const ServiceParts& parts, const StsEndpoint& endpoint,
                                                  const Role& role, const std::string& token_file) {
  PG2ATHENA_ASSIGN(std::string token, read_small_file(token_file));
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  Parameters parameters = parameters_of(role, "AssumeRoleWithWebIdentity");
  parameters.emplace_back("WebIdentityToken", std::move(token));
  return ask(parts, endpoint, role, parameters, nullptr);
}

Result<Credentials> read_sts_credentials(std::string_view body) {
  PG2ATHENA_ASSIGN(const XmlElement document, parse_xml(body));
  const XmlElement* const found = document.find("Credentials");
  if (found == nullptr) return fail(ErrorKind::CorruptInput, "STS's answer has no credentials");
  Credentials credentials{.access_key_id = std::string(found->child_text("AccessKeyId")),
                          .secret_access_key = std::string(found->child_text("SecretAccessKey")),
                          .session_token = std::string(found->child_text("SessionToken"))};
  credentials.expiration = parse_expiration(found->child_text("Expiration"));
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() ||
      credentials.session_token.empty() || !credentials.expiration) {
    return fail(ErrorKind::CorruptInput, "STS's answer has incomplete credentials");
  }
  return credentials;
}

}  // namespace pg2athena::aws
