#include "login/open_login.h"

#include <fmt/format.h>

#include "login/aws_login.h"

namespace pg2athena::login {
namespace {

// libpq's own ways, or the password that is given.
Result<std::unique_ptr<postgres::LoginProvider>> open_static_login(const Settings& settings,
                                                                   const postgres::Environment& environment) {
  PG2ATHENA_ASSIGN(postgres::ConnectionParameters parameters, postgres::parse_source(settings.url));
  if (!settings.password.empty()) parameters["password"] = settings.password;
  const bool given = parameters.contains("password") || environment("PGPASSWORD").has_value();
  const auto unusable = given ? std::nullopt : postgres::unusable_password_file(parameters, environment);
  return std::make_unique<postgres::StaticLogin>(
      postgres::with_defaults(std::move(parameters), "pg2athena", environment),
      unusable ? fmt::format("the password file {0} was left out, since others may read it: chmod 600 {0}",
                             *unusable)
               : std::string());
}

}  // namespace

std::string_view setting_for_aws(const Settings& settings) {
  if (settings.method == Method::Iam) return "source.auth";
  if (settings.password_secret) return "source.password";
  return settings.secret.empty() ? "" : "source.secret";
}

Result<std::unique_ptr<postgres::LoginProvider>> open_login(const Settings& settings, const Parts& parts,
                                                            const postgres::Environment& environment) {
  if (settings.method == Method::Iam) return open_token_login(settings, parts, environment);
  if (!settings.secret_id().empty()) return open_secret_login(settings, parts, environment);
  return open_static_login(settings, environment);
}

}  // namespace pg2athena::login
