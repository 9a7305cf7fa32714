// The logins that take AWS; in a build without it they are an error.
#pragma once

#include "login/open_login.h"

namespace pg2athena::login {

Result<std::unique_ptr<postgres::LoginProvider>> open_secret_login(const Settings& settings,
                                                                   const Parts& parts,
                                                                   const postgres::Environment& environment);

// A token for Amazon RDS or Aurora.
Result<std::unique_ptr<postgres::LoginProvider>> open_token_login(const Settings& settings,
                                                                  const Parts& parts,
                                                                  const postgres::Environment& environment);

}  // namespace pg2athena::login
