#include "aws/credentials_chain.h"

#include <array>
#include <functional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aws/cached_credentials.h"
#include "aws/crt_credentials.h"
#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/profile_credentials.h"
#include "aws/profiles.h"
#include "base/ascii.h"

namespace pg2athena::aws {
namespace {

// What a source says of itself: that it isn't set up (in words for a list), or what came of asking it.
struct NotSetUp {
  std::string why;
};
using Outcome = std::variant<NotSetUp, Result<Credentials>>;

class Chain final : public CredentialsProvider {
 public:
  Chain(ServiceParts parts, const CrtLibrary& library, CredentialsOptions options)
      : parts_(parts), library_(library), options_(std::move(options)), network_(library, options_.ca_file) {}

  Result<Credentials> get() override {
    if (!options_.profile.empty()) return named_profile();
    using Source = Outcome (Chain::*)();
    constexpr std::array<std::pair<std::string_view, Source>, 5> kSources = {
        {{"environment", &Chain::environment},
         {"profile", &Chain::profile},
         {"web identity", &Chain::web_identity},
         {"container", &Chain::container},
         {"instance metadata", &Chain::instance}}};
    std::vector<std::string> tried;
    for (const auto& [name, source] : kSources) {
      Outcome outcome = (this->*source)();
      if (const auto* const absent = std::get_if<NotSetUp>(&outcome)) {
        tried.push_back(fmt::format("{}: {}", name, absent->why));
        continue;
      }
      auto& result = std::get<Result<Credentials>>(outcome);
      if (result) return std::move(result);
      if (result.error().kind() == ErrorKind::Interrupted) return std::move(result);
      tried.push_back(fmt::format("{}: {}", name, result.error().message()));
      return fail(none_found(tried, std::move(result).error()));
    }
    return fail(none_found(tried, std::nullopt));
  }

 private:
  // One error with all that was tried; the one that decided is its cause and lends kind and hint.
  static Error none_found(const std::vector<std::string>& tried, std::optional<Error> cause) {
    Error error(cause ? cause->kind() : ErrorKind::Authentication,
                fmt::format("no AWS credentials: {}", fmt::join(tried, "; ")));
    if (!cause) {
      return std::move(error).hint(
          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (AWS_PROFILE), or run where a "
          "role is attached");
    }
    std::string hint = cause->hint();
    if (!hint.empty()) error = std::move(error).hint(std::move(hint));
    return std::move(error).because(*std::move(cause));
  }

  ProfileSources profile_sources() {
    return {parts_, library_, network_, options_.region, options_.sts_endpoint, options_.cancellation};
  }

  Result<Credentials> named_profile() {
    const Profiles profiles = Profiles::read(library_);
    auto found = profile_credentials(profile_sources(), profiles, options_.profile);
    if (found) return found;
    Error cause = std::move(found).error();
    const std::vector<std::string> tried = {fmt::format("profile {}: {}", options_.profile, cause.message())};
    return fail(none_found(tried, std::move(cause)));
  }

