#include "cli/command_line.h"

#include <algorithm>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command_model.h"
#include "cli/completion.h"
#include "cli/man_page.h"
#include "cli/version.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::cli {
namespace {

constexpr int kMaxWorkers = 256;
constexpr int kDefaultWorkers = 4;  // as many as a production server hardly notices
constexpr int kMaxLockTimeoutSeconds = 24 * 3600;

constexpr const char* kSourceHelp =
    "PostgreSQL: postgresql://user@host:port/database, or a conninfo string. No password here: PGPASSWORD, "
    "~/.pgpass "
    "or PGPASSFILE";

constexpr const char* kRunExamples = R"(
Examples:
  pg2athena run postgresql://localhost/shop ./lake
      Every table, view and materialized view of a database, in one snapshot.
  pg2athena run postgresql://etl@db.internal/shop ./lake --schema public --exclude 'public.tmp_*' --workers 4
  pg2athena run postgresql://localhost/shop ./lake --table orders --table 'public."Order Items"'
  pg2athena run postgresql://localhost/shop ./lake --query 'SELECT id, total FROM orders' --as order_totals

What was published last is at LAKE/SCHEMA.TABLE/latest. A run that fails or is stopped leaves it as it was.
Exit codes: 0 done, 1 failed, 2 usage, 3 refused by the plan, 5 unknown whether it was published, 130 interrupted.
)";

constexpr const char* kPlanExamples = R"(
Examples:
  pg2athena plan postgresql://localhost/shop
  pg2athena plan postgresql://localhost/shop ./lake --table 'public.order*'

Nothing is written. The tables are locked as for a SELECT while the plan is made.
)";

constexpr const char* kPublishExamples = R"(
Examples:
  pg2athena publish ./lake
      Makes visible what runs decided to publish before something stopped them. The next run does this by itself.
)";

constexpr const char* kDdlExamples = R"(
Examples:
  aws s3 sync ./lake s3://acme-lake/shop --no-follow-symlinks
  pg2athena ddl ./lake --location s3://acme-lake/shop --database shop > shop.sql
  pg2athena ddl ./lake --location s3://acme-lake/shop --table 'public.order*'

Athena runs one statement at a time. A table is named as in PostgreSQL, without its schema; its LOCATION is the
data of the run that the lake shows now.
)";

constexpr const char* kCompletionExamples = R"(
Examples:
  source <(pg2athena completion bash)
  pg2athena completion zsh > ~/.zsh/completions/_pg2athena        # a folder of fpath
  pg2athena completion fish > ~/.config/fish/completions/pg2athena.fish
)";

constexpr const char* kManExamples = R"(
Examples:
  pg2athena man | man -l -
  pg2athena man > /usr/local/share/man/man1/pg2athena.1
)";

constexpr const char* kFooter = R"(
Examples:
  pg2athena plan postgresql://localhost/shop                 what would be exported, column by column
  pg2athena run postgresql://localhost/shop ./lake           export it
  pg2athena run --help                                       all options of run
)";

int default_workers() {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(cores, 1, kDefaultWorkers);
}

// What CLI11 fills.
struct Arguments {
  CommandLine line;
  std::vector<std::string> tables;
  std::vector<std::string> queries;
  std::vector<std::string> query_names;
  int lock_timeout_seconds = 30;
  std::string compression = "zstd";
  std::string log_format = "text";
  std::string output = "text";
  std::string shell;
  bool level_given = false;
};

