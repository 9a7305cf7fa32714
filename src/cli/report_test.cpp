#include "cli/report.h"

#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

TEST(Report, An_error_says_what_where_why_and_what_to_do) {
  const Error error = Error(ErrorKind::Storage, "the file can't be written")
                          .with("table", "public.orders")
                          .with("shard", "3")
                          .because(Error(ErrorKind::Storage, "input/output error"))
                          .hint("replace the disk");
  EXPECT_EQ(error_text(error),
            "error: the file can't be written\n"
            "  where: table public.orders, shard 3\n"
            "  cause: input/output error\n"
            "  hint: replace the disk\n");
}

TEST(Report, Text_from_outside_can_not_command_the_terminal) {
  EXPECT_EQ(error_text(Error(ErrorKind::Internal, "a\x1b[2Jb").hint("c")).find('\x1b'), std::string::npos);
}

pipeline::PlannedColumn column(const std::string& name, types::PgType type,
                               const types::TypeChoice& choice = {}) {
  auto mapping = types::map_type(type, {}, choice);
  EXPECT_TRUE(mapping.has_value()) << mapping.error();
  return {.source_name = name, .type = std::move(type), .mapping = std::move(*mapping)};
}

TEST(Report, A_plan_says_a_remark_once_for_all_columns_that_it_is_about) {
  pipeline::Plan plan;
  plan.shards.resize(1);
  pipeline::PlannedTable& table = plan.tables.emplace_back(
      pipeline::PlannedTable{.name = "public.t", .source = "public.t", .kind = "table"});
  table.shards = 1;
  const types::PgType timestamp{.oid = types::oid::kTimestamp, .name = "timestamp without time zone"};
  const types::PgType date{.oid = types::oid::kDate, .name = "date"};
  types::PgType wide{.kind = types::PgKind::Composite, .name = "wide"};
  for (const char* const name : {"first", "second", "third"})
    wide.attributes.push_back({.name = name, .type = date});
  table.columns = {column("made_at", timestamp), column("seen_at", timestamp),
                   column("due", date, {.as = {}, .on_unrepresentable = types::OnUnrepresentable::Null}),
                   column("all", wide, {.as = {}, .on_unrepresentable = types::OnUnrepresentable::Clamp})};
  for (const pipeline::PlannedColumn& planned : table.columns) {
    table.schema.fields.push_back({.name = planned.source_name, .type = planned.mapping.column});
  }
  const std::string text = plan_text(plan);
  const std::string expected =
      "public.t  from table public.t: 1 shard\n"
      "  column   PostgreSQL                   Parquet                                   Athena             "
      "             NULL\n"
      "  -------  ---------------------------  ----------------------------------------  -------------------"
      "-----------  ----\n"
      "  made_at  timestamp without time zone  INT64 TIMESTAMP(MICROS)                   timestamp          "
      "             yes\n"
      "  seen_at  timestamp without time zone  INT64 TIMESTAMP(MICROS)                   timestamp          "
      "             yes\n"
      "  due      date                         INT32 DATE                                date               "
      "             yes\n"
      "  all      wide                         group {first INT32 DATE, second INT32 D…  struct<first:date,s"
      "econd:date…  yes\n"
      "\n"
      "  made_at, seen_at: an error on ±infinity, later than 294247-01-10\n"
      "  made_at, seen_at: Athena: shows milliseconds, rounded half up\n"
      "  due: NULL instead of ±infinity\n"
      "  all: the nearest value instead of ±infinity\n";
  EXPECT_NE(text.find(expected), std::string::npos) << text;
}

TEST(Report, A_plan_says_by_what_a_table_is_split) {
  const auto first_line = [](const std::vector<postgres::ShardRange>& ranges, std::size_t sources) {
    pipeline::Plan plan;
    pipeline::PlannedTable& table = plan.tables.emplace_back(
        pipeline::PlannedTable{.name = "public.t", .source = "public.t", .kind = "table"});
    table.sources.resize(sources);
    table.shards = static_cast<int>(ranges.size());
    for (const postgres::ShardRange& range : ranges) {
      plan.shards.push_back({.range = range, .bytes = std::uint64_t{40} << 20U});
    }
    const std::string text = plan_text(plan);
    const std::size_t begin = text.find("public.t  from");
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  const postgres::BlockRange blocks{0, 5};
  const postgres::KeyRange keys{.key = {.name = "id"}, .lower = "7", .upper = std::nullopt};
  const std::string from = "public.t  from table public.t: ";
  EXPECT_EQ(first_line({blocks}, 1), from + "1 shard");
  EXPECT_EQ(first_line({blocks, blocks}, 2), from + "2 shards") << "each is all of a partition";
  EXPECT_EQ(first_line({blocks, blocks}, 1), from + "2 shards by blocks of up to 41.9 MB");
  EXPECT_EQ(first_line({keys, keys, keys}, 1), from + "3 shards by key id") << "without a value";
  EXPECT_EQ(first_line({blocks, keys, keys}, 2), from + "3 shards by blocks of up to 41.9 MB or by key id");
}

TEST(Report, A_summary_says_what_became_of_values_that_did_not_fit) {
  pipeline::RunSummary summary{
      .run_id = "R", .snapshot = {}, .workers = 1, .tables = {}, .publication_error = {}};
  summary.tables.push_back({.name = "public.orders", .source = "public.orders", .outcome = {}});
  EXPECT_EQ(summary_text(summary, "/lake").find("on_unrepresentable"), std::string::npos);
  summary.tables[0].coerced = {{.column = "price", .policy = "null", .values = 3},
                               {.column = "due", .policy = "clamp", .values = 1}};
  const std::string text = summary_text(summary, "/lake");
  EXPECT_NE(
      text.find(
          "\npublic.orders.price: 3 values became NULL (on_unrepresentable: null)\n"
          "public.orders.due: 1 value was clamped to what its type can hold (on_unrepresentable: clamp)\n"),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace pg2athena::cli
