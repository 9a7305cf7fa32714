#include "login/token_login.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::login {
namespace {

using testing::HasSubstr;

Result<TokenTarget> target_of(const std::string& source,
                              const std::map<std::string, std::string>& variables = {}) {
  const auto environment = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return token_target(postgres::connection_parameters(source, "test", environment).value(), environment);
}

TEST(TokenLogin, A_token_is_for_host_port_and_user) {
  EXPECT_EQ(target_of("postgresql://etl@db.internal/shop").value(),
            (TokenTarget{.host = "db.internal", .port = 5432, .user = "etl"}));
  EXPECT_EQ(target_of("postgresql://etl@db.internal:6432/shop?hostaddr=127.0.0.1").value(),
            (TokenTarget{.host = "db.internal", .port = 6432, .user = "etl"}));
  EXPECT_EQ(target_of("dbname=shop", {{"PGHOST", "db"}, {"PGPORT", "1"}, {"PGUSER", "a"}}).value(),
            (TokenTarget{.host = "db", .port = 1, .user = "a"}));
}

TEST(TokenLogin, What_no_token_can_be_for_is_refused) {
  struct Case {
    const char* source;
    const char* message;
  };
  for (const auto& [source, message] :
       {Case{"postgresql://etl@/shop", "one host"}, Case{"postgresql://etl@a,b/shop", "one host"},
        Case{"host=/tmp user=etl", "one host"}, Case{"postgresql://db/shop", "a user"},
        Case{"postgresql://etl@db:no/shop", "port"}, Case{"postgresql://etl@db/shop?sslmode=prefer", "TLS"},
        Case{"postgresql://etl@db/shop?sslmode=disable", "sslmode=disable"},
        Case{"postgresql://etl@db/shop?sslmode=allow", "TLS"}}) {
    const auto refused = target_of(source);
    ASSERT_FALSE(refused) << source;
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(refused.error().message(), HasSubstr(message)) << source;
  }
  EXPECT_FALSE(target_of("postgresql://etl@db/shop", {{"PGSSLMODE", "prefer"}}));
}

TEST(TokenLogin, Encrypted_or_on_this_machine_it_may_be_sent) {
  for (const char* const source :
       {"postgresql://etl@db/shop", "postgresql://etl@db/shop?sslmode=require",
        "postgresql://etl@localhost/shop", "postgresql://etl@127.0.0.1/shop?sslmode=disable"}) {
    EXPECT_TRUE(target_of(source)) << source;
  }
}

TEST(TokenLogin, Each_connection_gets_its_own) {
  int made = 0;
  TokenLogin logins(
      {{"host", "db"}},
      [&]() -> Result<Token> {
        return Token{.text = "token " + std::to_string(++made), .origin = {{"token_region", "r"}}};
      },
      "look there");
  EXPECT_EQ(logins.login()->parameters.at("password"), "token 1");
  const auto second = logins.login();
  EXPECT_EQ(second->parameters.at("password"), "token 2");
  EXPECT_EQ(second->hint, "look there");
  EXPECT_EQ(logins.after_refusal(*second).value(), std::nullopt);
}

}  // namespace
}  // namespace pg2athena::login
