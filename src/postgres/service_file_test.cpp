#include "postgres/service_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pg2athena::postgres {
namespace {

// libpq itself reads the file: the variable has to be the process's own.
class ServiceFile : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::temp_directory_path() / fmt::format("p2a-service-{}.conf", getpid());
    std::ofstream(file_) << "# services\n"
                            "[remote]\nhost=db.example.com\nport=6432\ndbname=shop\nuser=etl\n"
                            "[unsafe]\nhost=db.example.com\nsslmode=prefer\n"
                            "[open]\nhost=db.example.com\nsslmode=disable\n"
                            "[local]\nhost=localhost\nconnect_timeout=33\nkeepalives_idle=77\n"
                            "[ca]\nhost=db.example.com\nsslrootcert=/ca.pem\n"
                            "[secret]\nhost=localhost\npassword=hunter2\n";
    setenv("PGSERVICEFILE", file_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("PGSERVICEFILE");
    std::filesystem::remove(file_);
  }
  static ConnectionParameters parameters(const std::string& source) {
    auto found = connection_parameters(source, "test");
    if (!found) ADD_FAILURE() << found.error();
    return found.value_or(ConnectionParameters());
  }
  static std::string value(const ConnectionParameters& parameters, const std::string& keyword) {
    const auto found = parameters.find(keyword);
    return found == parameters.end() ? "" : found->second;
  }
  std::filesystem::path file_;
};

TEST_F(ServiceFile, A_remote_host_in_it_is_verified_like_any_other) {
  struct Case {
    const char* source;
    const char* sslmode;
  };
  for (const auto& [source, sslmode] :
       {Case{"service=remote", "verify-full"}, Case{"postgresql://?service=remote", "verify-full"},
        Case{"service=remote sslmode=require", "require"}, Case{"service=unsafe", "prefer"},
        Case{"service=open", "disable"}, Case{"service=local", ""}, Case{"service=ca", "verify-full"},
        Case{"service=local host=db.example.com", "verify-full"}, Case{"service=remote host=localhost", ""},
        Case{"service=none", ""}}) {
    EXPECT_EQ(value(parameters(source), "sslmode"), sslmode) << source;
  }
}

TEST_F(ServiceFile, Our_defaults_give_way_to_it) {
  const ConnectionParameters local = parameters("service=local");
  EXPECT_EQ(value(local, "connect_timeout"), "33");
  EXPECT_EQ(value(local, "keepalives_idle"), "77");
  EXPECT_EQ(value(local, "keepalives_count"), "3");
  EXPECT_EQ(value(parameters("service=ca"), "sslrootcert"), "/ca.pem");
}

TEST_F(ServiceFile, It_is_said_where_the_connection_goes) {
  EXPECT_EQ(describe_target(parameters("service=remote")), "shop on db.example.com:6432 as etl");
  EXPECT_EQ(describe_target(parameters("service=remote dbname=other port=1")),
            "other on db.example.com:1 as etl");
}

TEST_F(ServiceFile, The_variable_names_one_too) {
  setenv("PGSERVICE", "remote", 1);
  EXPECT_EQ(value(parameters("dbname=x"), "sslmode"), "verify-full");
  unsetenv("PGSERVICE");
}

TEST_F(ServiceFile, Its_password_stays_in_it) {
  EXPECT_EQ(value(parameters("service=secret"), "password"), "");
}

}  // namespace
}  // namespace pg2athena::postgres
