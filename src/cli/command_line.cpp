#include "cli/command_line.h"

#include <algorithm>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/quantity.h"
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
  std::string memory = "512MiB";
  std::string max_value_size;
  std::string compression = "zstd";
  std::string log_format = "text";
  bool level_given = false;
};

void add_log_options(CLI::App& command, Arguments& arguments) {
  command.add_flag("-q,--quiet", arguments.line.quiet, "Print errors and warnings only");
  command.add_option("--log-format", arguments.log_format, "Log on stderr: text, or json, one event a line")
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
  command.add_option("--workers", options.workers, "Connections that read at once")
      ->check(CLI::Range(1, kMaxWorkers))
      ->capture_default_str();
  command
      .add_option("--lock-timeout", arguments.lock_timeout_seconds,
                  "How long to wait for a table that an ALTER or TRUNCATE holds")
      ->check(CLI::Range(1, kMaxLockTimeoutSeconds))
      ->type_name("SECONDS")
      ->capture_default_str();
  command
      .add_option("--memory", arguments.memory,
                  "The most resident memory that the process takes; sizes of row groups follow from it")
      ->type_name("SIZE")
      ->capture_default_str();
  command
      .add_option(
          "--max-value-size", arguments.max_value_size,
          "The most that one value, and all values of a row together, may have; a row with more is an "
          "error. Default: what --memory can hold")
      ->type_name("SIZE");
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

Result<CommandLine> checked(Arguments arguments) {
  CommandLine& line = arguments.line;
  line.log_format = arguments.log_format == "json" ? observe::LogFormat::Json : observe::LogFormat::Text;
  if (line.command == Command::Publish) return std::move(line);
  line.options.compression = compression_of(arguments.compression);
  line.options.lock_timeout = std::chrono::seconds(arguments.lock_timeout_seconds);
  PG2ATHENA_ASSIGN(line.options.memory_bytes, parse_byte_size(arguments.memory));
  if (!arguments.max_value_size.empty()) {
    PG2ATHENA_ASSIGN(line.options.max_value_bytes, parse_byte_size(arguments.max_value_size));
  }
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

Result<std::variant<CommandLine, PrintAndExit>> parse_command_line(int argc, const char* const* argv) {
  Arguments arguments;
  arguments.line.options.workers = default_workers();
  CLI::App app(
      "pg2athena moves PostgreSQL tables into a data lake of Parquet files that Amazon Athena can query.",
      "pg2athena");
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag("--version", version_text());

  CLI::App* const run = app.add_subcommand("run", "Export tables and publish them, all at once");
  add_source_options(*run, arguments);
  run->add_option("TARGET", arguments.line.target, "The lake: a local folder, made when missing")->required();
  add_log_options(*run, arguments);
  run->footer(kRunExamples);

  CLI::App* const plan = app.add_subcommand("plan", "Print what run would do, column by column");
  add_source_options(*plan, arguments);
  plan->add_option("TARGET", arguments.line.target, "The lake (nothing is written to it)");
  add_log_options(*plan, arguments);
  plan->footer(kPlanExamples);

  CLI::App* const publish = app.add_subcommand("publish", "Finish runs that were decided and then stopped");
  publish->add_option("TARGET", arguments.line.target, "The lake: a local folder")->required();
  add_log_options(*publish, arguments);
  publish->footer(kPublishExamples);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return PrintAndExit{chosen.empty() ? app.help() : chosen.front()->help()};
  } catch (const CLI::CallForVersion& version) {
    return PrintAndExit{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    // CLI11 says only that a subcommand is missing.
    const bool unknown_command = chosen.empty() && argc > 1 && argv[1][0] != '-';
    return fail(Error(ErrorKind::InvalidArgument,
                      unknown_command
                          ? fmt::format("there is no command {}: it is run, plan or publish", argv[1])
                          : std::string(error.what()))
                    .hint(fmt::format("pg2athena {}--help shows how it is used",
                                      chosen.empty() ? "" : chosen.front()->get_name() + " ")));
  }
  arguments.line.command = *run ? Command::Run : *plan ? Command::Plan : Command::Publish;
  arguments.level_given = run->count("--compression-level") + plan->count("--compression-level") > 0;
  PG2ATHENA_ASSIGN(CommandLine line, checked(std::move(arguments)));
  return line;
}

}  // namespace pg2athena::cli
