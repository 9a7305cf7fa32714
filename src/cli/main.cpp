// pg2athena, the program: builds the objects of a command and hands them down.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/heap.h"
#include "catalog/publication.h"
#include "cli/aws_access.h"
#include "cli/command_line.h"
#include "cli/differences.h"
#include "cli/doctor.h"
#include "cli/json_output.h"
#include "cli/lake.h"
#include "cli/new_file.h"
#include "cli/progress_display.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "cli/source_login.h"
#include "cli/text_table.h"
#include "config/documents.h"
#include "pipeline/error_policy.h"
#include "pipeline/planning.h"
#include "pipeline/run.h"
#include "pipeline/survey.h"

namespace pg2athena::cli {
namespace {

using pipeline::ExitCode;

void print(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

// The event that the end with an error is (docs/scheduling.md), with all that error_text() says.
void log_failure(const observe::Log& log, const Error& error) {
  log.error("failed", Error(error).hint(std::string(pipeline::hint_of(error))));
}

// The same without a log, before there is one and behind it.
void print_failure(observe::LogFormat format, const Error& error) {
  if (format == observe::LogFormat::Text) return print(stderr, error_text(error));
  const SystemClock clock;
  observe::StderrOutput output;
  log_failure(observe::Log({.format = format}, output, clock), error);
}

class DisplayObserver final : public pipeline::RunObserver {
 public:
  explicit DisplayObserver(ProgressDisplay& display) : display_(display) {}
  void planned(const pipeline::Plan&) override {}
  void reading_began(const observe::RunProgress& progress) override { display_.start(progress); }
  void reading_ended() override { display_.stop(); }
  void differences_found(const std::vector<pipeline::Difference>& differences) override {
    differences_ = differences;
  }
  const std::vector<pipeline::Difference>& differences() const { return differences_; }

 private:
  ProgressDisplay& display_;
  std::vector<pipeline::Difference> differences_;
};

class Program {
 public:
  Program(const CommandLine& line, Cancellation& stop)
      : line_(line),
        stop_(stop),
        json_output_(line.output == OutputFormat::Json),
        json_(line.configuration.log_format == observe::LogFormat::Json),
        display_(!line.quiet && !json_ && stderr_can_redraw()),
        log_({.format = line.configuration.log_format,
              .level = json_ && !line.quiet ? observe::Level::Info : observe::Level::Warning},
             display_, clock_),
        aws_(line.configuration.aws, stop) {}

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
      case Command::Init:
        code = init_command();
        break;
      case Command::Schema:
        print(stdout, line_.page ? config::reference_page() : config::json_schema());
        return ExitCode::Done;
      case Command::Ddl:
        code = ddl_command();
        break;
      case Command::Gc:
        code = gc_command();
        break;
      case Command::Verify:
        code = verify_command();
        break;
      case Command::Doctor:
        code = doctor_command();
        break;
      case Command::IamPolicy:
        code = iam_policy_command();
        break;
    }
    if (code) return *code;
    display_.stop();
    if (!json_ && !differences_.empty()) print(stderr, differences_text(differences_) + "\n");
    report(code.error());
    if (json_output_) print(stdout, failure_document(code.error(), to_string(line_.command), differences_));
    return pipeline::policy_of(code.error().kind()).exit_code;
  }

 private:
  Result<std::unique_ptr<postgres::LoginProvider>> open_login() {
    return open_source_login(line_.configuration, aws_, log_, stop_);
  }

  Result<ExitCode> run_command() {
    PG2ATHENA_ASSIGN(const auto logins, open_login());
    PG2ATHENA_ASSIGN(const auto lake, open_lake(line_.configuration, LakeAccess::Write, aws_, log_));
    const std::string target = lake->location();
    const std::string started_at = rfc3339(clock_.now());
    pipeline::RunContext context{
        .store = lake->store(), .publisher = lake->publisher(), .clock = clock_, .log = log_, .stop = stop_};
    DisplayObserver observer(display_);
    const auto done = pipeline::run(*logins, line_.configuration.run, target, context, observer);
    differences_ = observer.differences();
    if (!done) return fail(done.error());
    const pipeline::RunSummary& summary = *done;
    if (text_wanted()) print(stdout, summary_text(summary, target));
    ExitCode code = ExitCode::Done;
    const auto unpublished = [&](Error error) {
      report(std::move(error).with("run_id", summary.run_id), code);
    };
    for (const pipeline::TableSummary& table : summary.tables) {
      if (table.outcome.error) unpublished(Error(*table.outcome.error).with("table", table.name));
    }
    if (summary.publication_error) unpublished(*summary.publication_error);
    if (json_output_) {
      print(stdout, run_document(summary, {.target = target,
                                           .started_at = started_at,
                                           .exit_code = code,
                                           .peak_memory_bytes = peak_memory_bytes()}));
    }
    return code;
  }

