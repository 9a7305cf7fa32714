#include "postgres/sql_text.h"

#include <vector>

#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

TEST(SqlText, Identifiers_are_quoted_whatever_is_in_them) {
  EXPECT_EQ(quote_identifier("orders"), "\"orders\"");
  EXPECT_EQ(quote_identifier("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
}

TEST(SqlText, Array_literals_escape_quotes_and_backslashes) {
  EXPECT_EQ(array_literal(std::vector<std::string>{}), "{}");
  EXPECT_EQ(array_literal(std::vector<std::string>{"a", "b\"c\\d"}), R"({"a","b\"c\\d"})");
}

TEST(SqlText, Names_for_people_are_quoted_only_where_they_must_be) {
  EXPECT_EQ((RelationName{"public", "orders"}.display()), "public.orders");
  EXPECT_EQ((RelationName{"public", "Order Items"}.display()), "public.\"Order Items\"");
  EXPECT_EQ((RelationName{"2nd", ""}.display()), "\"2nd\".\"\"");
}

TEST(SqlText, A_literal_is_itself_whatever_the_server_makes_of_backslashes) {
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal(R"(C:\it's)"), R"(E'C:\\it''s')");
  EXPECT_EQ(quote_literal(""), "''");
}

}  // namespace
}  // namespace pg2athena::postgres
