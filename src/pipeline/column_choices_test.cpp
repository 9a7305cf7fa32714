#include "pipeline/column_choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "types/type_table.h"

namespace pg2athena::pipeline {
namespace {

using parquet::Encoding;
using postgres::ColumnChoice;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// id int4 NOT NULL, "Name" text NOT NULL, score float8, done bool, tags text[]
PlannedTable orders() {
  PlannedTable table{.name = "public.orders", .source = "public.orders", .kind = "table"};
  const auto add = [&](const std::string& name, types::PgType type, bool nullable) {
    types::TypeMapping mapping = types::map_type(type).value();
    table.schema.fields.push_back({.name = name, .type = mapping.column, .nullable = nullable});
    table.columns.push_back({.source_name = name, .type = std::move(type), .mapping = std::move(mapping)});
  };
  add("id", {.oid = types::oid::kInt4, .name = "integer"}, false);
  add("Name", {.oid = types::oid::kText, .name = "text"}, false);
  add("score", {.oid = types::oid::kFloat8, .name = "double precision"}, true);
  add("done", {.oid = types::oid::kBool, .name = "boolean"}, true);
  table.schema.fields.push_back(
      {.name = "tags", .type = columnar::Type::list(columnar::Type::of(columnar::TypeId::String))});
  table.columns.push_back({.source_name = "tags", .type = {.name = "text[]"}, .mapping = {}});
  return table;
}

ColumnChoice encoding(const std::string& column, const std::string& name) {
  return {.column = column, .encoding = name, .place = "shop.yaml:7:15"};
}
ColumnChoice bloom_filter(const std::string& column) {
  return {.column = column, .encoding = {}, .bloom_filter = true, .place = "shop.yaml:8:3"};
}

TEST(ColumnChoices, What_is_chosen_becomes_the_writers_options_for_the_leaf) {
  PlannedTable table = orders();
  const ColumnChoice choices[] = {encoding("Name", "delta_length_byte_array"), bloom_filter("Name"),
                                  encoding("tags", "plain"), encoding("done", "rle"), bloom_filter("id")};
  ASSERT_TRUE(choose(choices, table).has_value());
  const auto options = column_options(table);
  ASSERT_EQ(options.size(), 4U) << "nothing for a column that nothing was chosen for";
  EXPECT_EQ(options[0].path, "id");
  EXPECT_EQ(options[0].encoding, std::nullopt);
  EXPECT_TRUE(options[0].bloom_filter);
  EXPECT_EQ(options[1].path, "Name");
  EXPECT_EQ(options[1].encoding, Encoding::DeltaLengthByteArray);
  EXPECT_TRUE(options[1].bloom_filter);
  EXPECT_EQ(options[2].encoding, Encoding::Rle);
  EXPECT_EQ(options[3].path, "tags.list.element");
  EXPECT_FALSE(options[3].bloom_filter);
}

TEST(ColumnChoices, What_can_not_be_is_refused_with_its_place_and_what_can_be) {
  struct Case {
    ColumnChoice choice;
    ErrorKind kind;
    const char* message;
    const char* hint;
  };
  const Case cases[] = {
      {encoding("id", "byte_stream_split"), ErrorKind::Unsupported,
       "shop.yaml:7:15: column \"id\", integer can't have the encoding byte_stream_split",
       "plain, delta_binary_packed, dictionary"},
      {encoding("score", "delta_binary_packed"), ErrorKind::Unsupported, "double precision",
       "plain, byte_stream_split, dictionary"},
      {encoding("tags", "rle"), ErrorKind::Unsupported, "text[]",
       "plain, delta_length_byte_array, dictionary"},
      {encoding("done", "dictionary"), ErrorKind::Unsupported, "boolean", "plain, rle"},
      {bloom_filter("done"), ErrorKind::Unsupported, "Bloom filter", "leave it out"},
  };
  for (const Case& c : cases) {
    PlannedTable table = orders();
    const auto refused = choose(std::span(&c.choice, 1), table);
    ASSERT_FALSE(refused.has_value()) << c.message;
    EXPECT_EQ(refused.error().kind(), c.kind);
    EXPECT_THAT(refused.error().message(), HasSubstr(c.message));
    EXPECT_THAT(refused.error().hint(), HasSubstr(c.hint));
  }
}

TEST(ColumnChoices, Columns_that_are_not_exported_are_named_with_what_is_near) {
  const postgres::RelationColumn columns[] = {{.name = "id", .type = {}, .comment = {}},
                                              {.name = "Name", .type = {}, .comment = {}}};
  const struct {
    ColumnChoice choice;
    const char* message;
    const char* hint;
  } cases[] = {
      {encoding("idd", "plain"), "shop.yaml:7:15: public.orders has no column \"idd\" that is exported",
       "did you mean id?"},
      {bloom_filter("name"), "shop.yaml:8:3: ", "did you mean Name?"},
      {bloom_filter("quite_another"), "shop.yaml:8:3: ", "its columns: id, Name"},
  };
  for (const auto& [choice, message, hint] : cases) {
    const auto refused = check_chosen_columns(std::span(&choice, 1), columns, orders());
    ASSERT_FALSE(refused.has_value()) << message;
    EXPECT_EQ(refused.error().kind(), ErrorKind::NotFound);
    EXPECT_THAT(refused.error().message(), HasSubstr(message));
    EXPECT_THAT(refused.error().hint(), HasSubstr(hint));
  }
  const ColumnChoice right[] = {encoding("id", "plain"), bloom_filter("Name")};
  EXPECT_TRUE(check_chosen_columns(right, columns, orders()).has_value());
}

TEST(ColumnChoices, A_primary_key_is_an_order_where_all_of_it_is_exported_and_never_NULL) {
  const auto order = [](std::vector<std::string> key, PlannedTable table) {
    EXPECT_TRUE(expect_key_order(key, table).has_value());
    std::vector<std::int32_t> leaves;
    for (const parquet::SortingColumn& column : table.sorting_columns) {
      EXPECT_FALSE(column.descending || column.nulls_first);
      leaves.push_back(column.column_idx);
    }
    return leaves;
  };
  EXPECT_THAT(order({"Name", "id"}, orders()), ElementsAre(1, 0)) << "in the key's order";
  EXPECT_THAT(order({}, orders()), IsEmpty());
  EXPECT_THAT(order({"id", "line"}, orders()), IsEmpty()) << "line isn't exported";
  EXPECT_THAT(order({"id", "score"}, orders()), IsEmpty()) << "what inherits may have NULLs";
  PlannedTable by_list = orders();
  by_list.schema.fields[4].nullable = false;
  EXPECT_THAT(order({"tags"}, std::move(by_list)), IsEmpty());
}

}  // namespace
}  // namespace pg2athena::pipeline
