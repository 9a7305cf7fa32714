#include "aws/profile_credentials.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/sso.h"
#include "base/number_text.h"

namespace pg2athena::aws {
namespace {

Error wrong_profile(std::string message) {
  return Error(ErrorKind::InvalidArgument, std::move(message)).hint("mend the profile in ~/.aws/config");
}

bool has_keys(const Profiles& profiles, const std::string& profile) {
  return !profiles.property(profile, "aws_access_key_id").empty();
}

Result<std::chrono::seconds> duration_of(const Profiles& profiles, const std::string& profile) {
  const std::string text = profiles.property(profile, "duration_seconds");
  if (text.empty()) return Role{}.duration;
  const auto seconds = parse_whole<int>(text);
  if (!seconds || *seconds <= 0) {
    return fail(
        wrong_profile(fmt::format("the AWS profile {} has a duration_seconds that is no number", profile)));
  }
  return std::chrono::seconds(*seconds);
}

// Follows source_profile from profile to profile.
class Resolver {
 public:
  Resolver(const ProfileSources& sources, const Profiles& profiles)
      : sources_(sources), profiles_(profiles) {}

  // A chain of profiles, in which none is twice: as deep as there are profiles.
  // NOLINTNEXTLINE(misc-no-recursion)
  Result<Credentials> credentials(const std::string& profile) {
    if (!profiles_.has_profile(profile)) {
      return fail(Error(ErrorKind::InvalidArgument,
                        fmt::format("there is no AWS profile {} in {}", profile, profiles_.places()))
                      .hint("aws configure list-profiles shows those that are there"));
    }
    if (std::ranges::find(visited_, profile) != visited_.end()) {
      // A profile may take the keys beside its own role_arn.
      if (visited_.back() == profile && has_keys(profiles_, profile)) return keys(profile);
      visited_.push_back(profile);
      return fail(
          wrong_profile(fmt::format("the AWS profiles lead in a circle: {}", fmt::join(visited_, " → "))));
    }
    visited_.push_back(profile);
    auto found = of_profile(profile);
    if (found) {
      found->source = found->source.empty() ? fmt::format("profile {}", profile)
                                            : fmt::format("profile {}, {}", profile, found->source);
    }
    return found;
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion)
  Result<Credentials> of_profile(const std::string& profile) {
    if (!profiles_.property(profile, "role_arn").empty()) return role(profile);
    if (is_sso_profile(profiles_, profile)) {
      return sso_credentials(sources_.parts, sources_.library, profiles_, profile);
    }
    if (has_keys(profiles_, profile)) return keys(profile);
    if (!profiles_.property(profile, "credential_process").empty()) return command(profile);
    return fail(wrong_profile(fmt::format("the AWS profile {} has no credentials", profile)));
  }

  Result<Credentials> keys(const std::string& profile) const {
    Credentials found{.access_key_id = profiles_.property(profile, "aws_access_key_id"),
                      .secret_access_key = profiles_.property(profile, "aws_secret_access_key"),
                      .session_token = profiles_.property(profile, "aws_session_token")};
    if (found.secret_access_key.empty()) {
      return fail(wrong_profile(fmt::format("the AWS profile {} has no aws_secret_access_key", profile)));
    }
    return found;
  }

