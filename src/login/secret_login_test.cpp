#include "login/secret_login.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::login {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kOfRds = R"({"username": "etl", "password": "hunter2", "engine": "postgres",
  "host": "db.internal", "port": 6432, "dbname": "shop", "dbInstanceIdentifier": "shop-1"})";

std::optional<std::string> no_environment(const char*) {
  return std::nullopt;
}

aws::SecretValue secret(const std::string& text, const std::string& version = "v1") {
  return aws::read_secret_value({{"SecretString", text}, {"VersionId", version}}).value();
}

Settings whole(const std::string& url = {}) {
  return {.url = url, .secret = "prod/etl"};
}
Settings password_of(const std::string& url, const std::string& member = {}) {
  return {.url = url, .password_secret = SecretPassword{.secret = "prod/etl", .member = member}};
}

std::string value(const postgres::ConnectionParameters& parameters, const std::string& keyword) {
  const auto found = parameters.find(keyword);
  return found == parameters.end() ? "" : found->second;
}

TEST(SecretLogin, What_the_URL_says_of_the_place_wins_and_the_secret_is_the_login) {
  struct Case {
    const char* url;
    const char* host;
    const char* port;
    const char* dbname;
  };
  for (const auto& [url, host, port, dbname] :
       {Case{"", "db.internal", "6432", "shop"}, Case{"postgresql://other@/", "db.internal", "6432", "shop"},
        Case{"postgresql:///stock", "db.internal", "6432", "stock"},
        Case{"postgresql://replica.internal", "replica.internal", "", "shop"},
        Case{"postgresql://localhost:15432/stock", "localhost", "15432", "stock"},
        Case{"host=x port=1 dbname=y user=z", "x", "1", "y"}, Case{"service=none", "", "", ""}}) {
    const auto login = login_of(whole(url), secret(kOfRds), no_environment);
    ASSERT_TRUE(login) << login.error();
    EXPECT_EQ(value(login->parameters, "host"), host) << url;
    EXPECT_EQ(value(login->parameters, "port"), port) << url;
    EXPECT_EQ(value(login->parameters, "dbname"), dbname) << url;
    EXPECT_EQ(value(login->parameters, "user"), "etl") << url;
    EXPECT_EQ(value(login->parameters, "password"), "hunter2") << url;
  }
}

TEST(SecretLogin, A_remote_host_in_the_secret_is_verified_like_any_other) {
  EXPECT_EQ(login_of(whole(), secret(kOfRds), no_environment)->parameters.at("sslmode"), "verify-full");
  EXPECT_EQ(login_of(whole("?sslmode=require"), secret(kOfRds), no_environment).error().kind(),
            ErrorKind::InvalidArgument);
  EXPECT_EQ(login_of(whole("sslmode=require"), secret(kOfRds), no_environment)->parameters.at("sslmode"),
            "require");
}

TEST(SecretLogin, A_password_is_plain_text_a_member_or_the_one_that_is_named) {
  struct Case {
    Settings settings;
    const char* text;
    const char* password;
    const char* user;
  };
  const std::string url = "postgresql://me@localhost/shop";
  for (const auto& [settings, text, password, user] :
       {Case{whole(url), "p4ss word", "p4ss word", "me"},
        Case{whole(url), "from a file\n", "from a file", "me"}, Case{whole(url), "[\"p\"]", "[\"p\"]", "me"},
        Case{whole(url), R"({"password": 123})", "123", "me"}, Case{password_of(url), "plain", "plain", "me"},
        Case{password_of(url), kOfRds, "hunter2", "me"},
        Case{password_of(url, "pw"), R"({"pw": "x", "username": "other"})", "x", "me"}}) {
    const auto login = login_of(settings, secret(text), no_environment);
    ASSERT_TRUE(login) << login.error() << text;
    EXPECT_EQ(value(login->parameters, "password"), password);
    EXPECT_EQ(value(login->parameters, "user"), user);
  }
}

