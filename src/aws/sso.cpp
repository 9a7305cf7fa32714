#include "aws/sso.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include <aws/cal/hash.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/small_file.h"
#include "aws/uri_encoding.h"

namespace pg2athena::aws {
namespace {

struct SsoSettings {
  std::string account_id;
  std::string role_name;
  std::string region;
  std::string token_name;  // what names the token's file: the session, or the start URL
};

Result<std::string> needed(std::string value, std::string_view name, const std::string& profile) {
  if (!value.empty()) return value;
  return fail(Error(ErrorKind::InvalidArgument, fmt::format("the AWS profile {} has no {}", profile, name))
                  .hint("aws configure sso writes a complete profile"));
}

Result<SsoSettings> settings_of(const Profiles& profiles, const std::string& profile) {
  SsoSettings settings;
  PG2ATHENA_ASSIGN(settings.account_id,
                   needed(profiles.property(profile, "sso_account_id"), "sso_account_id", profile));
  PG2ATHENA_ASSIGN(settings.role_name,
                   needed(profiles.property(profile, "sso_role_name"), "sso_role_name", profile));
  const std::string session = profiles.property(profile, "sso_session");
  std::string region = session.empty() ? profiles.property(profile, "sso_region")
                                       : profiles.sso_session_property(session, "sso_region");
  PG2ATHENA_ASSIGN(settings.region, needed(std::move(region), "sso_region", profile));
  std::string name = session.empty() ? profiles.property(profile, "sso_start_url") : session;
  PG2ATHENA_ASSIGN(settings.token_name, needed(std::move(name), "sso_start_url", profile));
  return settings;
}

// ~/.aws/sso/cache/<SHA-1 of the name>.json, as AWS's command line writes it.
std::string token_path(const CrtLibrary& library, const std::string& token_name) {
  std::array<std::uint8_t, AWS_SHA1_LEN> digest{};
  aws_byte_buf out = aws_byte_buf_from_empty_array(digest.data(), digest.size());
  const aws_byte_cursor in = cursor_of(token_name);
  static_cast<void>(aws_sha1_compute(library.allocator(), &in, &out, 0));
  std::string path = environment_variable("HOME") + "/.aws/sso/cache/";
  for (const std::uint8_t byte : digest) path += fmt::format("{:02x}", byte);
  return path + ".json";
}

std::string text_of_member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error login_again(std::string_view what, const std::string& profile) {
  return Error(ErrorKind::Authentication, fmt::format("the AWS profile {} {}", profile, what))
      .hint(fmt::format("aws sso login --profile {}", profile));
}

Result<std::string> token_of(const ServiceParts& parts, const std::string& path, const std::string& profile) {
  auto content = read_small_file(path);
  if (!content) {
    return fail(login_again("has no login", profile).because(std::move(content).error()));
  }
  const auto document = nlohmann::json::parse(*content, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return fail(login_again("has a damaged login", profile));
  std::string token = text_of_member(document, "accessToken");
  const auto expires = parse_expiration(text_of_member(document, "expiresAt"));
  if (token.empty() || !expires) return fail(login_again("has an incomplete login", profile));
  if (*expires <= parts.times.clock().now())
    return fail(login_again("has a login that has expired", profile));
  return token;
}

}  // namespace

bool is_sso_profile(const Profiles& profiles, const std::string& profile) {
  return !profiles.property(profile, "sso_session").empty() ||
         !profiles.property(profile, "sso_start_url").empty();
}

Result<Credentials> sso_credentials(const ServiceParts& parts, const CrtLibrary& library,
                                    const Profiles& profiles, const std::string& profile) {
  PG2ATHENA_ASSIGN(const SsoSettings settings, settings_of(profiles, profile));
  PG2ATHENA_ASSIGN(std::string token, token_of(parts, token_path(library, settings.token_name), profile));
  PG2ATHENA_ASSIGN(const std::string endpoint,
                   credentials_endpoint("", "SSO", "portal.sso", settings.region));
  const std::string query =
      query_text({{"account_id", settings.account_id}, {"role_name", settings.role_name}});
  const ServiceCall call{.operation = "GetRoleCredentials",
                         .request = {.url = endpoint + "/federation/credentials?" + query,
                                     .headers = {{"x-amz-sso_bearer_token", std::move(token)}},
                                     .timeouts = {.total = std::chrono::seconds(15)}},
                         .scope = {.service = "sso", .region = settings.region}};
  auto answer = call_service(parts, call);
  if (!answer) {
    Error error = std::move(answer).error();
    if (error.context("status") == "401")
      error = login_again("has a login that isn't valid any more", profile).because(error);
    return fail(std::move(error));
  }
  return read_sso_credentials(answer->body);
}

Result<Credentials> read_sso_credentials(std::string_view body) {
  const auto document = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto found = document.is_object() ? document.find("roleCredentials") : document.end();
  if (!document.is_object() || found == document.end() || !found->is_object()) {
    return fail(ErrorKind::CorruptInput, "SSO's answer has no credentials");
  }
  Credentials credentials{.access_key_id = text_of_member(*found, "accessKeyId"),
                          .secret_access_key = text_of_member(*found, "secretAccessKey"),
                          .session_token = text_of_member(*found, "sessionToken")};
  const auto expiration = found->find("expiration");
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() ||
      expiration == found->end() || !expiration->is_number_integer()) {
    return fail(ErrorKind::CorruptInput, "SSO's answer has incomplete credentials");
  }
  // Milliseconds since 1970; nanoseconds of them have to fit into 64 bits.
  constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  const auto millis = expiration->get<std::int64_t>();
  credentials.expiration = std::chrono::system_clock::time_point(
      std::chrono::milliseconds(std::clamp<std::int64_t>(millis, 0, kLatest)));
  return credentials;
}

}  // namespace pg2athena::aws
