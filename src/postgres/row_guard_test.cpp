#include "postgres/row_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "types/types_for_tests.h"

namespace pg2athena::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;
using types::array_of;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr types::Oid kPoint = 600;

types::PgType type(types::Oid oid, const std::string& name, std::int32_t typmod = -1) {
  return {.oid = oid, .typmod = typmod, .name = name, .element = {}};
}

ScanColumn column(const std::string& name, const types::PgType& of) {
  return {.name = name, .type = of, .mapping = types::map_type(of).value()};
}

ScanColumn text(const std::string& name) {
  return column(name, type(types::oid::kText, "text"));
}

ScanSource docs(std::vector<ScanColumn> columns) {
  ScanSource source;
  source.relation = RelationName{.schema = "public", .name = "docs"};
  source.only = true;
  source.columns = std::move(columns);
  source.max_value_bytes = 8 * kMiB;
  source.guarded = true;
  return source;
}

TEST(RowGuard, Only_columns_without_a_small_bound_are_measured) {
  struct Case {
    types::PgType type;
    std::optional<std::uint64_t> most;
  };
  const Case cases[] = {
      {type(types::oid::kInt4, "integer"), 4},
      {type(types::oid::kNumeric, "numeric(12,2)", ((12 << 16) | 2) + 4), 8},
      {type(types::oid::kNumeric, "numeric"), std::nullopt},
      {type(types::oid::kNumeric, "numeric(1000,0)", (1000 << 16) + 4), 1003},
      {type(types::oid::kNumeric, "numeric(1000,-1000)", ((1000 << 16) | (-1000 & 0x7FF)) + 4), std::nullopt},
      {type(types::oid::kUuid, "uuid"), 36},
      {type(types::oid::kVarchar, "varchar(44)", 48), 176},
      {type(types::oid::kVarchar, "varchar(1000)", 1004), std::nullopt},
      {type(types::oid::kVarchar, "varchar"), std::nullopt},
      {type(types::oid::kText, "text"), std::nullopt},
      {type(types::oid::kJsonb, "jsonb"), std::nullopt},
      {type(kPoint, "point"), std::nullopt},
      {array_of(type(types::oid::kInt4, "integer")), std::nullopt},
      // 4, 3 slots of 16, and 8 + 16 before each attribute.
      {types::composite(
           "pair", {{"a", type(types::oid::kInt4, "integer")}, {"b", type(types::oid::kInt8, "bigint")}}),
       4 + 3 * 16 + 2 * 24 + 4 + 8},
      {types::composite("note", {{"t", type(types::oid::kText, "text")}}), std::nullopt},
      {types::range_of(type(types::oid::kInt4, "integer")), 4 + 6 * 16 + 2 * (24 + 4)},
      {types::range_of(type(types::oid::kNumeric, "numeric")), std::nullopt},
      {types::multirange_of(types::range_of(type(types::oid::kInt4, "integer"))), std::nullopt},
      {types::member_of("hstore", "hstore"), std::nullopt},
      {types::member_of("vector", "vector"), std::nullopt},
  };
  for (const Case& c : cases) EXPECT_EQ(most_bytes(column("c", c.type)), c.most) << c.type.name;
}

TEST(RowGuard, The_statement_measures_before_anything_is_detoasted) {
  const ScanSource source = docs({column("id", type(types::oid::kInt4, "integer")), text("body")});
  const std::string size = "pg_catalog.octet_length(\"body\")::pg_catalog.int8";
  EXPECT_EQ(
      copy_statement(source, BlockRange{0, std::nullopt}),
      "COPY (SELECT \"id\", CASE WHEN CASE WHEN " + size +
          " OPERATOR(pg_catalog.>) 8388608 THEN CASE WHEN COALESCE(" + size +
          ", 0) OPERATOR(pg_catalog.>) 8388608 THEN pg_catalog.concat('pg2athena row too large: ', "
          "pg_catalog.format('%s', ctid), ' ', pg_catalog.array_to_string(ARRAY[COALESCE(" +
          size +
          ", 0)], ' '))::pg_catalog.bool ELSE false END ELSE false END THEN NULL ELSE \"body\" END FROM "
          "ONLY \"public\".\"docs\" WHERE ctid OPERATOR(pg_catalog.>=) '(0,0)'::pg_catalog.tid) TO STDOUT "
          "(FORMAT binary)");
}