TEST(SecretLogin, A_secret_that_is_none_is_refused_without_being_shown) {
  struct Case {
    Settings settings;
    const char* text;
    const char* message;
  };
  const std::string url = "postgresql://me@localhost/shop";
  for (const auto& [settings, text, message] :
       {Case{whole(url), R"({"pasword": "hunter2"})", "the secret has no member password"},
        Case{whole(url), "", "empty"}, Case{whole(url), "\n", "empty"},
        Case{whole(url), R"({"password": ""})", "empty"},
        Case{whole(url), R"({"password": "hun\u0000ter2"})", "NUL"},
        Case{whole(url), R"({"password": "hunter2", "engine": "mysql"})", "engine mysql"},
        Case{password_of(url, "pw"), "hunter2", "no member pw: it is plain text"},
        Case{password_of(url, "pw"), R"({"password": "hunter2"})", "no member pw"},
        Case{whole(), "hunter2", "plain text, a password, and there is no source.url"},
        Case{whole(), R"({"username": "a", "password": "hunter2"})",
             "has no host, and there is no source.url"},
        Case{whole(), R"({"username": "a", "password": "hunter2", "host": "h"})", "has no dbname"},
        Case{whole(), R"({"password": "hunter2", "host": "h", "dbname": "d"})", "has no username"}}) {
    const auto login = login_of(settings, secret(text, "v7"), no_environment);
    ASSERT_FALSE(login) << text;
    EXPECT_THAT(login.error().message(), HasSubstr(message));
    EXPECT_EQ(login.error().context("secret"), "prod/etl");
    EXPECT_EQ(login.error().context("secret_version"), "v7");
    EXPECT_THAT(login.error().describe() + login.error().hint(), Not(HasSubstr("hunter2")));
    EXPECT_NE(login.error().hint(), "");
  }
}

// A secret in rotation.
class Rotating : public testing::Test {
 protected:
  SecretLogin login_{
      whole(),
      [this]() -> Result<aws::SecretValue> {
        ++reads_;
        if (broken_) return fail(ErrorKind::Connection, "no network");
        return secret(R"({"username": "etl", "host": "h", "dbname": "d", "password": ")" + password_ + "\"}",
                      version_);
      },
      observe::Log::none(), no_environment};
  std::string password_ = "old";
  std::string version_ = "v1";
  bool broken_ = false;
  std::atomic<int> reads_ = 0;
};

TEST_F(Rotating, It_is_read_once_for_all_connections) {
  EXPECT_EQ(login_.login()->parameters.at("password"), "old");
  EXPECT_EQ(login_.login()->origin[1], (Error::Context{"secret_version", "v1"}));
  EXPECT_EQ(reads_, 1);
}

TEST_F(Rotating, After_a_refusal_it_is_read_again_and_another_is_given) {
  const auto refused = login_.login();
  password_ = "new";
  version_ = "v2";
  const auto other = login_.after_refusal(*refused);
  ASSERT_TRUE(other && *other);
  EXPECT_EQ((*other)->parameters.at("password"), "new");
  EXPECT_EQ((*other)->origin[1].value, "v2");
  EXPECT_EQ(login_.login()->parameters.at("password"), "new");
  EXPECT_EQ(reads_, 2);
}

TEST_F(Rotating, The_same_again_is_none) {
  const auto refused = login_.login();
  EXPECT_EQ(login_.after_refusal(*refused).value(), std::nullopt);
  EXPECT_EQ(reads_, 2);
  // A later connection that is refused may ask again.
  const auto later = login_.login();
  password_ = "new";
  EXPECT_TRUE(login_.after_refusal(*later).value().has_value());
  EXPECT_EQ(reads_, 3);
}

TEST_F(Rotating, Connections_that_are_refused_together_cause_one_reading) {
  for (const bool rotated : {true, false}) {
    const auto refused = login_.login();
    const int before = reads_;
    if (rotated) version_ = password_ = "new";
    std::atomic<int> others = 0;
    {
      std::vector<std::jthread> workers;
      for (int i = 0; i < 16; ++i) {
        workers.emplace_back([&] { others += login_.after_refusal(*refused).value().has_value() ? 1 : 0; });
      }
    }
    EXPECT_EQ(reads_, before + 1);
    EXPECT_EQ(others, rotated ? 16 : 0);
  }
}

TEST_F(Rotating, That_it_can_not_be_read_is_said_to_all_and_forgotten) {
  const auto refused = login_.login();
  broken_ = true;
  EXPECT_EQ(login_.after_refusal(*refused).error().message(), "no network");
  EXPECT_EQ(login_.after_refusal(*refused).error().message(), "no network");
  EXPECT_EQ(reads_, 2);
  broken_ = false;
  const auto later = login_.login();
  EXPECT_EQ(login_.after_refusal(*later).value(), std::nullopt);
}

}  // namespace
}  // namespace pg2athena::login
