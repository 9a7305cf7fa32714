// pg2athena, the program: builds the objects of a command and hands them down.
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "base/heap.h"
#include "catalog/local_publisher.h"
#include "cli/command_line.h"
#include "cli/progress_display.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "pipeline/error_policy.h"
#include "pipeline/run.h"
#include "storage/local_folder.h"

namespace pg2athena::cli {
namespace {

using pipeline::ExitCode;

void print(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

class DisplayObserver final : public pipeline::RunObserver {
 public:
  explicit DisplayObserver(ProgressDisplay& display) : display_(display) {}
  void planned(const pipeline::Plan&) override {}
  void reading_began(const observe::RunProgress& progress) override { display_.start(progress); }
  void reading_ended() override { display_.stop(); }

 private:
  ProgressDisplay& display_;
};

struct Lake {
  std::unique_ptr<storage::LocalFolder> folder;
  std::unique_ptr<catalog::LocalPublisher> publisher;
};

Result<Lake> open_lake(const std::string& target) {
  if (target.starts_with("s3://")) {
    return fail(
        Error(ErrorKind::Unsupported, "targets in S3 are not supported yet").hint("name a local folder"));
  }
  PG2ATHENA_ASSIGN(auto folder, storage::LocalFolder::open(target, storage::LocalFolder::Access::Write));
  auto publisher = std::make_unique<catalog::LocalPublisher>(*folder);
  return Lake{.folder = std::move(folder), .publisher = std::move(publisher)};
}

class Program {
 public:
  Program(const CommandLine& line, Cancellation& stop)
      : line_(line),
        stop_(stop),
        json_(line.log_format == observe::LogFormat::Json),
        display_(!line.quiet && !json_ && stderr_can_redraw()),
        log_({.format = line.log_format,
              .level = json_ && !line.quiet ? observe::Level::Info : observe::Level::Warning},
             display_, clock_) {}

  ExitCode run() {
    Result<ExitCode> code = fail(ErrorKind::Internal, "no command");
    switch (line_.command) {
      case Command::Run:
        code = run_command();
        break;
      case Command::Plan:
        code = plan_command();
        break;
      case Command::Publish:
        code = publish_command();
        break;
    }
    if (code) return *code;
    display_.stop();
    report(code.error());
    return pipeline::policy_of(code.error().kind()).exit_code;
  }

 private:
  Result<ExitCode> run_command() {
    PG2ATHENA_ASSIGN(const auto source, connection_parameters());
    PG2ATHENA_ASSIGN(const Lake lake, open_lake(line_.target));
    pipeline::RunContext context{
        .store = *lake.folder, .publisher = *lake.publisher, .clock = clock_, .log = log_, .stop = stop_};
    DisplayObserver observer(display_);
    PG2ATHENA_ASSIGN(const pipeline::RunSummary summary,
                     pipeline::run(source, line_.options, lake.folder->path().string(), context, observer));
    if (!line_.quiet) print(stdout, summary_text(summary, lake.folder->path().string()));
    ExitCode code = ExitCode::Done;
    const auto unpublished = [&](const Error& error) {
      code = pipeline::policy_of(error.kind()).exit_code;
      if (!json_) print(stderr, error_text(error));
    };
    for (const pipeline::TableSummary& table : summary.tables) {
      if (table.outcome.error) unpublished(*table.outcome.error);
    }
    if (summary.publication_error) unpublished(*summary.publication_error);
    return code;
  }

  Result<ExitCode> plan_command() {
    PG2ATHENA_ASSIGN(const auto source, connection_parameters());
    PG2ATHENA_ASSIGN(const pipeline::Plan plan, pipeline::plan(source, line_.options, stop_));
    if (!line_.quiet) print(stdout, plan_text(plan));
    return ExitCode::Done;
  }

  Result<ExitCode> publish_command() {
    // A folder that isn't there is a mistyped name here, and not to be made.
    if (auto there = storage::LocalFolder::open(line_.target, storage::LocalFolder::Access::Read); !there) {
      return fail(std::move(there).error().hint("name the folder of a lake that pg2athena run has made"));
    }
    PG2ATHENA_ASSIGN(const Lake lake, open_lake(line_.target));
    PG2ATHENA_ASSIGN(const auto outcomes, catalog::roll_forward(*lake.folder, *lake.publisher));
    if (!line_.quiet) print(stdout, publication_text(outcomes));
    ExitCode code = ExitCode::Done;
    for (const catalog::RunOutcome& outcome : outcomes) {
      if (outcome.finished) continue;
      code = ExitCode::Failed;
      if (outcome.error) report(*outcome.error);
      for (const catalog::TableOutcome& table : outcome.tables) {
        if (table.state == catalog::TableOutcome::State::Unfinished && table.error) report(*table.error);
      }
    }
    return code;
  }

  Result<postgres::ConnectionParameters> connection_parameters() const {
    return postgres::connection_parameters(line_.source, "pg2athena");
  }

  void report(const Error& error) const {
    if (json_) {
      log_.error("failed", error);
    } else {
      print(stderr, error_text(error));
    }
  }

  const CommandLine& line_;
  Cancellation& stop_;
  const bool json_;
  SystemClock clock_;
  ProgressDisplay display_;
  observe::Log log_;
};

ExitCode main(int argc, const char* const* argv) {
  auto parsed = parse_command_line(argc, argv);
  if (!parsed) {
    print(stderr, error_text(parsed.error()));
    return pipeline::policy_of(parsed.error().kind()).exit_code;
  }
  if (const auto* const text = std::get_if<PrintAndExit>(&*parsed)) {
    print(stdout, text->text);
    return ExitCode::Done;
  }
  Cancellation stop;
  const SignalWatch signals(stop);
  return Program(std::get<CommandLine>(*parsed), stop).run();
}

}  // namespace
}  // namespace pg2athena::cli

int main(int argc, char** argv) {
  pg2athena::configure_heap();
  try {
    return static_cast<int>(pg2athena::cli::main(argc, argv));
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fputs("error: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return static_cast<int>(pg2athena::pipeline::ExitCode::Failed);
  }
}
