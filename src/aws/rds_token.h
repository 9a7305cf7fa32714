// Tokens by which Amazon RDS and Aurora let a role in, instead of a password: "IAM database authentication".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/signer.h"
#include "base/error.h"

namespace pg2athena::aws {

struct RdsLogin {
  std::string host;  // as RDS names it: it is signed
  std::uint16_t port = 5432;
  std::string user;
  std::string region;
};

// What to send as the password, within 15 minutes of `time`: a presigned URL without its scheme ("Connecting
// to your DB instance using IAM authentication" in the Amazon RDS User Guide). It is a secret.
Result<std::string> rds_token(const Signer& signer, const Credentials& credentials, const RdsLogin& login,
                              std::chrono::system_clock::time_point time);

// The region in "name.id.<region>.rds.amazonaws.com", in China "name.id.rds.<region>.amazonaws.com.cn"; empty
// for other names.
std::string region_of_rds_host(std::string_view host);

}  // namespace pg2athena::aws
