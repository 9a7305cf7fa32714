#include "aws/secrets_manager.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::aws {
namespace {

TEST(SecretsManager, A_secret_as_RDS_writes_it_has_members) {
  const auto value = read_secret_value(
      {{"SecretString",
        R"({"username":"etl","password":"p\"w","port":5432,"ssl":true,"tags":["a"],"none":null})"},
       {"VersionId", "v1"}});
  ASSERT_TRUE(value) << value.error();
  EXPECT_EQ(value->version_id, "v1");
  EXPECT_EQ(value->members,
            (std::map<std::string, std::string>{
                {"username", "etl"}, {"password", "p\"w"}, {"port", "5432"}, {"ssl", "true"}}));
  EXPECT_EQ(value->member("password"), "p\"w");
  EXPECT_EQ(value->member("pasword").error().hint(), "its members are password, port, ssl, username");
}

TEST(SecretsManager, A_plain_secret_is_its_text) {
  const auto value = read_secret_value({{"SecretString", "{not json"}});
  ASSERT_TRUE(value) << value.error();
  EXPECT_EQ(value->members, std::nullopt);
  EXPECT_EQ(value->member(""), "{not json");
  EXPECT_EQ(value->member("password").error().kind(), ErrorKind::NotFound);
}

TEST(SecretsManager, Bytes_are_unsupported_and_nothing_is_corrupt) {
  EXPECT_EQ(read_secret_value({{"SecretBinary", "AAEC"}}).error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(read_secret_value(nlohmann::json::object()).error().kind(), ErrorKind::CorruptInput);
}

TEST(SecretsManager, An_ARN_says_its_region) {
  EXPECT_EQ(region_of_arn("arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"), "eu-west-1");
  EXPECT_EQ(region_of_arn("prod/db"), "");
  EXPECT_EQ(region_of_arn("arn:aws:s3:::bucket"), "");
}

}  // namespace
}  // namespace pg2athena::aws
