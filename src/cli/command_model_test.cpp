#include "cli/command_model.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// An app with each kind of option that the program has.
class CommandModelTest : public testing::Test {
 protected:
  CommandModelTest() : app_("Does things", "prog") {
    CLI::App* const run = app_.add_subcommand("run", "Runs: at once");
    run->add_option("TARGET", text_, "The lake")->required();
    run->add_flag("-q,--quiet", flag_, "Says less");
    run->add_option("--table", texts_, "A table. May be repeated")
        ->allow_extra_args(false)
        ->type_name("PATTERN");
    run->add_option("--codec", text_, "A codec")
        ->check(CLI::IsMember({"zstd", "none"}))
        ->capture_default_str();
    run->add_option("--workers", number_, "How many")->check(CLI::Range(1, 9))->capture_default_str();
    run->add_option("--config", text_, "A file")->type_name("PATH");
    run->add_flag("--verify{totals}", text_, "Whether")->type_name("TEXT:{none,totals}");
    run->add_option("--secret", text_, "Nobody's business")->group("");
    run->footer("Examples:\n  prog run x");
    app_.add_subcommand("hidden", "Not for people")->group("");
  }
  const OptionModel& option(std::string_view name) {
    for (const OptionModel& option : model_.commands.at(0).options) {
      if (option.names.back() == name) return option;
    }
    throw std::out_of_range(std::string(name));
  }

  std::string text_ = "zstd";
  std::vector<std::string> texts_;
  bool flag_ = false;
  int number_ = 4;
  CLI::App app_;
  ProgramModel model_;
};

TEST_F(CommandModelTest, It_has_what_the_help_has) {
  model_ = program_model(app_);
  EXPECT_EQ(model_.program.name, "prog");
  ASSERT_EQ(model_.commands.size(), 1U);
  const CommandModel& run = model_.commands[0];
  EXPECT_EQ(run.name, "run");
  EXPECT_EQ(run.footer, "Examples:\n  prog run x");
  ASSERT_EQ(run.arguments.size(), 1U);
  EXPECT_EQ(run.arguments[0].value, "TARGET");
  EXPECT_TRUE(run.arguments[0].required);
  EXPECT_EQ(run.arguments[0].offer, Offer::Folder);
  EXPECT_THAT(option("--help").names, ElementsAre("-h", "--help"));
  EXPECT_EQ(run.options.size(), 7U) << "help and six of its own";
}

TEST_F(CommandModelTest, Values_choices_and_defaults_are_the_options_own) {
  model_ = program_model(app_);
  EXPECT_EQ(option("--quiet").value, "");
  EXPECT_FALSE(option("--quiet").repeatable);
  EXPECT_EQ(option("--table").value, "PATTERN");
  EXPECT_TRUE(option("--table").repeatable);
  EXPECT_THAT(option("--codec").choices, ElementsAre("zstd", "none"));
  EXPECT_EQ(option("--codec").offer, Offer::Choices);
  EXPECT_EQ(option("--codec").default_value, "zstd");
  EXPECT_FALSE(option("--codec").repeatable);
  EXPECT_EQ(option("--workers").value, "INT");
  EXPECT_THAT(option("--workers").choices, IsEmpty());
  EXPECT_EQ(option("--config").offer, Offer::File);
  EXPECT_FALSE(option("--codec").value_behind_equals);
  EXPECT_TRUE(option("--verify").value_behind_equals);
  EXPECT_EQ(option("--verify").value, "");
  EXPECT_THAT(option("--verify").choices, ElementsAre("none", "totals"));
}

TEST(CommandModel, A_brief_description_is_the_first_clause) {
  EXPECT_EQ(brief("A table. May be repeated"), "A table");
  EXPECT_EQ(brief("PostgreSQL: a URL; or so. And more"), "PostgreSQL");
  EXPECT_EQ(brief("zstd's level"), "zstd's level");
}

}  // namespace
}  // namespace pg2athena::cli
