#include "postgres/blocked_sessions.h"

#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

TEST(BlockedSessions, A_statement_is_known_by_its_first_words) {
  EXPECT_EQ(command_of("ALTER TABLE orders ADD note text DEFAULT 'secret'"), "ALTER TABLE");
  EXPECT_EQ(command_of("  truncate\n orders"), "TRUNCATE");
  EXPECT_EQ(command_of("vacuum full orders"), "VACUUM FULL");
  EXPECT_EQ(command_of("refresh materialized view sales"), "REFRESH MATERIALIZED");
  EXPECT_EQ(command_of("-- a secret\nDROP TABLE orders"), "");
  EXPECT_EQ(command_of("drop"), "DROP");
  EXPECT_EQ(command_of(""), "");
}

TEST(BlockedSessions, A_session_whose_statement_is_hidden_is_known_by_its_pid) {
  EXPECT_EQ((BlockedSession{.pid = 4711, .relation = "orders", .command = "ALTER TABLE"}).who(),
            "pid 4711 (ALTER TABLE)");
  EXPECT_EQ((BlockedSession{.pid = 1, .relation = "orders"}).who(), "pid 1");
}

}  // namespace
}  // namespace pg2athena::postgres
