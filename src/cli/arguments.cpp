#include "cli/arguments.h"

#include <utility>

#include <fmt/format.h>

#include "base/quantity.h"
#include "cli/published_tables.h"
#include "config/configuration_file.h"
#include "login/open_login.h"
#include "postgres/connection_parameters.h"
#include "postgres/selection.h"
#include "storage/s3_location.h"

namespace pg2athena::cli {
namespace {

Result<void> check_password(const std::string& source) {
  PG2ATHENA_ASSIGN(const bool password, postgres::has_password(source));
  if (!password) return {};
  return fail(
      Error(ErrorKind::InvalidArgument,
            "the source has a password in it, and everybody on this machine can read the list of processes")
          .hint("set PGPASSWORD, or write a line host:port:database:user:password to ~/.pgpass or the file "
                "that PGPASSFILE names, or take it from the environment in a configuration file: password: "
                "${NAME}"));
}

Result<void> take_queries(const Arguments& arguments, pipeline::RunOptions& options) {
  if (arguments.queries.size() != arguments.query_names.size()) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("{} --query and {} --as: each query needs its name",
                                                      arguments.queries.size(), arguments.query_names.size()))
            .hint("--query 'SELECT …' --as name"));
  }
  for (std::size_t i = 0; i < arguments.queries.size(); ++i) {
    if (arguments.query_names[i].empty()) return fail(ErrorKind::InvalidArgument, "--as needs a name");
    options.queries.push_back({.name = arguments.query_names[i], .sql = arguments.queries[i]});
  }
  return {};
}

Result<void> take_selection(const Arguments& arguments, postgres::Selection& selection) {
  for (const std::string& table : arguments.tables) {
    PG2ATHENA_TRY(postgres::NamePattern::parse(table, 2));
    selection.tables.push_back({.pattern = table, .columns = {}, .where = {}});
  }
  for (const std::string& schema : arguments.schemas) PG2ATHENA_TRY(postgres::NamePattern::parse(schema, 1));
  for (const std::string& exclude : arguments.excludes)
    PG2ATHENA_TRY(postgres::NamePattern::parse(exclude, 2));
  selection.schemas = arguments.schemas;
  selection.excludes = arguments.excludes;
  return {};
}

// Where Athena finds the lake: where it is, if that is in S3 and nothing else is said; of a folder whose copy
// isn't named, `ddl` itself says so, once it is known to be a lake. What is optional is checked before the
// configuration's own words fill it in.
Result<void> take_ddl(const Arguments& arguments, const config::Configuration& configuration,
                      DdlRequest& ddl) {
  using catalog::DroppedColumns;
  if (arguments.partitions == "registered") ddl.partitions = catalog::DdlPartitions::Registered;
  if (!arguments.dropped_columns.empty()) {
    ddl.dropped_columns =
        arguments.dropped_columns == "remove" ? DroppedColumns::Remove : DroppedColumns::Keep;
  }
  if (ddl.location.empty() && storage::S3Location::names_one(configuration.target)) {
    ddl.location = configuration.target;
  }
  PG2ATHENA_TRY(check_ddl_request(ddl));
  if (ddl.database.empty()) ddl.database = configuration.glue.database;
  if (!ddl.dropped_columns) ddl.dropped_columns = configuration.glue.dropped_columns;
  return {};
}

// The lake of a command that needs no database: named, or as a file says it.
Result<void> take_lake(const Arguments& arguments, config::Configuration& configuration) {
  if (arguments.config.empty() == arguments.target.empty()) {
    return fail(Error(ErrorKind::InvalidArgument,
                      arguments.config.empty() ? "the lake is missing" : "a lake is named beside --config")
                    .hint("name a folder, s3://bucket/prefix, or a configuration file (--config) with "
                          "target.location"));
  }
  if (arguments.config.empty()) {
    configuration.target = arguments.target;
    return {};
  }
  PG2ATHENA_ASSIGN(configuration, config::load_configuration(arguments.config, config::UnsetVariable::Leave));
  if (!configuration.target.empty()) return {};
  return fail(ErrorKind::InvalidArgument, arguments.config + ": target.location is missing");
}

Result<void> take_age(const Arguments& arguments, GcRequest& gc) {
  if (arguments.older_than.empty()) return {};
  const auto age = parse_duration(arguments.older_than);
  if (!age) {
    return fail(Error(ErrorKind::InvalidArgument,
                      fmt::format("--older-than takes a time, not '{}'", arguments.older_than))
                    .hint("24h, 7d, or 0 for runs of any age"));
  }
  gc.older_than = *age;
  return {};
}

