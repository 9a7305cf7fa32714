#include "postgres/scan.h"

#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

ScanSource orders() {
  ScanSource source;
  source.relation = RelationName{.schema = "public", .name = "orders"};
  source.only = true;
  const types::PgType integer{.oid = types::oid::kInt4, .name = "integer"};
  const types::PgType point{.oid = 600, .name = "point"};
  source.columns = {{.name = "id", .type = integer, .mapping = types::map_type(integer).value()},
                    {.name = "Place", .type = point, .mapping = types::map_type(point).value()}};
  return source;
}

TEST(Scan, Statements_quote_names_and_take_what_has_no_binary_form_as_output_text) {
  EXPECT_EQ(copy_statement(orders(), BlockRange{3, 6}),
            "COPY (SELECT \"id\", CASE WHEN \"Place\" IS NOT DISTINCT FROM NULL THEN NULL ELSE "
            "pg_catalog.format('%s', \"Place\") END FROM ONLY \"public\".\"orders\" WHERE ctid "
            "OPERATOR(pg_catalog.>=) '(3,0)'::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) "
            "'(6,0)'::pg_catalog.tid) TO STDOUT (FORMAT binary)");
}

TEST(Scan, Rows_in_the_order_of_a_column_are_ordered_by_an_expression_and_texts_by_their_bytes) {
  ScanSource source = orders();
  const types::PgType text{.oid = types::oid::kText, .name = "text"};
  source.columns[1] = {.name = "Name", .type = text, .mapping = types::map_type(text).value()};
  EXPECT_EQ(
      copy_statement(source, WholeSource(), 0),
      "COPY (SELECT \"id\", \"Name\" FROM ONLY \"public\".\"orders\" ORDER BY COALESCE(\"id\")) TO STDOUT "
      "(FORMAT binary)");
  EXPECT_EQ(
      copy_statement(source, WholeSource(), 1),
      "COPY (SELECT \"id\", \"Name\" FROM ONLY \"public\".\"orders\" ORDER BY \"Name\"::pg_catalog.text "
      "COLLATE pg_catalog.\"C\") TO STDOUT (FORMAT binary)");
}

TEST(Scan, A_condition_is_parenthesised_and_knows_a_partition_by_the_tables_name) {
  ScanSource source = orders();
  source.relation = RelationName{.schema = "public", .name = "orders_2022"};
  source.columns.pop_back();
  source.where = "orders.id > 7 OR true -- all";
  source.name_in_where = "orders";
  struct Case {
    ShardRange range;
    std::string statement;
  };
  const std::vector<Case> cases = {
      {WholeSource(), "WHERE (\norders.id > 7 OR true -- all\n)"},
      {KeyRange{.key = {.name = "Id", .type = types::oid::kInt8}, .lower = "3", .upper = "6"},
       "WHERE \"Id\" OPERATOR(pg_catalog.>=) '3'::pg_catalog.int8 AND \"Id\" OPERATOR(pg_catalog.<) "
       "'6'::pg_catalog.int8 AND (\norders.id > 7 OR true -- all\n)"},
      {BlockRange{3, std::nullopt},
       "WHERE ctid OPERATOR(pg_catalog.>=) '(3,0)'::pg_catalog.tid AND (\norders.id > 7 OR true -- all\n)"}};
  for (const Case& c : cases) {
    EXPECT_EQ(copy_statement(source, c.range),
              "COPY (SELECT \"id\" FROM ONLY \"public\".\"orders_2022\" AS \"orders\" " + c.statement +
                  ") TO STDOUT (FORMAT binary)");
  }
  EXPECT_EQ(ctid_statement(source, {3, std::nullopt}, 5),
            "SELECT ctid FROM ONLY \"public\".\"orders_2022\" AS \"orders\" " + cases[2].statement +
                " OFFSET 5 LIMIT 1");
}

TEST(Scan, A_condition_on_a_partition_sees_rows_of_the_table) {
  ScanSource source = orders();
  source.relation = RelationName{.schema = "public", .name = "orders_2022"};
  source.columns.pop_back();
  source.where = "orders IS NOT NULL";
  source.name_in_where = "orders";
  source.row_columns = {"id", "Note"};
  EXPECT_EQ(
      copy_statement(source, BlockRange{3, std::nullopt}),
      "COPY (SELECT \"id\" FROM (SELECT \"id\", \"Note\" FROM ONLY \"public\".\"orders_2022\" AS \"orders\" "
      "WHERE "
      "ctid OPERATOR(pg_catalog.>=) '(3,0)'::pg_catalog.tid) AS \"orders\" WHERE (\norders IS NOT NULL\n)) "
      "TO STDOUT (FORMAT binary)");
}

TEST(Scan, A_query_stands_on_lines_of_its_own_so_that_a_comment_at_its_end_ends_there) {
  ScanSource source = orders();
  source.relation.reset();
  source.query = "SELECT 1 AS id -- one";
  EXPECT_EQ(source.from_clause(), "(\nSELECT 1 AS id -- one\n) AS q");
}

}  // namespace
}  // namespace pg2athena::postgres
