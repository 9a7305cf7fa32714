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

TEST(Spelling, Neighbours_that_changed_places_are_one_slip) {
  const std::array<std::string, 3> names = {"address", "orders", "order_items"};
  EXPECT_EQ(nearest_name("ordres", names), "orders");
  EXPECT_EQ(nearest_name("odrers", names), "orders");
  EXPECT_EQ(nearest_name("order_itmes", names), "order_items");
}

TEST(Spelling, A_short_name_is_near_to_few) {
  const std::array<std::string, 3> names = {"id", "i8", "a"};
  EXPECT_EQ(nearest_name("kind", names), "");
  EXPECT_EQ(nearest_name("b", names), "");
  EXPECT_EQ(nearest_name("A", names), "a");
  EXPECT_EQ(nearest_name("x8", names), "i8");
  EXPECT_EQ(nearest_name("idd", names), "id");
}

TEST(Spelling, Nothing_is_suggested_for_a_name_unlike_all) {
  const std::array<std::string, 2> names = {"limits", "tables"};
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("limits", {}), "");
}

}  // namespace
}  // namespace pg2athena
