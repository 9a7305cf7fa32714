#include "observe/log.h"

#include <algorithm>
#include <cerrno>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

namespace pg2athena::observe {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// The lines come formatted (format_event); spdlog filters by level and lets one thread in at a time.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(LineOutput& output) : output_(output) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    output_.write_line({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  LineOutput& output_;
};

}  // namespace

void StderrOutput::write_line(std::string_view line) {
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // nobody listens; a run doesn't end for that
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

class Log::Core {
 public:
  Core(LogOptions options, LineOutput& output, const Clock& clock)
      : format_(options.format), clock_(&clock), logger_("pg2athena", std::make_shared<LineSink>(output)) {
    logger_.set_level(spdlog_level(options.level));
  }
  // Says nothing.
  Core() : logger_("pg2athena") { logger_.set_level(spdlog::level::off); }

  bool enabled(Level level) const { return logger_.should_log(spdlog_level(level)); }

  void write(Level level, std::string_view event, std::string_view message,
             const std::vector<LogField>& fields) {
    const std::string line = format_event(
        format_, {.time = clock_->now(), .level = level, .name = event, .message = message}, fields);
    logger_.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  LogFormat format_ = LogFormat::Text;
  const Clock* clock_ = nullptr;
  spdlog::logger logger_;
};

namespace {

// `own` after `inherited`; of one key only the newest.
std::vector<LogField> merged(const std::vector<LogField>& inherited, const std::vector<LogField>& own) {
  std::vector<LogField> all;
  for (const LogField& field : inherited) {
    if (std::ranges::find(own, field.key, &LogField::key) == own.end()) all.push_back(field);
  }
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

}  // namespace

Log::Log(LogOptions options, LineOutput& output, const Clock& clock)
    : core_(std::make_shared<Core>(options, output, clock)) {}

Log Log::none() {
  return Log(std::make_shared<Core>());
}

Log Log::with(Fields fields) const {
  Log child = *this;
  child.fields_ = merged(fields_, fields);
  return child;
}

void Log::write(Level level, std::string_view event, std::string_view message,
                const std::vector<LogField>& own) const {
  core_->write(level, event, message, merged(fields_, own));
}

void Log::debug(std::string_view event, std::string_view message, Fields fields) const {
  if (enabled(Level::Debug)) write(Level::Debug, event, message, fields);
}
void Log::info(std::string_view event, std::string_view message, Fields fields) const {
  if (enabled(Level::Info)) write(Level::Info, event, message, fields);
}
void Log::warn(std::string_view event, std::string_view message, Fields fields) const {
  if (enabled(Level::Warning)) write(Level::Warning, event, message, fields);
}
void Log::error(std::string_view event, std::string_view message, Fields fields) const {
  if (enabled(Level::Error)) write(Level::Error, event, message, fields);
}

void Log::error(std::string_view event, const Error& error, Level level) const {
  if (!enabled(level)) return;
  std::vector<LogField> fields = {{"kind", to_string(error.kind())}};
  for (const Error::Context& context : error.context()) fields.emplace_back(context.key, context.value);
  if (error.cause() != nullptr) fields.emplace_back("cause", error.cause()->describe());
  if (!error.hint().empty()) fields.emplace_back("hint", error.hint());
  write(level, event, error.message(), fields);
}

bool Log::enabled(Level level) const {
  return core_->enabled(level);
}

}  // namespace pg2athena::observe