TEST(RowGuard, What_has_to_be_detoasted_for_its_size_is_asked_for_its_stored_size_first) {
  const std::string guard = row_guard(
      docs({column("j", type(types::oid::kJsonb, "jsonb")), text("t"), column("p", type(kPoint, "point")),
            column("a", array_of(type(types::oid::kText, "text")))}),
      false);
  // 8 MiB / 4 columns / 255 (compression) / 4 (text of numbers), or 25 (parts of a byte).
  EXPECT_THAT(guard, HasSubstr("pg_catalog.pg_column_size(\"j\") OPERATOR(pg_catalog.>) 2056 OR"));
  EXPECT_THAT(guard, HasSubstr("pg_catalog.pg_column_size(\"a\") OPERATOR(pg_catalog.>) 328 THEN"));
  EXPECT_THAT(guard,
              HasSubstr("octet_length(pg_catalog.record_send(ROW(\"j\"))) OPERATOR(pg_catalog.-) 12)"));
  EXPECT_THAT(guard, HasSubstr("pg_catalog.octet_length(pg_catalog.format('%s', \"p\"))"));
  EXPECT_THAT(guard, HasSubstr("(16::pg_catalog.int8 OPERATOR(pg_catalog.*) pg_catalog.cardinality(\"a\"))"));
  EXPECT_THAT(guard, Not(HasSubstr("ctid")));
}

TEST(RowGuard, What_contains_others_counts_as_sent_with_a_slot_for_each_part) {
  const types::PgType note = types::composite("note", {{"t", type(types::oid::kText, "text")}});
  const std::string sent =
      "(pg_catalog.octet_length(pg_catalog.record_send(ROW(\"c\"))) OPERATOR(pg_catalog.-) "
      "12)::pg_catalog.int8";
  EXPECT_THAT(row_guard(docs({column("c", note)}), false),
              HasSubstr("CASE WHEN \"c\" IS NOT DISTINCT FROM NULL THEN 0 ELSE " + sent +
                        " OPERATOR(pg_catalog.+) 32 END"));
  EXPECT_THAT(row_guard(docs({column("c", array_of(note))}), false),
              HasSubstr(sent + " OPERATOR(pg_catalog.+) (32::pg_catalog.int8 OPERATOR(pg_catalog.*) "
                               "pg_catalog.cardinality(\"c\"))"));
  EXPECT_THAT(row_guard(docs({column("c", types::member_of("hstore", "hstore"))}), false),
              HasSubstr("COALESCE(" + sent + ", 0)"));
  EXPECT_THAT(row_guard(docs({column("c", types::member_of("citext", "citext"))}), false),
              HasSubstr("COALESCE(pg_catalog.octet_length(\"c\")::pg_catalog.int8, 0)"));
}

TEST(RowGuard, Numerics_that_become_text_count_as_text) {
  const types::PgType numeric = type(types::oid::kNumeric, "numeric");
  const types::PgType money = type(types::oid::kNumeric, "numeric(12,2)", ((12 << 16) | 2) + 4);
  EXPECT_THAT(row_guard(docs({column("n", numeric)}), false),
              HasSubstr("pg_catalog.octet_length(pg_catalog.format('%s', \"n\"))"));
  const std::string texts =
      "(SELECT COALESCE(pg_catalog.sum(pg_catalog.octet_length(pg_catalog.format('%s', e.v))), 0) FROM "
      "pg_catalog.unnest(\"a\") AS e (v))";
  EXPECT_THAT(row_guard(docs({column("a", array_of(numeric))}), false), HasSubstr(texts));
  EXPECT_THAT(row_guard(docs({column("a", array_of(money))}), false), Not(HasSubstr("unnest")));
}

TEST(RowGuard, A_source_that_is_not_guarded_or_has_nothing_large_is_read_as_it_is) {
  ScanSource source = docs({text("body")});
  source.guarded = false;
  EXPECT_THAT(copy_statement(source, WholeSource()), Not(HasSubstr("CASE")));
  EXPECT_EQ(row_guard(docs({column("id", type(types::oid::kInt4, "integer"))}), true), "");
}

TEST(RowGuard, Its_message_in_any_language_becomes_an_error_that_names_the_column) {
  const ScanSource source = docs({text("a"), column("id", type(types::oid::kInt4, "integer")), text("b")});
  const auto row = parse_guard_message(
      "ungültige Eingabe für Typ boolean: »pg2athena row too large: (3,7) 5 50000000«", source);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->bytes, 50000005U);
  const Error error = large_row_error(*row, source);
  EXPECT_EQ(error.kind(), ErrorKind::ValueTooLarge);
  EXPECT_EQ(error.message(),
            "a row of public.docs has 50000005 bytes in its values, 50000000 of them in column b; "
            "max_value_size is 8MiB");
  EXPECT_EQ(error.context("ctid"), "(3,7)");
  EXPECT_EQ(parse_guard_message("division by zero", source), std::nullopt);
  const auto without_place = parse_guard_message("x: \"pg2athena row too large: - 9 0\"", source);
  ASSERT_TRUE(without_place);
  EXPECT_EQ(large_row_error(*without_place, source).context("ctid"), "");
  EXPECT_THAT(large_row_error(*without_place, source).message(), HasSubstr("a value of 9 bytes in column a"));
}

}  // namespace
}  // namespace pg2athena::postgres
