// The structured log: events with stable names and fields, as text for people or as one JSON object a line.
// Never cell values, never secrets.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace pg2athena::observe {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Text, Json };

// Where finished lines go. Lines have no newline at their end. Called by one thread at a time.
class LineOutput {
 public:
  LineOutput() = default;
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;
  virtual ~LineOutput() = default;
  virtual void write_line(std::string_view line) = 0;
};

// Straight to stderr, one write(2) a line.
class StderrOutput final : public LineOutput {
 public:
  void write_line(std::string_view line) override;
};

// A field of an event. Keys are the documented ones: run_id, table, shard, attempt, rows, bytes, duration_ms,
// snapshot, lsn, commit_outcome, sqlstate, request_id. Values may be any bytes.
struct LogField {
  using Value = std::variant<std::string, std::int64_t, std::uint64_t, double, bool>;

  LogField(std::string_view name, std::string_view text) : key(name), value(std::string(text)) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string(text)) {}
  LogField(std::string_view name, bool flag) : key(name), value(flag) {}
  LogField(std::string_view name, double number) : key(name), value(number) {}
  template <std::integral T>
  LogField(std::string_view name, T number) : key(name) {
    if constexpr (std::signed_integral<T>) {
      value = static_cast<std::int64_t>(number);
    } else {
      value = static_cast<std::uint64_t>(number);
    }
  }

  std::string key;
  Value value;
};

struct LogOptions {
  LogFormat format = LogFormat::Text;
  Level level = Level::Info;  // and above; --quiet is Warning
};

// One event, formatted without a newline. Text (with the local time, since it is for whoever sits there):
//   03:00:01 INFO  shard done  table=public.orders shard=3 rows=1250000
// JSON (with UTC): {"ts":"2026-01-31T03:00:01.125Z","level":"info","event":"shard_done","message":"shard
// done",…} Bytes that aren't UTF-8 or that a terminal would obey come out escaped or as U+FFFD.
struct LogEvent {
  std::chrono::system_clock::time_point time;
  Level level = Level::Info;
  std::string_view name;     // stable: "shard_done"
  std::string_view message;  // for people: "shard done"
};
std::string format_event(LogFormat format, const LogEvent& event, const std::vector<LogField>& fields);

// Built by main and handed down; a cheap value, whose copies and children write to the same place.
// Thread-safe.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  // `output` and `clock` must outlive the log and its copies.
  Log(LogOptions options, LineOutput& output, const Clock& clock);
  // A log that says nothing, for tests.
  static Log none();

  // A child whose events carry these fields too, before their own.
  Log with(Fields fields) const;

  void debug(std::string_view event, std::string_view message, Fields fields = {}) const;
  void info(std::string_view event, std::string_view message, Fields fields = {}) const;
  void warn(std::string_view event, std::string_view message, Fields fields = {}) const;
  void error(std::string_view event, std::string_view message, Fields fields = {}) const;
  // An Error with its kind, context, cause and hint as fields; its message is the event's.
  void error(std::string_view event, const Error& error, Level level = Level::Error) const;

  bool enabled(Level level) const;

 private:
  class Core;
  explicit Log(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  void write(Level level, std::string_view event, std::string_view message,
             const std::vector<LogField>& own) const;

  std::shared_ptr<Core> core_;
  std::vector<LogField> fields_;
};

}  // namespace pg2athena::observe
