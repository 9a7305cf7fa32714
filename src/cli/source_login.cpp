#include "cli/source_login.h"

#include <string>
#include <utility>

#include "login/open_login.h"

namespace pg2athena::cli {

Result<std::unique_ptr<postgres::LoginProvider>> open_source_login(const config::Configuration& configuration,
                                                                   AwsAccess& aws, const observe::Log& log,
                                                                   Cancellation& stop) {
  const login::Settings& settings = configuration.login;
  login::Parts parts{.log = log, .stop = stop};
  if (const std::string_view setting = login::setting_for_aws(settings); !setting.empty()) {
    auto session = aws.session();
    if (!session) return fail(std::move(session).error().with("setting", std::string(setting)));
    parts.aws = *session;
  }
  return login::open_login(settings, parts);
}

}  // namespace pg2athena::cli
