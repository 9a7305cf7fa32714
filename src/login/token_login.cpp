#include "login/token_login.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number_text.h"

namespace pg2athena::login {

Result<TokenTarget> token_target(const postgres::ConnectionParameters& parameters,
                                 const postgres::Environment& environment) {
  const auto value = [&](const char* keyword, const char* variable) {
    return postgres::parameter_or_variable(parameters, keyword, variable, environment);
  };
  TokenTarget target{.host = value("host", "PGHOST"), .user = value("user", "PGUSER")};
  if (target.host.empty() || target.host.starts_with('/') || target.host.contains(',')) {
    return fail(Error(ErrorKind::InvalidArgument,
                      "source.auth: iam needs the name of one host: a token is made for it")
                    .hint("source.url: postgresql://user@name.id.region.rds.amazonaws.com/database; through "
                          "a tunnel the same, with ?hostaddr=127.0.0.1 behind it"));
  }
  if (target.user.empty()) {
    return fail(Error(ErrorKind::InvalidArgument, "source.auth: iam needs a user: a token is made for it")
                    .hint("source.url: postgresql://user@host/database"));
  }
  if (const std::string port = value("port", "PGPORT"); !port.empty()) {
    const auto number = parse_whole<decltype(target.port)>(port);
    if (!number) return fail(ErrorKind::InvalidArgument, "the port of the source is no number of a port");
    target.port = *number;
  }
  const std::string mode = value("sslmode", "PGSSLMODE");
  constexpr std::array<std::string_view, 3> kEncrypted = {"require", "verify-ca", "verify-full"};
  if (std::ranges::find(kEncrypted, mode) == kEncrypted.end() &&
      !postgres::is_local(parameters, environment)) {
    return fail(
        Error(
            ErrorKind::InvalidArgument,
            fmt::format("source.auth: iam needs TLS, and sslmode={} could send the token to {} in the clear",
                        mode, target.host))
            .hint("leave sslmode out, which verifies the server, or take verify-full, verify-ca or require"));
  }
  return target;
}

Result<postgres::Login> TokenLogin::login() {
  PG2ATHENA_ASSIGN(Token token, maker_());
  postgres::Login login{.parameters = parameters_, .origin = std::move(token.origin), .hint = hint_};
  login.parameters["password"] = std::move(token.text);
  return login;
}

}  // namespace pg2athena::login
