#include "postgres/selection.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<ListedRelation>& database() {
  static const std::vector<ListedRelation> all = {
      {.oid = 1, .name = {"audit", "log"}},
      {.oid = 2, .name = {"public", "Order Items"}},
      {.oid = 3, .name = {"public", "orders"}},
      {.oid = 4, .name = {"public", "payment"}, .kind = RelationKind::Partitioned},
      {.oid = 5, .name = {"public", "payment_2022"}, .is_partition = true},
      {.oid = 6, .name = {"public", "spatial_ref_sys"}, .extension_member = true},
      {.oid = 7, .name = {"audit", "orders"}},
      {.oid = 8, .name = {"public", "a.b\"c"}},
  };
  return all;
}

std::vector<Oid> take(const Selection& selection) {
  const std::vector<std::string> path = {"public", "audit"};
  const auto selected = select_relations(database(), selection, path);
  std::vector<Oid> oids;
  if (!selected) {
    ADD_FAILURE() << selected.error();
    return oids;
  }
  for (const SelectedRelation& taken : selected->relations) oids.push_back(taken.relation.oid);
  return oids;
}

Error refuse(const Selection& selection) {
  const auto selected = select_relations(database(), selection, {});
  return selected ? Error(ErrorKind::Internal, "it was accepted") : selected.error();
}

TEST(Selection, A_database_is_all_but_partitions_and_members_of_extensions) {
  EXPECT_THAT(take({}), ElementsAre(1, 2, 3, 4, 7, 8));
}

TEST(Selection, Names_are_found_as_psql_finds_them) {
  EXPECT_THAT(take({.tables = {{.pattern = "orders"}}}), ElementsAre(3)) << "the first along the search path";
  EXPECT_THAT(take({.tables = {{.pattern = "log"}}}), ElementsAre(1));
  EXPECT_THAT(take({.tables = {{.pattern = "ORDERS"}}}), ElementsAre(3))
      << "unquoted names fold to lower case";
  EXPECT_THAT(take({.tables = {{.pattern = "public.\"Order Items\""}}}), ElementsAre(2));
  EXPECT_THAT(take({.tables = {{.pattern = "public.\"a.b\"\"c\""}}}), ElementsAre(8));
  EXPECT_THAT(take({.tables = {{.pattern = "*.orders"}}}), ElementsAre(3, 7));
  EXPECT_THAT(take({.tables = {{.pattern = "audit.lo?"}}}), ElementsAre(1));
}

TEST(Selection, Partitions_come_alone_only_when_they_are_named) {
  EXPECT_THAT(take({.tables = {{.pattern = "public.payment*"}}}), ElementsAre(4));
  EXPECT_THAT(take({.tables = {{.pattern = "public.payment_2022"}}}), ElementsAre(5));
  EXPECT_THAT(take({.tables = {{.pattern = "spatial_ref_sys"}}}), ElementsAre(6));
}

TEST(Selection, Schemas_and_excludes_combine) {
  EXPECT_THAT(take({.schemas = {"audit"}}), ElementsAre(1, 7));
  EXPECT_THAT(take({.schemas = {"*"}, .excludes = {"audit.*", "public.\"O*\""}}), ElementsAre(2, 3, 4, 8));
  EXPECT_THAT(take({.tables = {{.pattern = "orders"}}, .excludes = {"orders"}}), IsEmpty());
}

TEST(Selection, An_exclude_that_excludes_nothing_is_a_warning) {
  const auto selected = select_relations(database(), {.excludes = {"public.secrets"}}, {});
  ASSERT_TRUE(selected);
  EXPECT_THAT(selected->warnings, ElementsAre(HasSubstr("public.secrets")));
}

TEST(Selection, A_name_that_finds_nothing_is_an_error_that_suggests) {
  const Error missing = refuse({.tables = {{.pattern = "public.order"}}});
  EXPECT_EQ(missing.kind(), ErrorKind::NotFound);
  EXPECT_THAT(missing.message(), HasSubstr("public.order"));
  EXPECT_THAT(missing.hint(), HasSubstr("orders"));
  EXPECT_EQ(refuse({.schemas = {"nowhere"}}).kind(), ErrorKind::NotFound);
}

