#include "catalog/table_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::catalog {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TableColumn column(const std::string& name, const std::string& type) {
  return {.name = name, .type = type, .comment = {}};
}

TableRecord record(std::vector<TableColumn> columns) {
  TableRecord record;
  record.table = "public.orders";
  record.columns = std::move(columns);
  return record;
}

TEST(TableChange, The_same_columns_are_no_change) {
  const TableRecord same = record({column("a", "int"), column("b", "decimal(12, 2)")});
  TableRecord again = record({column("b", "decimal(12,2)"), column("a", "INT")});
  again.columns[0].comment = "new";
  EXPECT_EQ(table_change(known_table(same), again, "`t`"), TableChange());
}

TEST(TableChange, Columns_come_grow_and_go) {
  const TableRecord before = record({column("a", "int"), column("gone", "date"), column("b", "float")});
  const TableRecord now = record({column("new", "string"), column("b", "double"), column("a", "int")});
  const auto change = table_change(known_table(before), now, "`t`");
  ASSERT_TRUE(change) << change.error();
  EXPECT_THAT(change->added, ElementsAre(column("new", "string")));
  EXPECT_THAT(change->widened, ElementsAre(column("b", "double")));
  EXPECT_THAT(change->dropped, ElementsAre(1));
}

TEST(TableChange, A_column_that_is_called_like_the_partition_column_now_does_not_stay) {
  TableRecord now = record({column("a", "date")});
  now.partitioning = {.column = "a_day", .type = "date", .by = "day", .source_column = "a"};
  const KnownTable before{.columns = {column("a", "date"), column("a_day", "date")},
                          .partition_keys = {column("a_day", "date")}};
  const auto change = table_change(before, now, "`t`");
  ASSERT_TRUE(change) << change.error();
  EXPECT_THAT(change->dropped, IsEmpty());
}

TEST(TableChange, All_changes_that_readers_would_fail_on_are_named) {
  const TableRecord before = record({column("a", "bigint"), column("b", "string"), column("c", "int")});
  const TableRecord now = record({column("a", "int"), column("b", "date"), column("c", "bigint")});
  const auto change = table_change(known_table(before), now, "`sales`.`orders`");
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().kind(), ErrorKind::Unsupported);
  EXPECT_THAT(change.error().message(),
              AllOf(HasSubstr("a is bigint there and int now"), HasSubstr("b is string there and date now")));
  EXPECT_THAT(change.error().hint(), HasSubstr("DROP TABLE `sales`.`orders`"));
}

TEST(TableChange, Other_partition_keys_are_refused) {
  const TableRecord before = record({column("a", "date")});
  TableRecord now = before;
  now.partitioning = {.column = "a_day", .type = "date", .by = "day", .source_column = "a"};
  const auto change = table_change(known_table(before), now, "`t`");
  ASSERT_FALSE(change);
  EXPECT_THAT(change.error().message(),
              HasSubstr("is partitioned by nothing, and would be by a_day date now"));
  EXPECT_FALSE(table_change(known_table(now), before, "`t`"));
}

}  // namespace
}  // namespace pg2athena::catalog