  Result<ExitCode> plan_command() {
    PG2ATHENA_ASSIGN(const auto logins, open_login());
    // The lake only where a catalog has a say.
    std::unique_ptr<Lake> lake;
    if (!line_.configuration.glue.database.empty()) {
      PG2ATHENA_ASSIGN(lake, open_lake(line_.configuration, LakeAccess::Read, aws_, log_));
    }
    PG2ATHENA_ASSIGN(
        const pipeline::Plan plan,
        pipeline::plan(
            *logins, line_.configuration.run,
            {.clock = clock_, .log = log_, .stop = stop_, .publisher = lake ? &lake->publisher() : nullptr}));
    if (!text_wanted()) {
      for (const std::string& warning : plan.warnings) log_.warn("plan_warning", warning);
    }
    if (text_wanted()) print(stdout, plan_text(plan));
    if (json_output_) print(stdout, plan_document(plan));
    return ExitCode::Done;
  }

  Result<ExitCode> ddl_command() {
    PG2ATHENA_ASSIGN(const auto lake, open_existing_lake(line_.configuration, LakeAccess::Read, aws_, log_));
    PG2ATHENA_ASSIGN(const std::string text, ddl_text(line_.ddl, lake->store()));
    print(stdout, text);
    return ExitCode::Done;
  }

  Result<ExitCode> publish_command() {
    PG2ATHENA_ASSIGN(const auto lake, open_existing_lake(line_.configuration, LakeAccess::Write, aws_, log_));
    PG2ATHENA_ASSIGN(const auto outcomes, catalog::roll_forward(lake->store(), lake->publisher()));
    if (text_wanted()) print(stdout, publication_text(outcomes));
    ExitCode code = ExitCode::Done;
    for (const catalog::RunOutcome& outcome : outcomes) {
      if (outcome.finished) continue;
      const auto unfinished = [&](Error error) {
        report(std::move(error).with("run_id", outcome.run_id), code);
      };
      if (outcome.error) unfinished(*outcome.error);
      for (const catalog::TableOutcome& table : outcome.tables) {
        const bool left = table.state == catalog::TableOutcome::State::Unfinished;
        if (left && table.error) unfinished(Error(*table.error).with("table", table.table));
      }
    }
    if (json_output_) print(stdout, publication_document(outcomes, lake->location(), code));
    return code;
  }

  Result<ExitCode> gc_command() {
    GcRequest request = line_.gc;
    request.keep_for = line_.configuration.keep_for;
    PG2ATHENA_ASSIGN(const auto lake,
                     open_existing_lake(line_.configuration,
                                        request.remove ? LakeAccess::Write : LakeAccess::Read, aws_, log_));
    PG2ATHENA_ASSIGN(const GcResult result, collect_garbage(request, *lake, clock_, stop_));
    if (text_wanted()) print(stdout, gc_text(request, result));
    ExitCode code = ExitCode::Done;
    for (const std::vector<catalog::Removal>* const removals : {&result.removals, &result.old_removals}) {
      for (const catalog::Removal& removal : *removals) {
        if (removal.error) report(*removal.error, code);
      }
    }
    if (json_output_) print(stdout, gc_document(request, result, lake->location(), code));
    return code;
  }

  Result<ExitCode> verify_command() {
    const VerifyRequest& request = line_.verify;
    PG2ATHENA_ASSIGN(const auto lake, open_existing_lake(line_.configuration, LakeAccess::Read, aws_, log_));
    PG2ATHENA_ASSIGN(const Verification verification,
                     verify_lake(request, line_.configuration.run.workers, *lake, stop_));
    if (text_wanted()) print(stdout, verify_text(request, verification.tables));
    for (const pipeline::VerifiedTable& table : verification.tables) {
      if (!text_wanted()) log_findings(table);
      for (const Error& error : table.errors) report(error);
    }
    if (verification.error) report(*verification.error);
    const ExitCode code = exit_code_of(verification);
    if (json_output_) print(stdout, verify_document(request, verification, lake->location(), code));
    return code;
  }

  void log_findings(const pipeline::VerifiedTable& table) const {
    using State = pipeline::VerifiedTable::State;
    for (const pipeline::Difference& difference : table.differences) {
      log_.warn("difference", difference_text(difference),
                {{"table", table.table}, {"what", to_string(difference.kind)}});
    }
    // Without an error they would be the only ones that end with 1 and don't say why.
    if (table.state != State::NotFinished && table.state != State::Moved) return;
    for (const std::string& note : table.notes) log_.warn("not_verified", note, {{"table", table.table}});
  }

