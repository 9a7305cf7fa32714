// Credentials of AWS IAM Identity Center (SSO), for the profile of somebody who has said `aws sso login`.
//
// Ours, for the reason that sts.h gives: aws-c-auth would take AWS_ENDPOINT_URL for its host.
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/crt.h"
#include "aws/profiles.h"
#include "aws/service_client.h"
#include "base/error.h"

namespace pg2athena::aws {

// Whether the profile says that its credentials come from SSO.
bool is_sso_profile(const Profiles& profiles, const std::string& profile);

// GetRoleCredentials with the token that the last login left under ~/.aws/sso/cache.
Result<Credentials> sso_credentials(const ServiceParts& parts, const CrtLibrary& library,
                                    const Profiles& profiles, const std::string& profile);

// The credentials in GetRoleCredentials' answer; CorruptInput where they aren't complete.
Result<Credentials> read_sso_credentials(std::string_view body);

}  // namespace pg2athena::aws
