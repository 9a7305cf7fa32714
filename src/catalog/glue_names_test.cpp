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

TEST(GlueNames, A_description_may_have_lines_and_is_cut_between_characters) {
  EXPECT_EQ(glue_description("of the\r\nshop\t(net)\x01\x7F!"), "of the\r\nshop\t(net)  !");
  EXPECT_EQ(glue_description(std::string(2047, 'x') + "é and more"), std::string(2047, 'x'));
}

TEST(GlueNames, Characters_that_Glue_s_patterns_refuse_become_others) {
  const std::string refused = "a\xEF\xBF\xBE\xEF\xBF\xBF\x01\nb\xF0\x9F\x98\x80\xEF\xBF\xBD";
  EXPECT_FALSE(is_glue_text(refused));
  for (const std::string& text : {glue_comment(refused), on_one_line(glue_description(refused))}) {
    EXPECT_EQ(text, "a\xEF\xBF\xBD\xEF\xBF\xBD  b\xF0\x9F\x98\x80\xEF\xBF\xBD");
    EXPECT_TRUE(is_glue_text(text));
  }
}

}  // namespace
}  // namespace pg2athena::catalog
