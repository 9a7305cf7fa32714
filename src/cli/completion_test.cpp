// The text of the scripts. That bash offers what it should is shown by tests/end_to_end/test_outputs.py.
#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

ProgramModel model() {
  CommandModel run{
      .name = "run", .description = "Runs: at once", .options = {}, .arguments = {}, .footer = {}};
  run.options = {
      {.names = {"-q", "--quiet"}, .description = "Says less, doesn't shout"},
      {.names = {"--table"}, .value = "PATTERN", .description = "A [wild] table. More", .repeatable = true},
      {.names = {"--codec"},
       .value = "TEXT",
       .description = "A codec",
       .choices = {"zstd", "none"},
       .offer = Offer::Choices},
      {.names = {"--config"}, .value = "FILE", .description = "A file", .offer = Offer::File},
      {.names = {"--verify"},
       .description = "Whether",
       .choices = {"none", "deep"},
       .offer = Offer::Choices,
       .value_behind_equals = true}};
  run.arguments = {{.value = "SOURCE", .description = "A database", .required = true},
                   {.value = "TARGET", .description = "The lake", .offer = Offer::Folder}};
  return {.program = {.name = "prog",
                      .description = "Does things",
                      .options = {{.names = {"--version"}, .description = "Print the version"}},
                      .arguments = {},
                      .footer = {}},
          .commands = {run}};
}

TEST(Completion, Bash_has_a_case_for_every_option_and_argument) {
  EXPECT_THAT(
      completion_script(model(), "bash"),
      AllOf(HasSubstr("run:--table|run:--codec|run:--config)"),
            HasSubstr("run:--codec|run:--codec=) words='zstd none' ;;"),
            HasSubstr("run:--config|run:--config=) offer=files ;;"),
            HasSubstr("    run:--verify=) words='none deep' ;;"), HasSubstr("run:1:*) offer=folders ;;"),
            HasSubstr("words='--quiet --table --codec --config --verify'"), HasSubstr("words='--version'"),
            HasSubstr("complete -F _prog prog\n")));
}

TEST(Completion, Zsh_escapes_what_ends_an_explanation) {
  EXPECT_THAT(completion_script(model(), "zsh"),
              AllOf(HasSubstr("#compdef prog\n"), HasSubstr("'run:Runs'"),
                    HasSubstr(R"('*--table=[A \[wild\] table]:PATTERN: ')"),
                    HasSubstr(R"('--quiet[Says less, doesn'\''t shout]')"),
                    HasSubstr("'--codec=[A codec]:TEXT:(zstd none)'"),
                    HasSubstr("'--verify=-[Whether]::value:(none deep)'"), HasSubstr("'1:SOURCE: '"),
                    HasSubstr("'2::TARGET:_files -/'\n")));
}

TEST(Completion, Fish_has_a_line_for_every_option) {
  EXPECT_THAT(completion_script(model(), "fish"),
              AllOf(HasSubstr("complete -c prog -n __fish_use_subcommand -a run -d 'Runs'\n"),
                    HasSubstr(R"( -s q -l quiet -d 'Says less, doesn\'t shout')"),
                    HasSubstr(" -l codec -x -a 'zstd none' -d 'A codec'\n"),
                    HasSubstr(" -l verify -a 'none deep' -d 'Whether'\n"), HasSubstr(" -l config -r -F "),
                    HasSubstr("__fish_complete_directories")));
}

}  // namespace
}  // namespace pg2athena::cli
