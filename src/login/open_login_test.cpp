#include "login/open_login.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pg2athena::login {
namespace {

using testing::HasSubstr;

postgres::Login login_of_static(const Settings& settings, const postgres::Environment& environment) {
  Cancellation stop;
  const auto logins = open_login(settings, {.log = observe::Log::none(), .stop = stop}, environment);
  if (!logins) ADD_FAILURE() << logins.error();
  return (*logins)->login().value();
}

std::optional<std::string> no_environment(const char*) {
  return std::nullopt;
}

TEST(OpenLogin, A_password_reaches_libpq_as_it_is) {
  const auto login =
      login_of_static({.url = "postgresql://etl@localhost/shop", .password = "p w'\\"}, no_environment);
  EXPECT_EQ(login.parameters.at("password"), "p w'\\");
  EXPECT_EQ(login.parameters.at("user"), "etl");
  EXPECT_EQ(login.hint, "");
}

TEST(OpenLogin, What_is_no_connection_string_is_refused) {
  Cancellation stop;
  const auto refused =
      open_login({.url = "no source"}, {.log = observe::Log::none(), .stop = stop}, no_environment);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
}

TEST(OpenLogin, Only_secrets_and_tokens_need_AWS) {
  EXPECT_EQ(setting_for_aws({.url = "postgresql:///shop", .password = "x"}), "");
  EXPECT_EQ(setting_for_aws({.secret = "x"}), "source.secret");
  EXPECT_EQ(setting_for_aws({.password_secret = SecretPassword{.secret = "x", .member = {}}}),
            "source.password");
  EXPECT_EQ(setting_for_aws({.method = Method::Iam}), "source.auth");
}

TEST(OpenLogin, A_password_file_that_is_left_out_is_the_hint_when_a_password_is_missing) {
  namespace fs = std::filesystem;
  const fs::path file = fs::temp_directory_path() / fmt::format("p2a-pgpass-of-login-{}", getpid());
  std::ofstream(file) << "*:*:*:*:secret\n";
  fs::permissions(file, fs::perms::owner_read | fs::perms::group_read);
  const auto environment = [&](const char* name) -> std::optional<std::string> {
    return std::string_view(name) == "PGPASSFILE" ? std::optional(file.string()) : std::nullopt;
  };
  EXPECT_THAT(login_of_static({.url = "postgresql:///shop"}, environment).hint,
              HasSubstr(fmt::format("chmod 600 {}", file.string())));
  EXPECT_EQ(login_of_static({.url = "postgresql:///shop", .password = "x"}, environment).hint, "");
  fs::remove(file);
}

}  // namespace
}  // namespace pg2athena::login
