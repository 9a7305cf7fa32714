#include "postgres/lock_holder.h"

#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using std::chrono::milliseconds;

TEST(LockHolder, A_session_is_named_with_what_the_server_shows_of_it) {
  EXPECT_EQ((LockHolder{.pid = 4711,
                        .role = "alice",
                        .application = "psql",
                        .command = "LOCK TABLE",
                        .in_transaction = milliseconds(12'345),
                        .granted = true})
                .what_it_does(),
            "pid 4711 (LOCK TABLE, role alice, application psql, in its transaction for 12 s) has locked it");
  EXPECT_EQ((LockHolder{.pid = 1, .granted = true}).what_it_does(), "pid 1 has locked it");
  EXPECT_EQ((LockHolder{.pid = 2, .command = "ALTER TABLE"}).what_it_does(),
            "pid 2 (ALTER TABLE) waits to lock it, and was there before");
  EXPECT_EQ((LockHolder{.pid = 0, .granted = true}).what_it_does(),
            "a prepared transaction has locked it (pg_prepared_xacts)");
}

TEST(LockHolder, A_timeout_says_what_was_waited_for_and_keeps_what_the_server_said) {
  const LockWait wait{
      .relation = "public.actor",
      .holders = {{.pid = 1, .granted = true}, {.pid = 2}, {.pid = 3}, {.pid = 4}, {.pid = 5}}};
  const Error error =
      explain_lock_timeout(Error(ErrorKind::LockNotAvailable, "canceling statement due to lock timeout")
                               .with("sqlstate", "55P03")
                               .hint("wait longer"),
                           wait, milliseconds(1000));
  EXPECT_EQ(error.kind(), ErrorKind::LockNotAvailable);
  EXPECT_TRUE(error.message().starts_with("public.actor could not be locked within 1s: pid 1 has locked it"));
  EXPECT_TRUE(error.message().ends_with("and 2 more")) << error.message();
  EXPECT_EQ(error.context("sqlstate"), "55P03");
  EXPECT_EQ(error.context("table"), "public.actor");
  EXPECT_EQ(error.context("blocking_pid"), "1");
  EXPECT_EQ(error.hint(), "wait longer");
  ASSERT_NE(error.cause(), nullptr);
  EXPECT_EQ(error.cause()->message(), "canceling statement due to lock timeout");
}

}  // namespace
}  // namespace pg2athena::postgres