  Result<ExitCode> doctor_command() {
    Checkup checkup([this](const Check& check) {
      const bool matters = !line_.quiet || check.verdict != Check::Verdict::Ok;
      if (matters && !json_output_) print(stdout, check_text(check));
    });
    const DoctorParts parts{
        .configuration = line_.configuration, .aws = aws_, .log = log_, .clock = clock_, .stop = stop_};
    const auto plan = check_source(parts, checkup);
    PG2ATHENA_TRY(stop_.check());
    check_target(parts, plan ? &*plan : nullptr, checkup);
    PG2ATHENA_TRY(stop_.check());
    if (text_wanted()) print(stdout, checkup_text(checkup));
    const ExitCode code = checkup.failed() ? ExitCode::Failed : ExitCode::Done;
    if (json_output_) print(stdout, doctor_document(checkup, code));
    return code;
  }

  Result<ExitCode> iam_policy_command() {
    PG2ATHENA_ASSIGN(const IamPolicyText policy, iam_policy(line_.iam_policy, line_.configuration));
    print(stdout, policy.json);
    for (const std::string& note : policy.notes) print(stderr, wrapped(note, 100, "note: ", "      "));
    return ExitCode::Done;
  }

  Result<ExitCode> init_command() {
    PG2ATHENA_ASSIGN(const auto logins, open_login());
    PG2ATHENA_ASSIGN(const auto tables, pipeline::survey(*logins, line_.configuration.run, stop_));
    std::vector<config::InitialTable> initial;
    for (const pipeline::SurveyedTable& table : tables) initial.push_back(initial_table(table));
    const std::string& target = line_.configuration.target;
    const std::string text = config::initial_configuration(line_.configuration.login.url,
                                                           target.empty() ? "./lake" : target, initial);
    if (line_.file.empty()) {
      print(stdout, text);
      return ExitCode::Done;
    }
    PG2ATHENA_TRY(write_new_file(line_.file, text));
    print(stdout, fmt::format("{} is written. Next: pg2athena plan --config {}\n", line_.file, line_.file));
    return ExitCode::Done;
  }

  bool text_wanted() const { return !line_.quiet && !json_output_; }

  // One of several errors that a command ends with: the gravest is the program's exit code.
  void report(const Error& error, ExitCode& code) const {
    code = std::max(code, pipeline::policy_of(error.kind()).exit_code);
    report(error);
  }

  void report(const Error& error) const {
    if (json_) {
      log_failure(log_, error);
    } else {
      print(stderr, error_text(error));
    }
  }

  const CommandLine& line_;
  Cancellation& stop_;
  const bool json_output_;
  const bool json_;
  SystemClock clock_;
  ProgressDisplay display_;
  observe::Log log_;
  AwsAccess aws_;
  std::vector<pipeline::Difference> differences_;  // that a verification found
};

// A result that is cut off must not pass for a whole one.
ExitCode after_output(ExitCode code, observe::LogFormat format) {
  if (std::ferror(stdout) == 0 || code != ExitCode::Done) return code;
  print_failure(format, Error(ErrorKind::Storage, "the result could not be written to stdout")
                            .hint("what the command did stands; only its output is cut off"));
  return ExitCode::Failed;
}

ExitCode read_and_run(int argc, const char* const* argv) {
  auto parsed = parse_command_line(argc, argv);
  if (!parsed) {
    const RawRequest raw = read_raw_request(argc, argv);
    print_failure(raw.log_format, parsed.error());
    if (raw.json) print(stdout, failure_document(parsed.error(), raw.command));
    return pipeline::policy_of(parsed.error().kind()).exit_code;
  }
  if (const auto* const text = std::get_if<PrintAndExit>(&*parsed)) {
    print(stdout, text->text);
    return after_output(ExitCode::Done, observe::LogFormat::Text);
  }
  Cancellation stop;
  const SignalWatch signals(stop);
  const auto& line = std::get<CommandLine>(*parsed);
  return after_output(Program(line, stop).run(), line.configuration.log_format);
}

ExitCode main(int argc, const char* const* argv) {
  try {
    return read_and_run(argc, argv);
  } catch (const std::exception& error) {
    const RawRequest raw = read_raw_request(argc, argv);
    const Error internal(ErrorKind::Internal, error.what());
    if (raw.json) print(stdout, failure_document(internal, raw.command));
    if (raw.log_format == observe::LogFormat::Text) throw;
    print_failure(raw.log_format, internal);
    return ExitCode::Failed;
  }
}

}  // namespace
}  // namespace pg2athena::cli

// A standard descriptor that is closed would be given to the next file or connection, and our messages would
// go there. Standing in for stdout and stderr is what can't be written to: what is printed is lost, and said
// to be.
void occupy_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
      // The lowest free descriptor is taken, which is this one.
      [[maybe_unused]] const int taken = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
  }
}

int main(int argc, char** argv) {
  occupy_standard_descriptors();
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