  Result<Credentials> command(const std::string& profile) const {
    auto found = process_credentials(sources_.library, profiles_, profile);
    if (found) return found;
    return fail(
        Error(ErrorKind::Authentication,
              fmt::format("the credential_process of the AWS profile {} gave none", profile))
            .hint("run the command by hand: it has to end with 0 and print the JSON that AWS documents")
            .because(std::move(found).error()));
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Result<Credentials> role(const std::string& profile) {
    if (!profiles_.property(profile, "mfa_serial").empty()) {
      return fail(Error(ErrorKind::Unsupported,
                        fmt::format("the AWS profile {} asks for a one-time password (mfa_serial)", profile))
                      .hint("get a session first, e.g. by aws sso login, and use its profile"));
    }
    Role role{.arn = profiles_.property(profile, "role_arn"),
              .session_name = profiles_.property(profile, "role_session_name"),
              .external_id = profiles_.property(profile, "external_id")};
    PG2ATHENA_ASSIGN(role.duration, duration_of(profiles_, profile));
    const std::string region = profiles_.property(profile, "region");
    if (const std::string token_file = profiles_.property(profile, "web_identity_token_file");
        !token_file.empty()) {
      return web_identity_credentials(sources_, region, role, token_file);
    }
    PG2ATHENA_ASSIGN(Credentials source, source_of_role(profile));
    PG2ATHENA_ASSIGN(const StsEndpoint endpoint, sts(region));
    const std::string from = source.source;
    StaticCredentials provider(std::move(source));
    auto assumed = assume_role(sources_.parts, endpoint, role, provider);
    if (assumed && !from.empty()) assumed->source += fmt::format(" from {}", from);
    return assumed;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Result<Credentials> source_of_role(const std::string& profile) {
    const std::string other = profiles_.property(profile, "source_profile");
    const std::string kind = profiles_.property(profile, "credential_source");
    if (!other.empty() && !kind.empty()) {
      return fail(wrong_profile(
          fmt::format("the AWS profile {} has both source_profile and credential_source", profile)));
    }
    if (!other.empty()) return credentials(other);
    if (kind == "Environment") return environment_credentials(sources_.library);
    if (kind == "Ec2InstanceMetadata") return from_instance(sources_.network, sources_.cancellation);
    if (kind == "EcsContainer") return from_container(sources_.network, sources_.cancellation);
    return fail(wrong_profile(
        kind.empty()
            ? fmt::format("the AWS profile {} has a role_arn and nothing to assume it with", profile)
            : fmt::format("the AWS profile {} has the unknown credential_source {}", profile, kind)));
  }

  Result<StsEndpoint> sts(const std::string& region_of_profile) const {
    const std::string region = sources_.region.empty() ? region_of_environment() : sources_.region;
    return sts_endpoint(sources_.sts_endpoint, region.empty() ? region_of_profile : region);
  }

  const ProfileSources& sources_;
  const Profiles& profiles_;
  std::vector<std::string> visited_;
};

}  // namespace

bool has_credentials(const Profiles& profiles, const std::string& profile) {
  return !profiles.property(profile, "role_arn").empty() || is_sso_profile(profiles, profile) ||
         has_keys(profiles, profile) || !profiles.property(profile, "credential_process").empty();
}

Result<Credentials> profile_credentials(const ProfileSources& sources, const Profiles& profiles,
                                        const std::string& profile) {
  return Resolver(sources, profiles).credentials(profile);
}

Result<Credentials> web_identity_credentials(const ProfileSources& sources,
                                             const std::string& region_of_profile, const Role& role,
                                             const std::string& token_file) {
  std::string region = sources.region.empty() ? region_of_environment() : sources.region;
  if (region.empty()) region = region_of_profile;
  PG2ATHENA_ASSIGN(const StsEndpoint endpoint, sts_endpoint(sources.sts_endpoint, region));
  return assume_role_with_web_identity(sources.parts, endpoint, role, token_file);
}

bool container_is_set_up() {
  return !environment_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
         !environment_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty();
}

Result<Credentials> from_container(CrtNetwork& network, Cancellation* cancellation) {
  auto found = container_credentials(network, cancellation);
  if (found) {
    found->source = "container";
    return found;
  }
  const std::string uri = environment_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (found.error().kind() != ErrorKind::Authentication) return found;
  return fail(
      Error(
          ErrorKind::Authentication,
          fmt::format("the container's agent at {} gave none: {}",
                      uri.empty() ? "169.254.170.2" : uri.substr(0, uri.find('?')), found.error().message()))
          .hint("check the task's or the pod's role, and that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, if it "
                "is set, names a readable file")
          .because(found.error()));
}

Result<Credentials> from_instance(CrtNetwork& network, Cancellation* cancellation) {
  auto found = instance_credentials(network, cancellation);
  if (found) {
    found->source = "instance metadata";
    return found;
  }
  if (found.error().kind() != ErrorKind::Authentication) return found;
  return fail(
      Error(ErrorKind::Authentication,
            fmt::format("the instance's metadata service gave none: {}", found.error().message()))
          .hint(
              "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (AWS_PROFILE), or run where a "
              "role is attached: to the instance, the task or the pod")
          .because(found.error()));
}

Result<StsEndpoint> sts_endpoint(const std::string& url, const std::string& region) {
  PG2ATHENA_ASSIGN(std::string endpoint, credentials_endpoint(url, "STS", "sts", region));
  // Signatures need a region even where the endpoint doesn't say one.
  return StsEndpoint{.url = std::move(endpoint), .region = region.empty() ? "us-east-1" : region};
}

}  // namespace pg2athena::aws
