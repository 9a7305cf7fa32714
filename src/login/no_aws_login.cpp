// In the place of aws_login.cpp, in a build without AWS.
#include "login/aws_login.h"

namespace pg2athena::login {
namespace {

Error no_aws(std::string what) {
  return Error(ErrorKind::Unsupported, std::move(what)).hint("build it with -D PG2ATHENA_AWS=ON");
}

}  // namespace

Result<std::unique_ptr<postgres::LoginProvider>> open_secret_login(const Settings&, const Parts&,
                                                                   const postgres::Environment&) {
  return fail(no_aws("this build has no AWS: it can't read a secret"));
}

Result<std::unique_ptr<postgres::LoginProvider>> open_token_login(const Settings&, const Parts&,
                                                                  const postgres::Environment&) {
  return fail(no_aws("this build has no AWS: it can't make a token"));
}

}  // namespace pg2athena::login
