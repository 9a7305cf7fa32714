#include "postgres/projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::HasSubstr;

Relation orders() {
  Relation relation;
  relation.name = {.schema = "public", .name = "orders"};
  for (const char* const name : {"id", "Total", "note"}) relation.columns.push_back({.name = name});
  return relation;
}

TEST(Projection, Columns_come_in_the_order_in_which_they_are_named) {
  Relation relation = orders();
  ASSERT_TRUE(project(relation, {"note", "Total"}));
  EXPECT_EQ(select_list(relation.columns), "\"note\", \"Total\"");
  EXPECT_EQ(relation.chosen_from, 3U);
}

TEST(Projection, No_names_leave_all_columns) {
  Relation relation = orders();
  ASSERT_TRUE(project(relation, {}));
  EXPECT_EQ(select_list(relation.columns), "\"id\", \"Total\", \"note\"");
  EXPECT_EQ(relation.chosen_from, std::nullopt);
}

TEST(Projection, Names_that_can_not_be_meant_are_errors_that_say_what_could) {
  struct Case {
    std::vector<std::string> columns;
    ErrorKind kind;
    std::string message;
    std::string hint;
  };
  const std::vector<Case> cases = {
      {{"id", "total"}, ErrorKind::NotFound, "public.orders has no column \"total\"", "did you mean Total?"},
      {{"notes"}, ErrorKind::NotFound, "no column \"notes\"", "note"},
      {{"zzzzzz"}, ErrorKind::NotFound, "no column \"zzzzzz\"", "id, Total, note"},
      {{"\"Total\""}, ErrorKind::NotFound, "no column", "without quotes"},
      {{""}, ErrorKind::NotFound, "no column \"\"", "id, Total, note"},
      {{"id", "note", "id"}, ErrorKind::InvalidArgument, "column \"id\" is named twice", ""},
  };
  for (const Case& c : cases) {
    Relation relation = orders();
    const auto projected = project(relation, c.columns);
    ASSERT_FALSE(projected);
    EXPECT_EQ(projected.error().kind(), c.kind) << projected.error();
    EXPECT_THAT(projected.error().message(), HasSubstr(c.message));
    EXPECT_THAT(projected.error().hint(), HasSubstr(c.hint));
  }
}

}  // namespace
}  // namespace pg2athena::postgres
