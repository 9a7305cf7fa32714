#include "types/lake_name.h"

#include <gtest/gtest.h>

namespace pg2athena::types {
namespace {

TEST(LakeName, Names_follow_the_rule) {
  EXPECT_EQ(lake_name("orders"), "orders");
  EXPECT_EQ(lake_name("Order Items"), "order_items");
  EXPECT_EQ(lake_name("Größe"), "gr__e");
  EXPECT_EQ(lake_name("東京"), "__");
  EXPECT_EQ(lake_name("2024_sales"), "2024_sales");
  EXPECT_EQ(lake_name("a.b/c\"d\n"), "a_b_c_d_");
}

}  // namespace
}  // namespace pg2athena::types
