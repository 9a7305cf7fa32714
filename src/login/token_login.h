// Logins by a token that is made for each connection: a server takes it for some minutes only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "postgres/login.h"

namespace pg2athena::login {

// For whom, and where.
struct TokenTarget {
  std::string host;
  std::uint16_t port = 5432;
  std::string user;

  bool operator==(const TokenTarget&) const = default;
};

// Of complete parameters (postgres::with_defaults). InvalidArgument for what no token can be made for: a
// socket, several hosts, no user; and for a mode that could send the token in plain text to another machine.
Result<TokenTarget> token_target(const postgres::ConnectionParameters& parameters,
                                 const postgres::Environment& environment);

// A token, with what an error says of it: neither is kept.
struct Token {
  std::string text;
  std::vector<Error::Context> origin;
};

class TokenLogin final : public postgres::LoginProvider {
 public:
  // Thread-safe.
  using Maker = std::function<Result<Token>()>;

  // `hint`: what to do when a server refuses one.
  TokenLogin(postgres::ConnectionParameters parameters, Maker maker, std::string hint)
      : parameters_(std::move(parameters)), maker_(std::move(maker)), hint_(std::move(hint)) {}

  Result<postgres::Login> login() override;
  // It was new.
  Result<std::optional<postgres::Login>> after_refusal(const postgres::Login&) override {
    return std::nullopt;
  }

 private:
  const postgres::ConnectionParameters parameters_;
  const Maker maker_;
  const std::string hint_;
};

}  // namespace pg2athena::login
