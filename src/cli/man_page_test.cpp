#include "cli/man_page.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string page() {
  CommandModel run{
      .name = "run",
      .description = "Runs \\ all",
      .options = {{.names = {"-q", "--quiet"}, .description = "Don't say \"…\""},
                  {.names = {"--codec"},
                   .value = "TEXT",
                   .description = "A codec",
                   .choices = {"zstd", "none"},
                   .default_value = "zstd"},
                  {.names = {"--verify"},
                   .description = "Whether",
                   .choices = {"none", "deep"},
                   .value_behind_equals = true},
                  {.names = {"--location"}, .value = "URL", .description = "Where", .required = true}},
      .arguments = {{.value = "SOURCE", .description = "A database", .required = true},
                    {.value = "TARGET", .description = "The lake"}},
      .footer = "\nExamples:\n  prog run x\n.hidden is no request\n"};
  return man_page({.program = {.name = "prog",
                               .description = "prog does things.",
                               .options = {},
                               .arguments = {},
                               .footer = "\nExamples:\n  prog run y\n"},
                   .commands = {run}},
                  "1.2.3");
}

TEST(ManPage, It_has_the_sections_that_man_pages_have) {
  std::size_t at = 0;
  for (const std::string_view section :
       {".TH PG2ATHENA 1", ".SH NAME\nprog \\- does things\n", ".SH SYNOPSIS", ".SH DESCRIPTION",
        ".SH COMMANDS\n.SS run", ".SH EXIT STATUS", ".SH ENVIRONMENT", ".SH FILES",
        ".SH EXAMPLES\n.EX\n  prog run y\n.EE"}) {
    const std::size_t found = page().find(section, at);
    ASSERT_NE(found, std::string::npos) << section << " in\n" << page();
    at = found;
  }
}

TEST(ManPage, Options_are_as_in_the_help) {
  EXPECT_THAT(page(), AllOf(HasSubstr("\\fBprog run\\fR [\\fIOPTIONS\\fR] \\fISOURCE\\fR [\\fITARGET\\fR]\n"),
                            HasSubstr(".TP\n\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR\n"),
                            HasSubstr("\\fB\\-\\-codec\\fR \\fBzstd|none\\fR\nA codec (default: zstd).\n"),
                            HasSubstr("\\fB\\-\\-verify\\fR[=\\fBnone|deep\\fR]\nWhether.\n"),
                            HasSubstr("Where (required).")));
}

TEST(ManPage, Nothing_in_a_text_is_taken_for_a_request_or_lost) {
  EXPECT_THAT(page(), AllOf(HasSubstr("Runs \\e all"), HasSubstr("Don\\(aqt say \\(dq\\[u2026]\\(dq"),
                            HasSubstr("\n\\&.hidden is no request\n")));
  EXPECT_TRUE(std::ranges::all_of(page(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(ManPage, Every_exit_code_is_there) {
  for (const std::string_view code : {"0", "1", "2", "3", "4", "5", "130"}) {
    EXPECT_THAT(page(), HasSubstr(".TP\n\\fB" + std::string(code) + "\\fR\n"));
  }
}

}  // namespace
}  // namespace pg2athena::cli
