#include "login/secret_login.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace pg2athena::login {
namespace {

using postgres::ConnectionParameters;

constexpr std::string_view kAsRdsWritesIt =
    "a secret for a login is a JSON object as Amazon RDS writes it, with username, password, host, port and "
    "dbname, or the password alone";

// A line end behind it is an editor's.
std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

Result<std::string> password_in(const Settings& settings, const aws::SecretValue& value) {
  const std::string member = settings.password_secret ? settings.password_secret->member : "";
  std::string password;
  if (member.empty() && !value.members) {
    password = without_line_end(value.text);
  } else {
    PG2ATHENA_ASSIGN(password, value.member(member.empty() ? "password" : member));
  }
  if (password.empty()) return fail(ErrorKind::NotFound, "the password in the secret is empty");
  if (password.contains('\0')) {
    return fail(ErrorKind::InvalidArgument,
                "the password in the secret has a NUL character, which none can have");
  }
  return password;
}

// "" for one that isn't there.
std::string member_of(const aws::SecretValue& value, const std::string& name) {
  if (!value.members) return {};
  const auto found = value.members->find(name);
  return found == value.members->end() ? std::string() : found->second;
}

// "postgres" of RDS, "aurora-postgresql" of Aurora.
Result<void> check_engine(const aws::SecretValue& value) {
  const std::string engine = member_of(value, "engine");
  if (engine.empty() || engine.contains("postgres")) return {};
  return fail(Error(ErrorKind::InvalidArgument,
                    fmt::format("the secret is for the engine {}, not for postgres", engine))
                  .hint("name the secret of a PostgreSQL database"));
}

// Adds what the URL doesn't say.
void add_target(const aws::SecretValue& value, ConnectionParameters& parameters) {
  const auto add = [&](const char* keyword, const char* member) {
    if (std::string text = member_of(value, member); !text.empty())
      parameters.emplace(keyword, std::move(text));
  };
  constexpr std::array kPlaces = {"host", "hostaddr", "port", "service"};
  const bool says_where =
      std::ranges::any_of(kPlaces, [&](const char* keyword) { return parameters.contains(keyword); });
  if (!says_where) {
    add("host", "host");
    add("port", "port");
  }
  if (!parameters.contains("service")) add("dbname", "dbname");
}

Result<void> check_complete(const ConnectionParameters& parameters, const aws::SecretValue& value) {
  constexpr std::array kNeeded = {std::pair("user", "username"), std::pair("host", "host"),
                                  std::pair("dbname", "dbname")};
  for (const auto& [keyword, member] : kNeeded) {
    if (parameters.contains(keyword)) continue;
    return fail(Error(ErrorKind::InvalidArgument,
                      value.members
                          ? fmt::format("the secret has no {}, and there is no source.url", member)
                          : std::string("the secret is plain text, a password, and there is no source.url"))
                    .hint("source.url says what the secret doesn't: postgresql://user@host:port/database"));
  }
  return {};
}

}  // namespace

Result<postgres::Login> login_of(const Settings& settings, const aws::SecretValue& value,
                                 const postgres::Environment& environment) {
  const auto checked = [&]() -> Result<ConnectionParameters> {
    PG2ATHENA_ASSIGN(ConnectionParameters parameters, postgres::parse_source(settings.url));
    PG2ATHENA_ASSIGN(parameters["password"], password_in(settings, value));
    if (settings.secret.empty()) return parameters;
    PG2ATHENA_TRY(check_engine(value));
    if (std::string user = member_of(value, "username"); !user.empty()) parameters["user"] = std::move(user);
    add_target(value, parameters);
    if (settings.url.empty()) PG2ATHENA_TRY(check_complete(parameters, value));
    return parameters;
  };
  const std::vector<Error::Context> origin = {{"secret", settings.secret_id()},
                                              {"secret_version", value.version_id}};
  auto parameters = checked();
  if (!parameters) {
    Error error = std::move(parameters).error().hint(std::string(kAsRdsWritesIt));
    for (const auto& [key, text] : origin) error = std::move(error).with(key, text);
    return fail(std::move(error));
  }
  return postgres::Login{
      .parameters = postgres::with_defaults(std::move(*parameters), "pg2athena", environment),
      .origin = origin,
      .hint = fmt::format(
          "the server refuses what this version of the secret says: check the secret's user and password "
          "against the role's (ALTER ROLE … PASSWORD), and that source.secret_version_stage, {}, is right; "
          "while a rotation is under way, run again",
          settings.version_stage)};
}

Result<postgres::Login> SecretLogin::read() {
  auto value = reader_();
  if (!value) return fail(std::move(value).error().with("secret", settings_.secret_id()));
  PG2ATHENA_ASSIGN(postgres::Login login, login_of(settings_, *value, environment_));
  log_.info("secret_read", current_ ? "the secret was read again" : "the secret was read",
            {{"secret", settings_.secret_id()}, {"secret_version", value->version_id}});
  return login;
}

Result<postgres::Login> SecretLogin::login() {
  const std::lock_guard lock(mutex_);
  if (!current_) {
    PG2ATHENA_ASSIGN(current_, read());
  }
  current_->reading = readings_;
  return *current_;
}

Result<std::optional<postgres::Login>> SecretLogin::after_refusal(const postgres::Login& refused) {
  const std::lock_guard lock(mutex_);
  // Others may have been refused at the same time, and have read it meanwhile, or found that they can't.
  if (refused.reading == readings_) {
    ++readings_;
    auto again = read();
    failure_ = again ? std::nullopt : std::optional(again.error());
    if (again) current_ = std::move(*again);
  }
  if (failure_) return fail(*failure_);
  const bool another = current_->parameters != refused.parameters || current_->origin != refused.origin;
  return another ? current_ : std::nullopt;
}

}  // namespace pg2athena::login