TEST(Selection, What_names_a_table_wins_over_patterns_that_take_it_too) {
  const TableSelection orders{.pattern = "public.orders", .columns = {"id"}, .where = "id > 7"};
  for (const Selection& selection :
       {Selection{.tables = {{.pattern = "public.*"}, orders}},
        Selection{.tables = {orders, {.pattern = "p*.*"}}},
        Selection{.tables = {orders}, .schemas = {"public"}}, Selection{.tables = {orders, orders}}}) {
    const auto selected = select_relations(database(), selection, {});
    ASSERT_TRUE(selected) << selected.error();
    for (const SelectedRelation& taken : selected->relations) {
      const bool narrowed = taken.relation.oid == 3;
      EXPECT_EQ(taken.where, narrowed ? "id > 7" : "") << taken.relation.name.display();
      EXPECT_EQ(taken.columns.size(), narrowed ? 1U : 0U) << taken.relation.name.display();
    }
  }
  EXPECT_THAT(take({.tables = {orders}, .excludes = {"public.orders"}}), IsEmpty());
}

TEST(Selection, What_is_said_of_a_table_is_for_one_and_said_once) {
  struct Case {
    std::vector<TableSelection> tables;
    ErrorKind kind;
    std::string message;
  };
  const TableSelection plain{.pattern = "public.orders"};
  const TableSelection some_rows{.pattern = "public.orders", .where = "id > 7"};
  const TableSelection some_columns{.pattern = "PUBLIC.Orders", .columns = {"id"}};
  const TableSelection filtered{.pattern = "public.orders",
                                .column_choices = {{.column = "id", .encoding = {}, .bloom_filter = true}}};
  const TableSelection typed{
      .pattern = "public.orders",
      .column_choices = {{.column = "id", .encoding = {}, .type = {.as = "string", .place = "a:1:1"}}}};
  const TableSelection named{.pattern = "public.orders", .as = "sales"};
  const TableSelection split{.pattern = "public.orders", .shard_by = "id"};
  const std::vector<Case> cases = {
      {{{.pattern = "public.*", .where = "id > 7"}}, ErrorKind::InvalidArgument, "full name"},
      {{{.pattern = "orders?", .columns = {"id"}}}, ErrorKind::InvalidArgument, "full name"},
      {{{.pattern = "orders*", .column_choices = filtered.column_choices}},
       ErrorKind::InvalidArgument,
       "full name"},
      {{{.pattern = "orders*", .as = "sales"}}, ErrorKind::InvalidArgument, "full name"},
      {{{.pattern = "orders*", .shard_by = "id"}}, ErrorKind::InvalidArgument, "full name"},
      {{split, plain}, ErrorKind::Unsupported, "public.orders is selected twice"},
      {{named, plain}, ErrorKind::Unsupported, "public.orders is selected twice"},
      {{typed, filtered}, ErrorKind::Unsupported, "public.orders is selected twice"},
      {{filtered, plain}, ErrorKind::Unsupported, "public.orders is selected twice"},
      {{some_rows, some_columns}, ErrorKind::Unsupported, "public.orders is selected twice"},
      {{some_rows, plain}, ErrorKind::Unsupported, "public.orders is selected twice"},
      {{plain, some_columns}, ErrorKind::Unsupported, "public.orders is selected twice"},
  };
  for (const Case& c : cases) {
    const Error error = refuse({.tables = c.tables});
    EXPECT_EQ(error.kind(), c.kind) << error;
    EXPECT_THAT(error.message(), HasSubstr(c.message));
  }
}

TEST(Selection, Bad_names_are_refused) {
  for (const char* const name : {"", "a.b.c", "a.", ".b", "\"a"}) {
    EXPECT_EQ(refuse({.tables = {{.pattern = name}}}).kind(), ErrorKind::InvalidArgument) << name;
  }
}

TEST(Selection, A_name_that_is_mistyped_is_looked_for_where_it_was_meant_to_be) {
  struct Case {
    const char* pattern;
    const char* hint;
  };
  const std::vector<std::string> path = {"audit"};
  for (const Case& c : {Case{"public.ordres", "did you mean public.orders?"},
                        {"audit.ordres", "did you mean audit.orders?"},
                        {"pubilc.orders", "did you mean public.orders?"},
                        {"public.log", "did you mean audit.log?"},
                        {"ordres", "did you mean audit.orders?"},
                        {"paymnt", "did you mean public.payment?"},
                        {"zzz", "names are schema.name"}}) {
    const auto selected = select_relations(database(), {.tables = {{.pattern = c.pattern}}}, path);
    ASSERT_FALSE(selected) << c.pattern;
    EXPECT_THAT(selected.error().hint(), HasSubstr(c.hint)) << c.pattern;
  }
}

}  // namespace
}  // namespace pg2athena::postgres
