#include "cli/verify_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/published_tables.h"

namespace pg2athena::cli {
namespace {

using pipeline::Comparison;
using pipeline::DifferenceKind;
using pipeline::ExitCode;
using pipeline::VerifiedTable;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using State = VerifiedTable::State;

VerifiedTable table(const std::string& name, State state, std::size_t differences = 0) {
  VerifiedTable verified{.table = name,
                         .state = state,
                         .run_id = "R",
                         .rows = 1500,
                         .files = 2,
                         .bytes = 3'000'000,
                         .files_checked = 2};
  for (std::size_t i = 0; i < differences; ++i) {
    verified.differences.push_back({.kind = DifferenceKind::Size,
                                    .table = name,
                                    .object = name + "/data/R/" + std::to_string(i) + "-0-0.parquet",
                                    .expected = "12 bytes",
                                    .found = "10 bytes"});
  }
  return verified;
}

TEST(VerifyCommand, A_lake_that_is_well_is_a_line_for_each_table_and_what_was_looked_at) {
  const std::string text = verify_text({}, {table("public.a", State::Ok), table("public.b", State::Ok)});
  EXPECT_THAT(text, HasSubstr("public.a  R    1,500      2  3.0 MB  ok"));
  EXPECT_THAT(text, HasSubstr("2 of 2 tables as published: 3,000 rows in 4 files (6.0 MB).\n"
                              "Compared: 4 files by checksums and footers.\n"));
  EXPECT_THAT(text, Not(HasSubstr("difference")));
  EXPECT_THAT(verify_text({.deep = true}, {table("public.a", State::Ok)}),
              HasSubstr("Compared: 2 files by checksums, footers and every value.\n"));
}

TEST(VerifyCommand, What_was_compared_is_said_of_what_there_was_to_compare) {
  VerifiedTable one = table("public.a", State::Different, 1);
  one.files_checked = 1;
  one.catalog = one.counter = Comparison::Done;
  VerifiedTable other = table("public.b", State::Ok);
  other.catalog = Comparison::Done;
  other.counter = Comparison::Injected;
  EXPECT_THAT(
      verify_text({.deep = true, .athena = true}, {one, other}),
      HasSubstr("Compared: 3 of 4 files by checksums, footers and every value; 2 tables with Glue; 1 of 2 "
                "tables with what Athena counts.\n"));
  other.catalog = other.counter = Comparison::NotInCatalog;
  EXPECT_THAT(verify_text({.athena = true}, {other}),
              HasSubstr("; 0 of 1 table with Glue; 0 of 1 table with what Athena counts.\n"));
}

TEST(VerifyCommand, A_catalog_that_has_none_of_the_tables_is_an_error_that_names_where_they_are) {
  VerifiedTable one = table("public.a", State::Ok);
  EXPECT_FALSE(nothing_compared("", {one}));
  one.catalog = Comparison::NotInCatalog;
  one.catalog_named = "glue::eu:shop";
  const auto error = nothing_compared("glue::eu:shpo", {one});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message(), HasSubstr("glue::eu:shpo"));
  EXPECT_THAT(error->hint(), HasSubstr("glue::eu:shop"));
  EXPECT_EQ(exit_code_of({.tables = {one}, .error = error}), ExitCode::Failed);
  EXPECT_EQ(exit_code_of({.tables = {table("b", State::Different, 1)}, .error = error}), ExitCode::Different);
  VerifiedTable two = table("public.b", State::Ok);
  two.catalog = Comparison::Done;
  EXPECT_FALSE(nothing_compared("glue::eu:shop", {one, two}));
  two.catalog = Comparison::Failed;
  EXPECT_FALSE(nothing_compared("glue::eu:shop", {one, two})) << "its error says why";
}

TEST(VerifyCommand, Differences_notes_and_what_could_not_be_checked_are_said) {
  VerifiedTable noted = table("public.b", State::Ok);
  noted.notes = {"run R isn't finished"};
  const std::string text =
      verify_text({}, {table("public.a", State::Different, 1), noted, table("public.c", State::Unknown),
                       table("public.d", State::Moved), table("public.e", State::NotFinished)});
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("1 difference\n"), HasSubstr("could not be checked"), HasSubstr("moved on meanwhile"),
            HasSubstr("\npublic.a\n  public.a/data/R/0-0-0.parquet: has another size: 10 bytes "
                      "instead of 12 bytes\n"),
            HasSubstr("\npublic.b\n  note: run R isn't finished\n"), HasSubstr("run not finished"),
            HasSubstr("1 of 5 tables as published, 1 different, 1 could not be checked, 1 of a run "
                      "that isn't finished, 1 moved on meanwhile: "),
            HasSubstr("1 difference found.")));
}

TEST(VerifyCommand, Of_very_many_differences_the_first_are_listed) {
  const std::string text = verify_text({}, {table("public.a", State::Different, 1234)});
  EXPECT_THAT(text, HasSubstr("and 1,184 more differences (--output json has all)"));
  EXPECT_THAT(text, HasSubstr("1,234 differences found."));
}

TEST(VerifyCommand, The_exit_code_is_that_of_the_worst_that_is_known) {
  const auto code = [](std::vector<VerifiedTable> tables) {
    return exit_code_of({.tables = std::move(tables)});
  };
  EXPECT_EQ(code({}), ExitCode::Done);
  EXPECT_EQ(code({table("a", State::Ok)}), ExitCode::Done);
  EXPECT_EQ(code({table("a", State::Ok), table("b", State::Unknown)}), ExitCode::Failed);
  EXPECT_EQ(code({table("a", State::Moved)}), ExitCode::Failed);
  EXPECT_EQ(code({table("a", State::Ok), table("b", State::NotFinished)}), ExitCode::Failed);
  EXPECT_EQ(code({table("a", State::Unknown), table("b", State::Different, 1)}), ExitCode::Different);
}

TEST(PublishedTables, Patterns_take_tables_by_their_names_in_the_lake) {
  const std::vector<std::string> names = {"audit.log", "public.order_items", "public.orders", "revenue"};
  EXPECT_EQ(choose_tables({}, names).value(), names);
  EXPECT_THAT(choose_tables({"order*", "revenue"}, names).value(),
              ElementsAre("public.order_items", "public.orders", "revenue"));
  EXPECT_THAT(choose_tables({"audit.*"}, names).value(), ElementsAre("audit.log"));
  const auto none = choose_tables({"orders", "public.ordres"}, names);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(none.error().hint(), HasSubstr("public.orders"));
}

}  // namespace
}  // namespace pg2athena::cli
