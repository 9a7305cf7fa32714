#include "cli/checkup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

using testing::HasSubstr;

TEST(Checkup, Each_check_is_told_at_once_with_what_to_do) {
  std::string said;
  Checkup checkup([&](const Check& check) { said += check_text(check); });
  checkup.ok("list", "s3://acme-lake/shop in eu-central-1");
  EXPECT_EQ(said, "ok      list             s3://acme-lake/shop in eu-central-1\n");
  EXPECT_FALSE(checkup.failed());
  EXPECT_EQ(checkup_text(checkup), "All 1 checks are ok.\n");

  checkup.warn("clock", "it is off by 90 s", "set it");
  checkup.fail("put", Error(ErrorKind::PermissionDenied, "PutObject was refused")
                          .because(Error(ErrorKind::Service, "denied by a policy"))
                          .hint("the role needs the IAM action s3:PutObject"));
  EXPECT_THAT(said,
              HasSubstr("warn    clock            it is off by 90 s\n                         → set it\n"));
  EXPECT_THAT(said, HasSubstr("FAILED  put              PutObject was refused: denied by a policy\n"
                              "                         → the role needs the IAM action s3:PutObject\n"));
  EXPECT_TRUE(checkup.failed());
  EXPECT_EQ(checkup_text(checkup), "1 of 3 checks failed, 1 gave a warning.\n");
}

TEST(Checkup, An_error_without_a_hint_has_that_of_its_kind) {
  Checkup checkup([](const Check& /*check*/) {});
  checkup.fail("login", Error(ErrorKind::Authentication, "no"));
  EXPECT_THAT(checkup.checks()[0].hint, HasSubstr("password"));
}

}  // namespace
}  // namespace pg2athena::cli
