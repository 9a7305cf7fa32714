#include "cli/verify_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/published_tables.h"

namespace pg2athena::cli {
namespace {

using pipeline::DifferenceKind;
using pipeline::ExitCode;
using pipeline::VerifiedTable;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using State = VerifiedTable::State;

VerifiedTable table(const std::string& name, State state, std::size_t differences = 0) {
  VerifiedTable verified{
      .table = name, .state = state, .run_id = "R", .rows = 1500, .files = 2, .bytes = 3'000'000};
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
  EXPECT_THAT(text,
              HasSubstr("2 of 2 tables as published: 3,000 rows in 4 files (6.0 MB), by checksums and"));
  EXPECT_THAT(text, Not(HasSubstr("difference")));
  EXPECT_THAT(verify_text({.deep = true}, {table("public.a", State::Ok)}), HasSubstr("every value decoded"));
}

TEST(VerifyCommand, Differences_notes_and_what_could_not_be_checked_are_said) {
  VerifiedTable noted = table("public.b", State::Ok);
  noted.notes = {"run R isn't finished"};
  const std::string text =
      verify_text({}, {table("public.a", State::Different, 1), noted, table("public.c", State::Unknown),
                       table("public.d", State::Moved)});
  EXPECT_THAT(text, AllOf(HasSubstr("1 difference\n"), HasSubstr("could not be checked"),
                          HasSubstr("moved on meanwhile"),
                          HasSubstr("\npublic.a\n  public.a/data/R/0-0-0.parquet: has another size: 10 bytes "
                                    "instead of 12 bytes\n"),
                          HasSubstr("\npublic.b\n  note: run R isn't finished\n"),
                          HasSubstr("1 of 4 tables as published"), HasSubstr("1 difference found.")));
}

TEST(VerifyCommand, Of_very_many_differences_the_first_are_listed) {
  const std::string text = verify_text({}, {table("public.a", State::Different, 1234)});
  EXPECT_THAT(text, HasSubstr("and 1,184 more differences (--output json has all)"));
  EXPECT_THAT(text, HasSubstr("1,234 differences found."));
}

TEST(VerifyCommand, The_exit_code_is_that_of_the_worst_that_is_known) {
  EXPECT_EQ(exit_code_of({}), ExitCode::Done);
  EXPECT_EQ(exit_code_of({table("a", State::Ok)}), ExitCode::Done);
  EXPECT_EQ(exit_code_of({table("a", State::Ok), table("b", State::Unknown)}), ExitCode::Failed);
  EXPECT_EQ(exit_code_of({table("a", State::Moved)}), ExitCode::Failed);
  EXPECT_EQ(exit_code_of({table("a", State::Unknown), table("b", State::Different, 1)}), ExitCode::Different);
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
