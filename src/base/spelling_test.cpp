#include "base/spelling.h"

#include <array>

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

TEST(Spelling, The_nearest_name_is_found_whatever_its_case) {
  const std::array<std::string, 3> names = {"limits", "tables", "Target"};
  EXPECT_EQ(nearest_name("limts", names), "limits");
  EXPECT_EQ(nearest_name("TABLE", names), "tables");
  EXPECT_EQ(nearest_name("target", names), "Target");
}

TEST(Spelling, Nothing_is_suggested_for_a_name_unlike_all) {
  const std::array<std::string, 2> names = {"limits", "tables"};
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("limits", {}), "");
}

}  // namespace
}  // namespace pg2athena