  Outcome environment() {
    if (environment_variable("AWS_ACCESS_KEY_ID").empty()) return NotSetUp{"AWS_ACCESS_KEY_ID isn't set"};
    if (environment_variable("AWS_SECRET_ACCESS_KEY").empty()) {
      return Result<Credentials>(
          fail(Error(ErrorKind::Authentication, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY isn't")
                   .hint("set both, or neither")));
    }
    return from("environment", environment_credentials(library_));
  }

  Outcome profile() {
    const std::string name = profile_name("");
    const Profiles profiles = Profiles::read(library_);
    if (!has_credentials(profiles, name)) {
      // A name that somebody gave has to be right.
      if (!environment_variable("AWS_PROFILE").empty()) {
        return profile_credentials(profile_sources(), profiles, name);
      }
      return NotSetUp{fmt::format("{} profile \"{}\" in {}",
                                  profiles.has_profile(name) ? "no credentials in the" : "no", name,
                                  profiles.places())};
    }
    return profile_credentials(profile_sources(), profiles, name);
  }

  Outcome web_identity() {
    const std::string token_file = environment_variable("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (token_file.empty()) return NotSetUp{"AWS_WEB_IDENTITY_TOKEN_FILE isn't set"};
    const std::string role = environment_variable("AWS_ROLE_ARN");
    if (role.empty()) {
      return Result<Credentials>(
          fail(Error(ErrorKind::Authentication, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN isn't")
                   .hint("set AWS_ROLE_ARN to the role that the token is for")));
    }
    return from(
        "web identity",
        web_identity_credentials(profile_sources(), "",
                                 {.arn = role, .session_name = environment_variable("AWS_ROLE_SESSION_NAME")},
                                 token_file));
  }

  Outcome container() {
    if (!container_is_set_up()) {
      return NotSetUp{
          "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"};
    }
    return from_container(network_, options_.cancellation);
  }

  Outcome instance() {
    std::string disabled = environment_variable("AWS_EC2_METADATA_DISABLED");
    for (char& c : disabled) c = ascii_lower(c);
    if (disabled == "true") return NotSetUp{"AWS_EC2_METADATA_DISABLED is true"};
    return from_instance(network_, options_.cancellation);
  }

  static Result<Credentials> from(std::string_view source, Result<Credentials> found) {
    if (found)
      found->source =
          found->source.empty() ? std::string(source) : fmt::format("{}, {}", source, found->source);
    return found;
  }

  const ServiceParts parts_;
  const CrtLibrary& library_;
  const CredentialsOptions options_;
  CrtNetwork network_;
};

// A role on top of another source.
class AssumedRole final : public CredentialsProvider {
 public:
  AssumedRole(ServiceParts parts, std::unique_ptr<CredentialsProvider> source, Role role,
              std::function<Result<StsEndpoint>()> endpoint)
      : parts_(parts), source_(std::move(source)), role_(std::move(role)), endpoint_(std::move(endpoint)) {}

  Result<Credentials> get() override {
    // First, so that its list of what was tried is the error.
    PG2ATHENA_ASSIGN(const Credentials source, source_->get());
    PG2ATHENA_ASSIGN(const StsEndpoint endpoint, endpoint_());
    auto assumed = assume_role(parts_, endpoint, role_, *source_);
    if (!assumed) {
      Error cause = std::move(assumed).error();
      Error error(cause.kind(), fmt::format("the role {} can't be assumed with the credentials of {}: {}",
                                            role_.arn, source.source, cause.message()));
      if (cause.kind() == ErrorKind::PermissionDenied) {
        error = std::move(error).hint(
            "their user or role needs sts:AssumeRole on the role, and the role's trust policy has to name "
            "them (and the external id, if it asks for one)");
      }
      std::string hint = cause.hint();
      if (!hint.empty()) error = std::move(error).hint(std::move(hint));
      return fail(std::move(error).because(std::move(cause)));
    }
    assumed->source = fmt::format("{}, role {}", source.source, role_.arn);
    return assumed;
  }

  void reject(const Credentials& /*credentials*/) override {}

 private:
  const ServiceParts parts_;
  const std::unique_ptr<CredentialsProvider> source_;
  const Role role_;
  const std::function<Result<StsEndpoint>()> endpoint_;
};

}  // namespace

std::unique_ptr<CredentialsProvider> credentials_chain(ServiceParts parts, const CrtLibrary& library,
                                                       CredentialsOptions options) {
  std::optional<Role> role = std::move(options.role);
  options.role.reset();
  auto endpoint = [&library, region = options.region, url = options.sts_endpoint, profile = options.profile] {
    return sts_endpoint(url, region.empty() ? configured_region(library, profile) : region);
  };
  auto chain = std::make_unique<Chain>(parts, library, std::move(options));
  if (!role) return chain;
  // The chain is asked rarely enough with a cache; and the role's own refresh then needn't ask it again.
  return std::make_unique<AssumedRole>(
      parts, std::make_unique<CachedCredentials>(std::move(chain), parts.times.clock()), *std::move(role),
      std::move(endpoint));
}

std::unique_ptr<CredentialsProvider> cached_credentials_chain(ServiceParts parts, const CrtLibrary& library,
                                                              CredentialsOptions options) {
  return std::make_unique<CachedCredentials>(credentials_chain(parts, library, std::move(options)),
                                             parts.times.clock());
}

std::string configured_region(const CrtLibrary& library, const std::string& profile) {
  if (std::string region = region_of_environment(); !region.empty()) return region;
  return Profiles::read(library).property(profile_name(profile), "region");
}

}  // namespace pg2athena::aws
