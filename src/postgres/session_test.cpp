#include "postgres/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::HasSubstr;

std::map<std::string, std::string> all_taken(const std::vector<OwnSetting>& wanted) {
  std::map<std::string, std::string> shown;
  for (const OwnSetting& setting : wanted) shown[setting.name] = setting.shown;
  return shown;
}

TEST(Session, Settings_that_the_server_took_are_fine) {
  for (const int version : {140000, 150004, 170000}) {
    const auto wanted = own_settings({.statement_timeout = std::chrono::hours(2)}, version);
    EXPECT_TRUE(check_taken(wanted, all_taken(wanted)));
  }
}

TEST(Session, Each_setting_that_the_server_did_not_take_is_refused_by_name) {
  const auto wanted = own_settings({}, 170000);
  for (const OwnSetting& setting : wanted) {
    auto shown = all_taken(wanted);
    shown[setting.name] = "another";
    const auto other = check_taken(wanted, shown);
    shown.erase(setting.name);
    const auto missing = check_taken(wanted, shown);
    ASSERT_FALSE(other || missing) << setting.name;
    EXPECT_EQ(other.error().kind(), ErrorKind::Unsupported);
    EXPECT_THAT(other.error().message(), HasSubstr(setting.name + " is another"));
    EXPECT_THAT(missing.error().message(), HasSubstr(setting.name + " is unknown"));
  }
}

TEST(Session, No_timeout_of_the_role_or_the_database_ends_a_run) {
  const auto shown = all_taken(own_settings({.statement_timeout = std::chrono::seconds(90)}, 170000));
  EXPECT_EQ(shown.at("idle_in_transaction_session_timeout"), "0");
  EXPECT_EQ(shown.at("idle_session_timeout"), "0");
  EXPECT_EQ(shown.at("transaction_timeout"), "0");
  EXPECT_EQ(shown.at("statement_timeout"), "90000") << "but for what the operator limits";
  EXPECT_FALSE(all_taken(own_settings({}, 160000)).contains("transaction_timeout")) << "new in 17";
}

}  // namespace
}  // namespace pg2athena::postgres