// What the file says, when there is one; then it alone says what is exported.
Result<void> take_file(const Arguments& arguments, config::Configuration& configuration) {
  const bool selects = !arguments.tables.empty() || !arguments.schemas.empty() ||
                       !arguments.excludes.empty() || !arguments.queries.empty() ||
                       !arguments.query_names.empty();
  if (!arguments.source.empty() || selects) {
    return fail(
        Error(ErrorKind::InvalidArgument,
              fmt::format("{} is named beside --config",
                          arguments.source.empty() ? "what to export" : "a source or a target"))
            .hint(
                "source, target and tables stand in the configuration file: change it there, or name all of "
                "them here and no file"));
  }
  const bool connects = arguments.line.command != Command::IamPolicy;
  PG2ATHENA_ASSIGN(configuration,
                   config::load_configuration(arguments.config, connects ? config::UnsetVariable::Refuse
                                                                         : config::UnsetVariable::Leave));
  return {};
}

Result<void> take_command_line(const Arguments& arguments, config::Configuration& configuration) {
  if (arguments.source.empty()) {
    return fail(Error(ErrorKind::InvalidArgument, "SOURCE is missing")
                    .hint("name a database, postgresql://user@host/database, or a file: --config shop.yaml"));
  }
  PG2ATHENA_TRY(check_password(arguments.source));
  configuration.login.url = arguments.source;
  configuration.target = arguments.target;
  PG2ATHENA_TRY(take_selection(arguments, configuration.run.selection));
  return take_queries(arguments, configuration.run);
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
    case Command::Init:
      return "init";
    case Command::Schema:
      return "schema";
    case Command::Ddl:
      return "ddl";
    case Command::Gc:
      return "gc";
    case Command::Verify:
      return "verify";
    case Command::IamPolicy:
      return "iam-policy";
    case Command::Doctor:
      return "doctor";
  }
  return "";
}

bool is_command(std::string_view word) {
  for (int i = 0; !to_string(static_cast<Command>(i)).empty(); ++i) {
    if (to_string(static_cast<Command>(i)) == word) return true;
  }
  return word == "completion" || word == "man";
}

Result<CommandLine> to_command_line(Arguments arguments) {
  CommandLine& line = arguments.line;
  config::Configuration& configuration = line.configuration;
  const bool runs = line.command == Command::Run || line.command == Command::Plan ||
                    line.command == Command::IamPolicy || line.command == Command::Doctor;
  if (runs) {
    PG2ATHENA_TRY(arguments.config.empty() ? take_command_line(arguments, configuration)
                                           : take_file(arguments, configuration));
  } else if (line.command == Command::Publish || line.command == Command::Ddl ||
             line.command == Command::Gc || line.command == Command::Verify) {
    PG2ATHENA_TRY(take_lake(arguments, configuration));
    if (line.command == Command::Gc) PG2ATHENA_TRY(take_age(arguments, line.gc));
    if (line.command == Command::Verify) PG2ATHENA_TRY(check_table_patterns(line.verify.tables));
    if (line.command == Command::Ddl) PG2ATHENA_TRY(take_ddl(arguments, configuration, line.ddl));
  } else {
    configuration.login.url = arguments.source;
    configuration.target = arguments.target;
    if (line.command == Command::Init) PG2ATHENA_TRY(check_password(arguments.source));
  }
  // As it was written: a file's is checked where it is read.
  PG2ATHENA_TRY(storage::check_scheme(arguments.target));
  if (arguments.policy_for == "identity") line.iam_policy.which = PolicyFor::Identity;
  if (arguments.policy_for == "role") line.iam_policy.which = PolicyFor::Role;
  if (arguments.policy_for == "trust") line.iam_policy.which = PolicyFor::Trust;
  line.output = arguments.output == "json" ? OutputFormat::Json : OutputFormat::Text;
  const parquet::Compression codec = configuration.run.compression;
  bool level = false;
  for (const auto& [setting, text] : arguments.settings) {
    if (!text) continue;
    PG2ATHENA_TRY(config::apply(*setting, *text, "--" + std::string(setting->option), configuration));
    level = level || setting->option == "compression-level";
  }
  // A file's level is for the file's codec.
  if (configuration.run.compression != codec && !level) configuration.run.compression_level.reset();
  if (line.command == Command::Run && configuration.target.empty()) {
    return fail(Error(ErrorKind::InvalidArgument, arguments.config.empty()
                                                      ? "TARGET is missing"
                                                      : arguments.config + ": target.location is missing")
                    .hint("name the folder of the lake, or s3://bucket/prefix"));
  }
  configuration.run.uploads = storage::S3Location::names_one(configuration.target);
  configuration.run.speaks_to_aws =
      configuration.run.uploads || !login::setting_for_aws(configuration.login).empty();
  if (auto checked = config::check(configuration); !checked) {
    Error& error = checked.error();
    if (!arguments.config.empty()) return fail(std::move(error));
    // Without a file nobody has written a setting.
    return fail(Error(error.kind(), error.message()).hint(error.hint()));
  }
  return std::move(line);
}

}  // namespace pg2athena::cli
