#include "cli/command_line.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.h"
#include "base/spelling.h"
#include "cli/arguments.h"
#include "cli/command_model.h"
#include "cli/completion.h"
#include "cli/help_examples.h"
#include "cli/help_text.h"
#include "cli/man_page.h"
#include "cli/version.h"
#include "config/settings.h"

namespace pg2athena::cli {
namespace {

constexpr const char* kSourceHelp =
    "PostgreSQL: postgresql://user@host:port/database, or a conninfo string. No password here: PGPASSWORD, "
    "~/.pgpass or PGPASSFILE";

std::string value_name(config::ValueKind kind) {
  switch (kind) {
    case config::ValueKind::Count:
      return "NUMBER";
    case config::ValueKind::Size:
      return "SIZE";
    case config::ValueKind::Duration:
      return "TIME";
    default:
      return "TEXT";
  }
}

// The option of a setting, for the values that the configuration file takes too.
void add_setting_option(CLI::App& command, const config::Setting& setting, Arguments& arguments) {
  if (!setting.alone.empty()) {
    // A flag, since an option would take the argument behind it for its value. CLI11 has the value that it is
    // alone in braces; its type is for the help and what else is made from the options.
    command
        .add_flag(fmt::format("--{}{{{}}}", setting.option, setting.alone), arguments.settings[&setting],
                  fmt::format("{}. Alone it is {}", setting.summary, setting.alone))
        ->type_name(fmt::format("TEXT:{{{}}}", fmt::join(setting.choices, ",")));
    return;
  }
  auto* const option = command.add_option("--" + std::string(setting.option), arguments.settings[&setting],
                                          std::string(setting.summary));
  option->type_name(value_name(setting.kind))->default_str(setting.get(config::Configuration()));
  if (setting.kind == config::ValueKind::Choice) {
    option->check(CLI::IsMember(std::vector<std::string>(setting.choices.begin(), setting.choices.end())));
  }
}

void add_setting_options(CLI::App& command, std::initializer_list<std::string_view> sections,
                         Arguments& arguments) {
  for (const config::Setting& setting : config::settings()) {
    if (setting.option.empty() || std::ranges::find(sections, setting.section) == sections.end()) continue;
    add_setting_option(command, setting, arguments);
  }
}

void add_output_options(CLI::App& command, Arguments& arguments) {
  command.add_flag("-q,--quiet", arguments.line.quiet, "Print errors and warnings only");
  add_setting_options(command, {"log"}, arguments);
  command
      .add_option("--output", arguments.output,
                  "The result on stdout: text, or json, one document (also when it fails, and with --quiet)")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_name_list(CLI::App& command, const std::string& name, std::vector<std::string>& names,
                   const std::string& type_name, const std::string& summary) {
  command.add_option(name, names, summary + ". May be repeated")
      ->allow_extra_args(false)
      ->type_name(type_name);
}

void add_run_options(CLI::App& command, Arguments& arguments) {
  command.add_option("SOURCE", arguments.source, kSourceHelp);
  command.add_option(
      "TARGET", arguments.target,
      "The lake: a local folder, made when missing, or s3://bucket/prefix; plan writes nothing");
  command
      .add_option("--config", arguments.config,
                  "A configuration file with source, target and tables, instead of naming them here")
      ->type_name("FILE");
  add_name_list(
      command, "--table", arguments.tables, "PATTERN",
      "A table or view: schema.name, or a name of the search path; * and ? are wildcards; \"Quoted\" keeps "
      "upper case");
  add_name_list(command, "--schema", arguments.schemas, "PATTERN", "All tables and views of a schema");
  add_name_list(command, "--exclude", arguments.excludes, "PATTERN", "Leave a table or view out");
  add_name_list(command, "--query", arguments.queries, "SQL",
                "Export a SELECT, under the name that --as gives");
  add_name_list(command, "--as", arguments.query_names, "NAME",
                "The name of a --query in the lake, in the same order");
  add_setting_options(command, {"source", "limits", "files"}, arguments);
  add_output_options(command, arguments);
}

// A lake, for commands that need no database.
void add_lake_options(CLI::App& command, const std::string& name, Arguments& arguments) {
  command.add_option(name, arguments.target, "The lake: a local folder, or s3://bucket/prefix");
  command
      .add_option("--config", arguments.config, "A configuration file with the lake as its target, instead")
      ->type_name("FILE");
}

void add_lake_tables(CLI::App& command, std::vector<std::string>& tables) {
  command
      .add_option(
          "--table", tables,
          "A table, by its name in the lake: schema.name or name; * and ? are wildcards. May be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
}

void add_ddl_options(CLI::App& command, Arguments& arguments) {
  DdlRequest& ddl = arguments.line.ddl;
  command
      .add_option("--location", ddl.location,
                  "Where Athena finds the lake: s3://bucket/prefix; without it, where it is")
      ->type_name("URL");
  command
      .add_option(
          "--database", ddl.database,
          "The database of Athena; without it, catalog.glue.database of the configuration, or else the "
          "session's")
      ->type_name("NAME");
  add_lake_tables(command, ddl.tables);
  command
      .add_option("--partitions", arguments.partitions,
                  "How Athena finds partitions: by a rule in the table's properties, where there is one for "
                  "them, or each by a statement of its own")
      ->check(CLI::IsMember({"projection", "registered"}))
      ->default_str("projection");
  command.add_flag("--alter", ddl.alter,
                   "Print what takes tables that Athena knows from the run before to the present one");
  command
      .add_option("--from", ddl.from,
                  "With --alter: the run that Athena's tables show; without it, of each the one before")
      ->type_name("RUN");
  command
      .add_option("--dropped-columns", arguments.dropped_columns,
                  "With --alter: whether columns that the present run has no more stay, and are NULL, or go; "
                  "without it, as catalog.glue.dropped_columns of the configuration says")
      ->check(CLI::IsMember({"keep", "remove"}))
      ->default_str("keep");
}

// A source and a lake, for commands that look at both.
void add_source_and_lake(CLI::App& command, Arguments& arguments) {
  command.add_option("SOURCE", arguments.source, kSourceHelp);
  command.add_option("TARGET", arguments.target, "The lake: a local folder, or s3://bucket/prefix");
  command.add_option("--config", arguments.config, "A configuration file, instead of naming them here")
      ->type_name("FILE");
}

void add_iam_policy_options(CLI::App& command, Arguments& arguments) {
  add_source_and_lake(command, arguments);
  command
      .add_option(
          "--for", arguments.policy_for,
          "One policy of those that there are: of who runs pg2athena, of target.role_arn, or whom that "
          "role trusts")
      ->check(CLI::IsMember({"identity", "role", "trust"}));
}

void add_gc_options(CLI::App& command, Arguments& arguments) {
  add_lake_options(command, "TARGET", arguments);
  command.add_flag("--delete", arguments.line.gc.remove,
                   "Remove what is listed; without it nothing is changed");
  command
      .add_option(
          "--older-than", arguments.older_than,
          "How long a run has to be silent before it is called dead; longer than any step of a run takes")
      ->type_name("TIME")
      ->default_str(duration_text(arguments.line.gc.older_than));
  add_setting_options(command, {"target"}, arguments);
  add_output_options(command, arguments);
}

void add_verify_options(CLI::App& command, Arguments& arguments) {
  add_lake_options(command, "TARGET", arguments);
  add_lake_tables(command, arguments.line.verify.tables);
  command.add_flag("--deep", arguments.line.verify.deep,
                   "Decode, count and sum every value too; reads each file twice");
  command.add_flag(
      "--athena", arguments.line.verify.athena,
      "Have Athena count rows and values too, where the configuration has catalog.glue; it bills "
      "what it reads");
  const config::Setting& workers =
      *std::ranges::find(config::settings(), "workers", &config::Setting::option);
  command
      .add_option("--workers", arguments.settings[&workers],
                  "Files that are read at once; without it limits.workers")
      ->type_name(value_name(workers.kind))
      ->default_str(workers.get(config::Configuration()));
  add_output_options(command, arguments);
}

// Commands that only print what is made from the app itself.
void add_printing_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* const completion =
      app.add_subcommand("completion", "Print a script that completes this command line");
  completion->footer(kCompletionExamples);
  completion->add_option("SHELL", arguments.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app.add_subcommand("man", "Print the manual page")->footer(kManExamples);
}

// The commands, as CLI11 has them; `arguments` is filled when it parses.
void add_commands(CLI::App& app, Arguments& arguments) {
  const auto add = [&](const std::string& name, Command command, const std::string& summary,
                       const char* examples) {
    CLI::App* const added = app.add_subcommand(name, summary);
    added->footer(examples);
    added->callback([&arguments, command] { arguments.line.command = command; });
    return added;
  };
  add_run_options(*add("run", Command::Run, "Export tables and publish them, all at once", kRunExamples),
                  arguments);
  add_run_options(*add("plan", Command::Plan, "Print what run would do, column by column", kPlanExamples),
                  arguments);

  CLI::App* const publish =
      add("publish", Command::Publish, "Finish runs that were decided and then stopped", kPublishExamples);
  add_lake_options(*publish, "TARGET", arguments);
  add_output_options(*publish, arguments);

  add_gc_options(
      *add("gc", Command::Gc, "List what old and killed runs left in a lake, and remove it", kGcExamples),
      arguments);

  add_verify_options(
      *add("verify", Command::Verify, "Check that what is published is as it was written", kVerifyExamples),
      arguments);

  add_iam_policy_options(*add("iam-policy", Command::IamPolicy,
                              "Print the least IAM policy that a configuration needs", kIamPolicyExamples),
                         arguments);

  CLI::App* const doctor = add("doctor", Command::Doctor,
                               "Try out whether a run would work, and say what is missing", kDoctorExamples);
  add_source_and_lake(*doctor, arguments);
  add_output_options(*doctor, arguments);

  CLI::App* const init =
      add("init", Command::Init, "Write a configuration file from a database", kInitExamples);
  init->add_option("SOURCE", arguments.source, kSourceHelp)->required();
  init->add_option("FILE", arguments.line.file,
                   "The file to write, which must not be there; stdout without it");
  init->add_option("--target", arguments.target, "The lake that the configuration names")
      ->type_name("FOLDER")
      ->default_str("./lake");

  CLI::App* const schema =
      add("schema", Command::Schema, "Print the JSON Schema of the configuration file", kSchemaExamples);
  schema->add_flag("--page", arguments.line.page, "Print the reference page instead, as Markdown");

  CLI::App* const ddl =
      add("ddl", Command::Ddl, "Print the SQL that makes Athena know a lake in S3", kDdlExamples);
  add_lake_options(*ddl, "LAKE", arguments);
  add_ddl_options(*ddl, arguments);
  add_printing_commands(app, arguments);
}

// Names the first argument that no option and no place takes; CLI11 lists them all, backwards.
Error unexpected_argument(const CLI::App& command) {
  const std::vector<std::string> extras = command.remaining();
  const auto option =
      std::ranges::find_if(extras, [](const std::string& text) { return text.starts_with('-'); });
  const std::string argument = option != extras.end() ? *option : extras.empty() ? "" : extras.back();
  std::vector<std::string> names;
  for (const CLI::Option* const known : command.get_options()) {
    for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
  }
  const std::string near = argument.starts_with('-') ? nearest_name(argument, names) : std::string();
  return Error(ErrorKind::InvalidArgument,
               fmt::format("{} takes no argument {}", command.get_name(), argument))
      .hint(near.empty() ? fmt::format("pg2athena {} --help shows how it is used", command.get_name())
                         : fmt::format("did you mean {}?", near));
}

// CLI11 takes "--verify=" for "--verify".
Result<void> check_empty_values(int argc, const char* const* argv) {
  for (const config::Setting& setting : config::settings()) {
    if (setting.alone.empty()) continue;
    const std::string name = fmt::format("--{}", setting.option);
    const bool empty =
        std::any_of(argv, argv + argc, [&](std::string_view text) { return text == name + "="; });
    if (!empty) continue;
    return fail(Error(ErrorKind::InvalidArgument,
                      fmt::format("{} takes {}, not ''", name, config::describe_values(setting)))
                    .hint(fmt::format("{} alone is {}={}", name, name, setting.alone)));
  }
  return {};
}

std::string command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* const command : app.get_subcommands({})) names.push_back(command->get_name());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<std::variant<CommandLine, PrintAndExit>> parse_command_line(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app(
      "pg2athena moves PostgreSQL tables into a data lake of Parquet files that Amazon Athena can query.",
      "pg2athena");
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag("--version", version_text(), "Print the versions of the program and its libraries");

  app.formatter(help_formatter());  // commands take it over

  add_commands(app, arguments);
  PG2ATHENA_TRY(check_empty_values(argc, argv));

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return PrintAndExit{chosen.empty() ? app.help() : chosen.front()->help(app.get_name())};
  } catch (const CLI::CallForVersion& version) {
    return PrintAndExit{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    if (!chosen.empty() && dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      return fail(unexpected_argument(*chosen.front()));
    }
    // CLI11 says only that a subcommand is missing.
    const bool unknown_command = chosen.empty() && argc > 1 && argv[1][0] != '-';
    return fail(Error(ErrorKind::InvalidArgument,
                      unknown_command ? fmt::format("there is no command {}: the commands are {}", argv[1],
                                                    command_names(app))
                                      : std::string(error.what()))
                    .hint(fmt::format("pg2athena {}--help shows how it is used",
                                      chosen.empty() ? "" : chosen.front()->get_name() + " ")));
  }
  if (app.got_subcommand("completion")) {
    return PrintAndExit{completion_script(program_model(app), arguments.shell)};
  }
  if (app.got_subcommand("man")) return PrintAndExit{man_page(program_model(app), program_version())};
  const std::string command(to_string(arguments.line.command));
  auto line = to_command_line(std::move(arguments));
  if (line) return std::move(*line);
  return fail(std::move(line).error().hint(fmt::format("pg2athena {} --help shows how it is used", command)));
}

}  // namespace pg2athena::cli
