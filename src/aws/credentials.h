// Who we are to AWS.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace pg2athena::aws {

// Nothing here may appear in a log or a message but `source` and the access key's id.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty for credentials that last
  std::optional<std::chrono::system_clock::time_point> expiration;
  std::string source;  // where they come from, for people: "environment", "profile etl, role arn:…"

  bool operator==(const Credentials&) const = default;
};

// An expiration as AWS writes it, "2026-01-31T03:00:00Z"; none for what isn't one.
std::optional<std::chrono::system_clock::time_point> parse_expiration(std::string_view text);

// Thread-safe. May ask the network and wait for it: not to be called where waiting is forbidden.
class CredentialsProvider {
 public:
  CredentialsProvider() = default;
  CredentialsProvider(const CredentialsProvider&) = delete;
  CredentialsProvider& operator=(const CredentialsProvider&) = delete;
  virtual ~CredentialsProvider() = default;

  virtual Result<Credentials> get() = 0;
  // A service says that these are no longer valid: the next get() has to look again.
  virtual void reject(const Credentials& credentials) { static_cast<void>(credentials); }
};

// Always the same.
class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  Result<Credentials> get() override { return credentials_; }

 private:
  Credentials credentials_;
};

}  // namespace pg2athena::aws
