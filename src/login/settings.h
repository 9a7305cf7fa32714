// How to get into the source, as the operator says it. Data only.
#pragma once

#include <optional>
#include <string>

namespace pg2athena::login {

// A password that is in a secret.
struct SecretPassword {
  std::string secret;  // a name or an ARN
  std::string member;  // of a JSON object; empty: its "password", or the whole text if it isn't one

  bool operator==(const SecretPassword&) const = default;
};

// What a server takes as proof.
enum class Method {
  Password,
  Iam,  // a token of AWS's, made for each connection
};

// At most one of password, password_secret and secret is set, and none with Method::Iam.
struct Settings {
  std::string url;       // a URI or a conninfo string, references to the environment replaced
  std::string password;  // empty: from the URL, PGPASSWORD or a password file
  std::optional<SecretPassword> password_secret;
  // A secret with all that a login takes; empty: none. Then the URL says what the secret doesn't, or nothing.
  std::string secret;
  std::string version_stage = "AWSCURRENT";  // of either secret
  Method method = Method::Password;

  // The secret to be read; empty: none.
  std::string secret_id() const { return password_secret ? password_secret->secret : secret; }
};

}  // namespace pg2athena::login
