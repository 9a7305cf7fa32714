#include "postgres/server_error.h"

#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

TEST(ServerError, States_have_the_kinds_that_the_error_policy_needs) {
  EXPECT_EQ(kind_of_sqlstate("3D000"), ErrorKind::NotFound);
  EXPECT_EQ(kind_of_sqlstate("42P01"), ErrorKind::NotFound);
  EXPECT_EQ(kind_of_sqlstate("42703"), ErrorKind::NotFound);
  EXPECT_EQ(kind_of_sqlstate("42501"), ErrorKind::PermissionDenied);
  EXPECT_EQ(kind_of_sqlstate("28P01"), ErrorKind::Authentication);
  EXPECT_EQ(kind_of_sqlstate("55P03"), ErrorKind::LockNotAvailable);
  EXPECT_EQ(kind_of_sqlstate("57P01"), ErrorKind::Connection);
  EXPECT_EQ(kind_of_sqlstate("08006"), ErrorKind::Connection);
  EXPECT_EQ(kind_of_sqlstate("22012"), ErrorKind::Database);
  EXPECT_EQ(kind_of_sqlstate(""), ErrorKind::Connection) << "libpq's own errors have none";
}

}  // namespace
}  // namespace pg2athena::postgres
