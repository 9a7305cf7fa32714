#include "base/error.h"

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorKind::InvalidArgument, "an odd number");
  return value / 2;
}

Result<int> quarter(int value) {
  PG2ATHENA_ASSIGN(const int once, half(value));
  PG2ATHENA_TRY(half(once));
  return once / 2;
}

TEST(Error, Results_hand_errors_up) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().kind(), ErrorKind::InvalidArgument);
}

TEST(Error, The_innermost_context_and_the_first_hint_win) {
  const Error error = Error(ErrorKind::Database, "it broke")
                          .with("table", "public.a")
                          .with("table", "public.b")
                          .hint("mend it")
                          .hint("leave it")
                          .because(Error(ErrorKind::Connection, "reset by peer"));
  EXPECT_EQ(error.context("table"), "public.a");
  EXPECT_EQ(error.context("shard"), "");
  EXPECT_EQ(error.hint(), "mend it");
  EXPECT_EQ(error.describe(), "database: it broke (table=public.a): connection: reset by peer");
}

}  // namespace
}  // namespace pg2athena
