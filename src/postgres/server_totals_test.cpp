// What a server is asked. Whether the answer is what a file has is for tests/end_to_end/test_verify_run.py,
// with every type.
#include "postgres/server_totals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "types/types_for_tests.h"

namespace pg2athena::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using types::PgType;

ScanColumn column(std::string name, const PgType& type, const types::TypeChoice& choice = {}) {
  return {.name = std::move(name), .type = type, .mapping = types::map_type(type, {}, choice).value()};
}

ScanSource source_of(std::vector<ScanColumn> columns) {
  ScanSource source;
  source.relation = RelationName{.schema = "public", .name = "t"};
  source.only = true;
  source.filenode = 16384;
  source.columns = std::move(columns);
  return source;
}

const PgType kInteger{.oid = types::oid::kInt4, .name = "integer"};
const PgType kText{.oid = types::oid::kText, .name = "text"};

TEST(ServerTotals, A_row_is_asked_for_all_in_one_statement) {
  const ScanSource source = source_of({column("n", kInteger)});
  const ServerQuestions questions(source, "UTF8", /*digests=*/false);
  EXPECT_THAT(
      questions.statements(BlockRange{3, 6}),
      ElementsAre(
          "COPY (SELECT pg_catalog.count(*), pg_catalog.concat(pg_catalog.count(*), ',', "
          "pg_catalog.count(r.c0), ',', pg_catalog.sum((r.c0)::pg_catalog.int8), ',', "
          "pg_catalog.min(r.c0), ',', pg_catalog.max(r.c0), ',', '') FROM (SELECT \"n\" AS c0 FROM ONLY "
          "\"public\".\"t\" WHERE ctid OPERATOR(pg_catalog.>=) '(3,0)'::pg_catalog.tid AND ctid "
          "OPERATOR(pg_catalog.<) '(6,0)'::pg_catalog.tid) AS r) TO STDOUT"));
}

TEST(ServerTotals, What_a_view_or_a_query_makes_is_made_once_a_row) {
  ScanSource source = source_of({column("n", kInteger)});
  source.filenode = 0;
  EXPECT_THAT(ServerQuestions(source, "UTF8", false).statements(WholeSource())[0],
              HasSubstr("FROM (SELECT \"n\" AS c0 FROM ONLY \"public\".\"t\" OFFSET 0) AS r)"));
}

TEST(ServerTotals, Values_are_hashed_only_where_digests_are_wanted) {
  const ScanSource source = source_of({column("n", kText)});
  EXPECT_THAT(ServerQuestions(source, "UTF8", false).statements(WholeSource())[0],
              Not(HasSubstr("hashtextextended")));
  EXPECT_THAT(ServerQuestions(source, "UTF8", true).statements(WholeSource())[0],
              HasSubstr("pg_catalog.sum(pg_catalog.hashtextextended((r.c0)::pg_catalog.text COLLATE "
                        "pg_catalog.\"C\", 0))"));
  EXPECT_THAT(ServerQuestions(source, "LATIN1", true).statements(WholeSource())[0],
              HasSubstr("pg_catalog.convert_to((r.c0)::pg_catalog.text, 'UTF8')"));
}

TEST(ServerTotals, A_lists_elements_are_asked_for_in_a_join_of_their_own) {
  const ScanSource source = source_of({column("l", types::array_of(kInteger))});
  const ServerQuestions questions(source, "UTF8", false);
  ASSERT_EQ(questions.leaves().size(), 1U);
  EXPECT_THAT(questions.statements(WholeSource())[0],
              HasSubstr("LEFT JOIN LATERAL (SELECT pg_catalog.count(*) AS n, pg_catalog.count(e1.v) AS c0"));
  EXPECT_THAT(questions.statements(WholeSource())[0],
              HasSubstr("LEFT JOIN LATERAL (SELECT pg_catalog.unnest(r.c0) AS v) AS e1 ON true"));
}

TEST(ServerTotals, What_there_is_no_SQL_for_is_not_asked) {
  const ScanSource source = source_of({column("h", types::member_of("hstore", "hstore"))});
  const ServerQuestions questions(source, "UTF8", true);
  ASSERT_EQ(questions.leaves().size(), 2U);
  EXPECT_FALSE(questions.leaves()[0].measures.count);
  EXPECT_THAT(questions.statements(WholeSource())[0], Not(HasSubstr("c0,")));
}

TEST(ServerTotals, A_table_of_many_columns_is_asked_in_several_statements) {
  std::vector<ScanColumn> columns;
  for (int i = 0; i < 1600; ++i) columns.push_back(column(std::to_string(i), kInteger));
  const ScanSource source = source_of(std::move(columns));
  const auto statements = ServerQuestions(source, "UTF8", false).statements(WholeSource());
  ASSERT_EQ(statements.size(), 4U);
  EXPECT_THAT(statements[3], HasSubstr("pg_catalog.count(r.c1599)"));
}

TEST(ServerTotals, A_policy_is_the_servers_too) {
  const PgType date{.oid = types::oid::kDate, .name = "date"};
  const auto asked = [&](types::OnUnrepresentable policy) {
    const ScanSource source = source_of({column("d", date, {.on_unrepresentable = policy})});
    return ServerQuestions(source, "UTF8", false).leaves()[0].value;
  };
  EXPECT_EQ(asked(types::OnUnrepresentable::Error), "r.c0");
  EXPECT_EQ(asked(types::OnUnrepresentable::Null), "CASE WHEN pg_catalog.isfinite(r.c0) THEN r.c0 END");
  EXPECT_THAT(asked(types::OnUnrepresentable::Clamp),
              HasSubstr("CASE WHEN (r.c0) IS NOT NULL THEN LEAST(GREATEST(r.c0,"));
}

}  // namespace
}  // namespace pg2athena::postgres
