// From what the operator says to what connections ask.
#pragma once

#include <memory>
#include <string_view>

#include "base/cancellation.h"
#include "login/settings.h"
#include "observe/log.h"
#include "postgres/login.h"

namespace pg2athena::aws {
class Session;
}

namespace pg2athena::login {

// The setting for which open_login() has to have a session with AWS; empty: none.
std::string_view setting_for_aws(const Settings& settings);

// Owned by main: they outlive the login.
struct Parts {
  aws::Session* aws = nullptr;  // null where it isn't needed
  observe::Log log;
  Cancellation& stop;
};

// Asks nobody yet. InvalidArgument for what can't be meant.
Result<std::unique_ptr<postgres::LoginProvider>> open_login(
    const Settings& settings, const Parts& parts,
    const postgres::Environment& environment = postgres::process_environment);

}  // namespace pg2athena::login
