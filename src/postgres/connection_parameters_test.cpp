#include "postgres/connection_parameters.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pg2athena::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;

ConnectionParameters parameters(const std::string& source,
                                const std::map<std::string, std::string>& variables = {}) {
  const auto found =
      connection_parameters(source, "test", [&](const char* name) -> std::optional<std::string> {
        const auto variable = variables.find(name);
        return variable == variables.end() ? std::nullopt : std::optional(variable->second);
      });
  if (!found) ADD_FAILURE() << found.error();
  return found.value_or(ConnectionParameters());
}

std::string value(const ConnectionParameters& parameters, const std::string& keyword) {
  const auto found = parameters.find(keyword);
  return found == parameters.end() ? "" : found->second;
}

TEST(ConnectionParameters, TLS_is_verified_for_every_host_that_is_not_local) {
  struct Case {
    const char* source;
    std::map<std::string, std::string> variables;
    const char* sslmode;
  };
  for (const Case& c :
       {Case{"postgresql://db.example.com/shop", {}, "verify-full"},
        Case{"postgresql://localhost,db.example.com/shop", {}, "verify-full"},
        Case{"host=localhost hostaddr=10.0.0.1", {}, "verify-full"},
        Case{"dbname=shop", {{"PGHOST", "db.example.com"}}, "verify-full"},
        Case{"postgresql://db.example.com/shop?sslmode=require", {}, "require"},
        Case{"postgresql://db.example.com/shop", {{"PGSSLMODE", "disable"}}, ""},
        Case{"postgresql://localhost/shop", {}, ""}, Case{"postgresql://127.0.0.1/shop", {}, ""},
        Case{"postgresql:///shop?host=/var/run/postgresql", {}, ""}, Case{"service=shop", {}, ""}}) {
    EXPECT_EQ(value(parameters(c.source, c.variables), "sslmode"), c.sslmode) << c.source;
  }
}

TEST(ConnectionParameters, The_session_is_always_UTF8_and_dead_networks_are_found_out) {
  const auto found = parameters("postgresql://localhost/shop?client_encoding=LATIN1&connect_timeout=3");
  EXPECT_EQ(value(found, "client_encoding"), "UTF8");
  EXPECT_EQ(value(found, "application_name"), "test");
  EXPECT_EQ(value(found, "connect_timeout"), "3");
  EXPECT_NE(value(found, "keepalives_idle"), "");
}

// libpq passes such a file over, and would say so on stderr for each connection.
TEST(ConnectionParameters, A_password_file_that_others_may_read_is_left_out) {
  namespace fs = std::filesystem;
  const fs::path file = fs::temp_directory_path() / fmt::format("p2a-pgpass-{}", getpid());
  std::ofstream(file) << "*:*:*:*:secret\n";
  const auto with_mode = [&](fs::perms mode) {
    fs::permissions(file, mode);
    return parameters("dbname=shop", {{"PGPASSFILE", file.string()}});
  };
  using fs::perms;
  EXPECT_EQ(value(with_mode(perms::owner_read | perms::owner_write), "passfile"), "");
  EXPECT_EQ(value(with_mode(perms::owner_read | perms::others_read), "passfile"), file.string() + "/");
  EXPECT_EQ(unusable_password_file({{"passfile", file.string()}}), file.string());
  fs::remove(file);
  EXPECT_EQ(unusable_password_file({{"passfile", file.string()}}), std::nullopt);
}

TEST(ConnectionParameters, A_password_is_seen_in_either_form) {
  EXPECT_TRUE(*has_password("postgresql://etl:secret@localhost/shop"));
  EXPECT_TRUE(*has_password("postgresql://localhost/shop?password=secret"));
  EXPECT_TRUE(*has_password("host=localhost password=secret"));
  EXPECT_FALSE(*has_password("postgresql://etl@localhost/shop"));
}

TEST(ConnectionParameters, What_is_no_connection_string_is_refused_without_being_repeated) {
  const auto refused = connection_parameters("postgresql://etl:se%zzcret@localhost/shop", "test");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
  EXPECT_THAT(refused.error().describe(), Not(HasSubstr("cret")));
}

TEST(ConnectionParameters, Targets_are_described_without_their_passwords) {
  EXPECT_EQ(describe_target({{"host", "db"}, {"dbname", "shop"}, {"user", "etl"}, {"password", "secret"}}),
            "shop on db:5432 as etl");
}

// Without %XX libpq takes parts of such a password for a port, a host or a database, and says so.
TEST(ConnectionParameters, A_password_that_is_not_encoded_is_refused_without_being_shown) {
  for (const char* const source :
       {"postgresql://etl:hunt/er2@db/shop", "postgresql://etl:hunt@er2@db/shop",
        "postgres://etl:hunt/er2@db", "postgresql://hunt/er2@db/shop?sslmode=disable"}) {
    const auto refused = has_password(source);
    ASSERT_FALSE(refused.has_value()) << source;
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_EQ((refused.error().describe() + refused.error().hint()).find("hunt"), std::string::npos);
  }
  for (const char* const source : {"postgresql://etl@db/shop?options=-c%20a%3Db@c",
                                   "postgresql://etl@db/a%40b", "postgresql:///shop", "host=db user=a@b"}) {
    EXPECT_TRUE(has_password(source).has_value()) << source;
  }
}

}  // namespace
}  // namespace pg2athena::postgres
