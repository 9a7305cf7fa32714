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

TEST(BlockedSessions, A_message_names_who_waits_for_what) {
  const BlockedSession session{.pid = 4711, .relation = "public.orders", .command = "ALTER TABLE"};
  EXPECT_EQ(session.describe(), "pid 4711 (ALTER TABLE) for public.orders");
  const BlockedSession hidden{.pid = 1, .relation = "orders", .queued = 2};
  EXPECT_EQ(hidden.describe(), "pid 1 for orders, with 2 more behind it");
}

}  // namespace
}  // namespace pg2athena::postgres