void add_output_options(CLI::App& command, Arguments& arguments) {
  command.add_flag("-q,--quiet", arguments.line.quiet, "Print errors and warnings only");
  command.add_option("--log-format", arguments.log_format, "Log on stderr: text, or json, one event a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command
      .add_option("--output", arguments.output,
                  "The result on stdout: text, or json, one document (also when it fails, and with --quiet)")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_source_options(CLI::App& command, Arguments& arguments) {
  pipeline::RunOptions& options = arguments.line.options;
  command.add_option("SOURCE", arguments.line.source, kSourceHelp)->required();
  command
      .add_option(
          "--table", arguments.tables,
          "A table or view: schema.name, or a name of the search path; * and ? are wildcards; \"Quoted\" "
          "keeps upper case. May be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  command
      .add_option("--schema", options.selection.schemas, "All tables and views of a schema. May be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  command.add_option("--exclude", options.selection.excludes, "Leave a table or view out. May be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  command
      .add_option("--query", arguments.queries,
                  "Export a SELECT, under the name that --as gives. May be repeated")
      ->allow_extra_args(false)
      ->type_name("SQL");
  command.add_option("--as", arguments.query_names, "The name of a --query in the lake, in the same order")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command
      .add_option("--workers", options.workers,
                  "Connections that read at once; by default as many as the machine has cores, at most 4")
      ->check(CLI::Range(1, kMaxWorkers));
  command
      .add_option("--lock-timeout", arguments.lock_timeout_seconds,
                  "How long to wait for a table that an ALTER or TRUNCATE holds")
      ->check(CLI::Range(1, kMaxLockTimeoutSeconds))
      ->type_name("SECONDS")
      ->capture_default_str();
  command
      .add_option("--compression", arguments.compression, "Codec of the Parquet pages: zstd, snappy or none")
      ->check(CLI::IsMember({"zstd", "snappy", "none"}))
      ->capture_default_str();
  command.add_option("--compression-level", options.compression_level, "zstd's level")
      ->check(CLI::Range(1, 22))
      ->capture_default_str();
}

parquet::Compression compression_of(const std::string& name) {
  if (name == "snappy") return parquet::Compression::Snappy;
  if (name == "none") return parquet::Compression::None;
  return parquet::Compression::Zstd;
}

Result<void> check_password(const std::string& source) {
  PG2ATHENA_ASSIGN(const bool password, postgres::has_password(source));
  if (!password) return {};
  return fail(
      Error(ErrorKind::InvalidArgument,
            "the source has a password in it, and everybody on this machine can read the list of processes")
          .hint("set PGPASSWORD, or write a line host:port:database:user:password to ~/.pgpass or the file "
                "that PGPASSFILE names"));
}

void add_ddl_options(CLI::App& command, DdlRequest& ddl) {
  command.add_option("--location", ddl.location, "Where the lake's folder was copied to: s3://bucket/prefix")
      ->required()
      ->type_name("URL");
  command.add_option("--database", ddl.database, "The database of Athena; without it, the session's")
      ->type_name("NAME");
  command
      .add_option(
          "--table", ddl.tables,
          "A table, by its name in the lake: schema.name or name; * and ? are wildcards. May be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
}

// The commands of the app, which owns them.
struct Commands {
  CLI::App* run;
  CLI::App* plan;
  CLI::App* publish;
  CLI::App* ddl;
  CLI::App* completion;
  CLI::App* man;
};

// All commands and options; what is given goes into `arguments`.
Commands add_commands(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag("--version", version_text(), "Print the versions of the program and its libraries");
  const auto add = [&](const char* name, const char* description, const char* examples) {
    CLI::App* const command = app.add_subcommand(name, description);
    command->footer(examples);
    return command;
  };

  const Commands commands{
      .run = add("run", "Export tables and publish them, all at once", kRunExamples),
      .plan = add("plan", "Print what run would do, column by column", kPlanExamples),
      .publish = add("publish", "Finish runs that were decided and then stopped", kPublishExamples),
      .ddl = add("ddl", "Print the SQL that makes Athena know a lake that was copied to S3", kDdlExamples),
      .completion = add("completion", "Print a script that completes this command line", kCompletionExamples),
      .man = add("man", "Print the manual page", kManExamples)};
  std::string& target = arguments.line.target;
  add_source_options(*commands.run, arguments);
  commands.run->add_option("TARGET", target, "The lake: a local folder, made when missing")->required();
  add_output_options(*commands.run, arguments);
  add_source_options(*commands.plan, arguments);
  commands.plan->add_option("TARGET", target, "The lake (nothing is written to it)");
  add_output_options(*commands.plan, arguments);
  commands.publish->add_option("TARGET", target, "The lake: a local folder")->required();
  add_output_options(*commands.publish, arguments);
  commands.ddl->add_option("LAKE", target, "The lake: a local folder")->required();
  add_ddl_options(*commands.ddl, arguments.line.ddl);
  commands.completion->add_option("SHELL", arguments.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return commands;
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error, const std::string& first_word) {
  const auto chosen = app.get_subcommands();
  std::string message = error.what();
  // CLI11 says only that a subcommand is missing.
  if (chosen.empty() && !first_word.empty() && first_word[0] != '-') {
    std::vector<std::string> names;
    for (const CommandModel& command : program_model(app).commands) names.push_back(command.name);
    message = fmt::format("there is no command {}: it is one of {}", first_word, fmt::join(names, ", "));
  }
  return Error(ErrorKind::InvalidArgument, std::move(message))
      .hint(fmt::format("pg2athena {}--help shows how it is used",
                        chosen.empty() ? "" : chosen.front()->get_name() + " "));
}

Result<CommandLine> checked(Arguments arguments) {
  CommandLine& line = arguments.line;
  line.log_format = arguments.log_format == "json" ? observe::LogFormat::Json : observe::LogFormat::Text;
  line.output = arguments.output == "json" ? OutputFormat::Json : OutputFormat::Text;
  if (line.command == Command::Publish) return std::move(line);
  if (line.command == Command::Ddl) {
    PG2ATHENA_TRY(check_ddl_request(line.ddl));
    return std::move(line);
  }
  line.options.compression = compression_of(arguments.compression);
  line.options.lock_timeout = std::chrono::seconds(arguments.lock_timeout_seconds);
  if (arguments.level_given && line.options.compression != parquet::Compression::Zstd) {
    return fail(ErrorKind::InvalidArgument, "--compression-level is zstd's; the other codecs have none");
  }
  if (arguments.queries.size() != arguments.query_names.size()) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("{} --query and {} --as: each query needs its name",
                                                      arguments.queries.size(), arguments.query_names.size()))
            .hint("--query 'SELECT …' --as name"));
  }
  for (std::size_t i = 0; i < arguments.queries.size(); ++i) {
    if (arguments.query_names[i].empty()) return fail(ErrorKind::InvalidArgument, "--as needs a name");
    line.options.queries.push_back({.name = arguments.query_names[i], .sql = arguments.queries[i]});
  }
  for (const std::string& table : arguments.tables) {
    PG2ATHENA_TRY(postgres::NamePattern::parse(table, 2));
    line.options.selection.tables.push_back({.pattern = table, .columns = {}, .where = {}});
  }
  for (const std::string& schema : line.options.selection.schemas) {
    PG2ATHENA_TRY(postgres::NamePattern::parse(schema, 1));
  }
  for (const std::string& exclude : line.options.selection.excludes) {
    PG2ATHENA_TRY(postgres::NamePattern::parse(exclude, 2));
  }
  PG2ATHENA_TRY(check_password(line.source));
  return std::move(line);
}

}  // namespace

std::string_view to_string(Command command) {
  switch (command) {
    case Command::Run:
      return "run";
    case Command::Plan:
      return "plan";
    case Command::Publish:
      return "publish";
    case Command::Ddl:
      return "ddl";
  }
  return "";
}

Result<std::variant<CommandLine, PrintAndExit>> parse_command_line(int argc, const char* const* argv) {
  Arguments arguments;
  arguments.line.options.workers = default_workers();
  CLI::App app(
      "pg2athena moves PostgreSQL tables into a data lake of Parquet files that Amazon Athena can query.",
      "pg2athena");
  const Commands commands = add_commands(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return PrintAndExit{chosen.empty() ? app.help() : chosen.front()->help()};
  } catch (const CLI::CallForVersion& version) {
    return PrintAndExit{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(app, error, argc > 1 ? argv[1] : ""));
  }
  if (*commands.completion) return PrintAndExit{completion_script(program_model(app), arguments.shell)};
  if (*commands.man) return PrintAndExit{man_page(program_model(app), program_version())};
  arguments.line.command = *commands.run       ? Command::Run
                           : *commands.plan    ? Command::Plan
                           : *commands.publish ? Command::Publish
                                               : Command::Ddl;
  arguments.level_given =
      commands.run->count("--compression-level") + commands.plan->count("--compression-level") > 0;
  PG2ATHENA_ASSIGN(CommandLine line, checked(std::move(arguments)));
  return line;
}

}  // namespace pg2athena::cli
