// How the connections to the configuration's source log in.
#pragma once

#include <memory>

#include "base/cancellation.h"
#include "base/error.h"
#include "cli/aws_access.h"
#include "config/configuration.h"
#include "observe/log.h"
#include "postgres/login.h"

namespace pg2athena::cli {

// Asks AWS for a session only where the login takes one. `aws`, `log` and `stop` have to outlive it.
Result<std::unique_ptr<postgres::LoginProvider>> open_source_login(const config::Configuration& configuration,
                                                                   AwsAccess& aws, const observe::Log& log,
                                                                   Cancellation& stop);

}  // namespace pg2athena::cli
