// AWS's Security Token Service: a role's credentials for those who may assume it.
//
// These two calls are ours and not aws-c-auth's, which takes AWS_ENDPOINT_URL (that of another S3, mostly)
// for STS's host, "http://" included, knows no port and no path, and keeps to itself why STS refused.
#pragma once

#include <string>

#include "aws/credentials.h"
#include "aws/identity.h"
#include "aws/service_client.h"
#include "base/error.h"

namespace pg2athena::aws {

struct StsEndpoint {
  std::string url;
  std::string region;
};

// AssumeRole, signed with `source`.
Result<Credentials> assume_role(const ServiceParts& parts, const StsEndpoint& endpoint, const Role& role,
                                CredentialsProvider& source);

// AssumeRoleWithWebIdentity with the token that the file has now (Kubernetes renews it).
Result<Credentials> assume_role_with_web_identity(const ServiceParts& parts, const StsEndpoint& endpoint,
                                                  const Role& role, const std::string& token_file);

// The credentials in STS's answer; CorruptInput where they aren't complete.
Result<Credentials> read_sts_credentials(std::string_view body);

}  // namespace pg2athena::aws
