#include "catalog/glue_names.h"

#include <gtest/gtest.h>

namespace pg2athena::catalog {
namespace {

TEST(GlueNames, A_table_is_named_as_in_PostgreSQL_without_its_schema) {
  EXPECT_EQ(glue_table_name("public.orders"), "orders");
  EXPECT_EQ(glue_table_name("revenue"), "revenue");
  EXPECT_EQ(glue_table_name("public._1st"), "_1st");
}

TEST(GlueNames, A_database_has_a_name_that_Athena_takes) {
  for (const std::string_view name : {"shop", "shop_2", "my-shop"}) {
    EXPECT_TRUE(check_glue_database(name).has_value()) << name;
  }
  for (const std::string_view name : {"", "Shop", "a.b", "a`b", "a b"}) {
    EXPECT_FALSE(check_glue_database(name).has_value()) << name;
  }
}

TEST(GlueNames, A_comment_is_one_line_cut_between_characters) {
  EXPECT_EQ(glue_comment("of the\nshop\t(net)"), "of the shop (net)");
  EXPECT_EQ(glue_comment(std::string(254, 'x') + "é and more"), std::string(254, 'x'));
}

}  // namespace
}  // namespace pg2athena::catalog
