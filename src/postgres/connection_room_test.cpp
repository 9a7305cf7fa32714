#include "postgres/connection_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::HasSubstr;

int workers(int asked, const ConnectionRoom& room, int share = 50) {
  const auto fit = workers_that_fit(asked, room, share);
  return fit ? *fit : 0;
}

TEST(ConnectionRoom, What_is_asked_for_is_had_where_there_is_room) {
  EXPECT_EQ(workers(4, {.most = 100, .reserved = 3, .used = 10}), 4);
}

TEST(ConnectionRoom, A_run_takes_its_share_of_what_is_free_and_its_keepers_are_part_of_it) {
  // 97 − 77 are free, and one is ours already: half of 21 is 10.
  EXPECT_EQ(workers(64, {.most = 100, .reserved = 3, .used = 77}), 8);
  EXPECT_EQ(workers(64, {.most = 100, .reserved = 3, .used = 77}, 100), 19);
  EXPECT_EQ(workers(64, {.most = 100, .used = 77}, 100), 22) << "for a superuser nothing is reserved";
}

TEST(ConnectionRoom, The_databases_limit_is_shared_as_the_servers_is) {
  EXPECT_EQ(workers(64, {.most = 100, .used = 1, .database_limit = 20, .database_used = 1}), 8);
  EXPECT_EQ(workers(64, {.most = 100, .used = 1, .database_limit = 20, .database_used = 1}, 100), 18);
}

TEST(ConnectionRoom, The_roles_own_limit_is_its_own) {
  EXPECT_EQ(workers(64, {.most = 100, .used = 1, .role_limit = 4, .role_used = 1}), 2);
  EXPECT_EQ(workers(64, {.most = 100, .used = 90, .role_limit = 40, .role_used = 1}), 3)
      << "but not more than that";
}

TEST(ConnectionRoom, Room_for_not_even_one_worker_is_refused_with_the_numbers) {
  const auto server = workers_that_fit(2, {.most = 20, .reserved = 3, .used = 15}, 50);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind(), ErrorKind::Unsupported);
  EXPECT_THAT(server.error().message(),
              HasSubstr("the server takes 20 connections, 15 are used and 3 reserved"));
  EXPECT_THAT(server.error().hint(), HasSubstr("--connection-share"));
  const auto role = workers_that_fit(2, {.most = 100, .used = 1, .role_limit = 2, .role_used = 1}, 50);
  ASSERT_FALSE(role);
  EXPECT_THAT(role.error().message(), HasSubstr("the role may have 2, and has 1"));
  for (const int limit : {1, 2}) {
    const auto refused =
        workers_that_fit(2, {.most = 100, .used = 1, .role_limit = limit, .role_used = 1}, 50);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().hint(), HasSubstr("CONNECTION LIMIT 3")) << "of " << limit;
  }
  EXPECT_THAT(
      workers_that_fit(2, {.most = 100, .used = 9, .role_limit = 6, .role_used = 6}, 50).error().hint(),
      HasSubstr("CONNECTION LIMIT 8"))
      << "five are others'";
  EXPECT_EQ(workers(1, {.most = 100, .used = 1, .role_limit = 3, .role_used = 1}), 1)
      << "the least that will do";
}

TEST(ConnectionRoom, A_server_that_is_over_its_limits_has_no_room_and_nothing_overflows) {
  EXPECT_FALSE(workers_that_fit(2, {.most = 100, .reserved = 3, .used = 100}, 100));
  EXPECT_EQ(workers(256, {.most = 262'143, .used = 1}, 100), 256) << "PostgreSQL's most";
}

}  // namespace
}  // namespace pg2athena::postgres
