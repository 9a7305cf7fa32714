// A profile's credentials: keys, a command, SSO, or a role that is assumed with another source.
#pragma once

#include <string>

#include "aws/credentials.h"
#include "aws/crt_credentials.h"
#include "aws/profiles.h"
#include "aws/service_client.h"
#include "aws/sts.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {

// What asking them needs. Not owned.
struct ProfileSources {
  const ServiceParts& parts;
  const CrtLibrary& library;
  CrtNetwork& network;
  std::string region;        // empty: the environment's, or the profile's
  std::string sts_endpoint;  // empty: AWS_ENDPOINT_URL_STS's, or the region's
  Cancellation* cancellation = nullptr;
};

// Whether the profile is there and says where its credentials come from.
bool has_credentials(const Profiles& profiles, const std::string& profile);

// In AWS's order: a role (role_arn with source_profile, credential_source or web_identity_token_file), SSO,
// keys, a command (credential_process). The chain of source_profiles may end in itself with keys, and has no
// circle.
Result<Credentials> profile_credentials(const ProfileSources& sources, const Profiles& profiles,
                                        const std::string& profile);

// These are a link of the chain as well as what profiles refer to.
Result<Credentials> web_identity_credentials(const ProfileSources& sources,
                                             const std::string& region_of_profile, const Role& role,
                                             const std::string& token_file);
bool container_is_set_up();
Result<Credentials> from_container(CrtNetwork& network, Cancellation* cancellation);
Result<Credentials> from_instance(CrtNetwork& network, Cancellation* cancellation);

// STS for a region; `url` empty: AWS_ENDPOINT_URL_STS's, or the region's own.
Result<StsEndpoint> sts_endpoint(const std::string& url, const std::string& region);

}  // namespace pg2athena::aws
