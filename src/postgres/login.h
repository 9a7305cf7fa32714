// How a connection logs in. A seam, since what is right when a run begins may be another password, or a token
// that has expired, when its last worker connects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "postgres/connection.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::postgres {

// What one try to connect uses.
struct Login {
  ConnectionParameters parameters;
  // Where its secret is from, for the error when a server refuses it: which one, which version. Never what
  // it is.
  std::vector<Error::Context> origin = {};
  // What to do about a refusal; empty: the error policy's hint.
  std::string hint = {};
  // How often its source had been read again when it was given out; the provider's own affair.
  std::uint64_t reading = 0;
};

// Thread-safe: all connections of a run ask the same one. May wait for a network.
class LoginProvider {
 public:
  LoginProvider() = default;
  LoginProvider(const LoginProvider&) = delete;
  LoginProvider& operator=(const LoginProvider&) = delete;
  virtual ~LoginProvider() = default;

  virtual Result<Login> login() = 0;
  // A server refused `refused`: another one, if there is another by now.
  virtual Result<std::optional<Login>> after_refusal(const Login& refused) = 0;
};

// Always the same.
class StaticLogin final : public LoginProvider {
 public:
  explicit StaticLogin(ConnectionParameters parameters, std::string hint = {})
      : login_{.parameters = std::move(parameters), .hint = std::move(hint)} {}
  Result<Login> login() override { return login_; }
  Result<std::optional<Login>> after_refusal(const Login&) override { return std::nullopt; }

 private:
  const Login login_;
};

// Connects; when the server refuses the login, once more with another, if `logins` has another. An error of
// that kind (Authentication) has the login's origin and hint.
Result<Connection> connect(LoginProvider& logins, const std::string& application_name,
                           Cancellation& cancellation);

}  // namespace pg2athena::postgres
