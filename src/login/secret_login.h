// Logins by a secret of AWS Secrets Manager, which changes now and then: a rotation.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "aws/secrets_manager.h"
#include "login/settings.h"
#include "observe/log.h"
#include "postgres/login.h"

namespace pg2athena::login {

// What to connect with, as the settings and the secret have it. The secret's user and password are the login.
// What the URL says of host and port, and of the database, wins; host and port go together. NotFound or
// InvalidArgument for a secret that isn't one for this, without what is in it.
Result<postgres::Login> login_of(const Settings& settings, const aws::SecretValue& value,
                                 const postgres::Environment& environment);

// Reads the secret when it is first asked, and again when a server has refused what it gave out: once for all
// connections that are refused together.
class SecretLogin final : public postgres::LoginProvider {
 public:
  // Called by one thread at a time.
  using Reader = std::function<Result<aws::SecretValue>()>;

  SecretLogin(Settings settings, Reader reader, observe::Log log,
              postgres::Environment environment = postgres::process_environment)
      : settings_(std::move(settings)),
        reader_(std::move(reader)),
        log_(std::move(log)),
        environment_(std::move(environment)) {}

  Result<postgres::Login> login() override;
  Result<std::optional<postgres::Login>> after_refusal(const postgres::Login& refused) override;

 private:
  // With the mutex held, which makes others wait for what is read.
  Result<postgres::Login> read();

  const Settings settings_;
  const Reader reader_;
  const observe::Log log_;
  const postgres::Environment environment_;

  std::mutex mutex_;
  std::optional<postgres::Login> current_;
  std::uint64_t readings_ = 0;         // after refusals
  std::optional<Error> failure_ = {};  // of the last one of these
};

}  // namespace pg2athena::login
