// Where credentials come from, in AWS's order: environment, profile, web identity, container, instance.
//
// The first of them that is set up decides. When it fails, that is an error and not a reason to try the next:
// a run must not write with another identity than it was given because a role couldn't be assumed for once.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/crt.h"
#include "aws/identity.h"
#include "aws/service_client.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {

struct CredentialsOptions {
  // A profile of ~/.aws/config: then nothing else is looked at. Empty: the chain, with AWS_PROFILE's or
  // "default".
  std::string profile;
  // The role to assume with what the chain finds.
  std::optional<Role> role;
  // Empty: of AWS_REGION, AWS_DEFAULT_REGION, the profile.
  std::string region;
  // Of STS; empty: AWS_ENDPOINT_URL_STS, or the region's. AWS_ENDPOINT_URL is never used for it (endpoint.h).
  std::string sts_endpoint;
  // For containers' credentials over TLS; empty: AWS_CA_BUNDLE, or the system's.
  std::string ca_file;
  Cancellation* cancellation = nullptr;  // not owned
};

// Asks the sources when get() is called, each time: it belongs into CachedCredentials. Files are read again
// then, too. The error when there are no credentials lists every source that was tried, and why each had
// none. `parts` and `library` have to outlive it.
std::unique_ptr<CredentialsProvider> credentials_chain(ServiceParts parts, const CrtLibrary& library,
                                                       CredentialsOptions options);

// The same, kept and refreshed in time: what a program uses.
std::unique_ptr<CredentialsProvider> cached_credentials_chain(ServiceParts parts, const CrtLibrary& library,
                                                              CredentialsOptions options);

// The region that the environment or the profile says; empty if none does.
std::string configured_region(const CrtLibrary& library, const std::string& profile);

}  // namespace pg2athena::aws
