#include "aws/rds_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/crt.h"

namespace pg2athena::aws {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// tests/aws/test_rds_token.py has botocore judge more of them.
TEST(RdsToken, Is_a_presigned_URL_without_its_scheme) {
  const CrtLibrary library;
  const Signer signer(library);
  const auto token =
      rds_token(signer, {.access_key_id = "AKIDEXAMPLE", .secret_access_key = "wJalrXUtnFEMI/K7MDENG"},
                {.host = "db.abc.eu-central-1.rds.amazonaws.com",
                 .port = 5432,
                 .user = "e+l",
                 .region = "eu-central-1"},
                std::chrono::sys_days(std::chrono::January / 31 / 2026));
  ASSERT_TRUE(token) << token.error();
  EXPECT_THAT(*token, StartsWith("db.abc.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=e%2Bl&"));
  EXPECT_THAT(*token, HasSubstr("&X-Amz-Expires=900"));
  EXPECT_THAT(*token, HasSubstr("%2F20260131%2Feu-central-1%2Frds-db%2Faws4_request"));
  EXPECT_THAT(*token, HasSubstr("&X-Amz-SignedHeaders=host"));
}

TEST(RdsToken, A_host_of_RDS_says_its_region) {
  EXPECT_EQ(region_of_rds_host("shop.abc123.eu-central-1.rds.amazonaws.com"), "eu-central-1");
  EXPECT_EQ(region_of_rds_host("shop.cluster-ro-abc.us-east-1.rds.amazonaws.com"), "us-east-1");
  EXPECT_EQ(region_of_rds_host("p.proxy-abc.eu-west-1.rds.amazonaws.com"), "eu-west-1");
  EXPECT_EQ(region_of_rds_host("shop.abc.rds.cn-north-1.amazonaws.com.cn"), "cn-north-1");
  for (const char* const other :
       {"db.internal", "", "10.0.0.1", "s3.eu-west-1.amazonaws.com", "x.cn-north-1.amazonaws.com.cn"}) {
    EXPECT_EQ(region_of_rds_host(other), "") << other;
  }
}

}  // namespace
}  // namespace pg2athena::aws
