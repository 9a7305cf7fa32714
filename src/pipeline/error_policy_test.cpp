#include "pipeline/error_policy.h"

#include <gtest/gtest.h>

namespace pg2athena::pipeline {
namespace {

TEST(ErrorPolicy, Every_kind_of_error_has_its_own_row) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::Internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    EXPECT_EQ(policy_of(kind).kind, kind) << to_string(kind);
  }
}

TEST(ErrorPolicy, Exit_codes_tell_refusals_from_failures) {
  for (const ErrorKind kind : {ErrorKind::NotFound, ErrorKind::PermissionDenied, ErrorKind::NameCollision}) {
    EXPECT_EQ(policy_of(kind).exit_code, ExitCode::Refused) << to_string(kind);
  }
  for (const ErrorKind kind : {ErrorKind::Connection, ErrorKind::Authentication, ErrorKind::StorageFull}) {
    EXPECT_EQ(policy_of(kind).exit_code, ExitCode::Failed) << to_string(kind);
  }
  EXPECT_EQ(policy_of(ErrorKind::CommitUnknown).exit_code, ExitCode::CommitUnknown);
}

TEST(ErrorPolicy, An_errors_own_hint_goes_before_its_kinds) {
  EXPECT_EQ(hint_of(Error(ErrorKind::Storage, "x").hint("do this")), "do this");
  EXPECT_FALSE(hint_of(Error(ErrorKind::Storage, "x")).empty());
}

}  // namespace
}  // namespace pg2athena::pipeline
