#include "postgres/login.h"

namespace pg2athena::postgres {
namespace {

Result<Connection> open(const Login& login, const std::string& application_name, Cancellation& cancellation) {
  ConnectionParameters parameters = login.parameters;
  parameters["application_name"] = application_name;
  auto opened = Connection::open(parameters, cancellation);
  if (opened || opened.error().kind() != ErrorKind::Authentication) return opened;
  Error refusal = std::move(opened).error().hint(login.hint);
  for (const auto& [key, value] : login.origin) refusal = std::move(refusal).with(key, value);
  return fail(std::move(refusal));
}

}  // namespace

Result<Connection> connect(LoginProvider& logins, const std::string& application_name,
                           Cancellation& cancellation) {
  PG2ATHENA_ASSIGN(const Login login, logins.login());
  auto opened = open(login, application_name, cancellation);
  if (opened || opened.error().kind() != ErrorKind::Authentication) return opened;
  auto other = logins.after_refusal(login);
  // The refusal is what the operator has to know first.
  if (!other) return fail(std::move(opened).error().because(std::move(other).error()));
  if (!*other) return opened;
  return open(**other, application_name, cancellation);
}

}  // namespace pg2athena::postgres
