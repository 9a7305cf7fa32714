// The rows of `limits`: what a run may take.
#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "base/quantity.h"
#include "config/setting_rows.h"

namespace pg2athena::config {
namespace {

using std::chrono::milliseconds;

template <milliseconds pipeline::RunOptions::* member>
void set_time(Configuration& configuration, const SettingValue& value) {
  configuration.run.*member = milliseconds(static_cast<std::int64_t>(value.number));
}
template <milliseconds pipeline::RunOptions::* member>
std::string get_time(const Configuration& configuration) {
  return duration_text(configuration.run.*member);
}

// Nothing, which is 0, is never.
template <std::optional<milliseconds> pipeline::RunOptions::* member>
void set_time(Configuration& configuration, const SettingValue& value) {
  configuration.run.*member =
      value.number == 0 ? std::nullopt : std::optional(milliseconds(static_cast<std::int64_t>(value.number)));
}
template <std::optional<milliseconds> pipeline::RunOptions::* member>
std::string get_time(const Configuration& configuration) {
  const auto& time = configuration.run.*member;
  return time ? duration_text(*time) : std::string(kNever);
}

constexpr std::array kSettings = {
    Setting{
        .section = "limits",
        .key = "workers",
        .kind = ValueKind::Count,
        .summary = "Connections that read at once, besides the one that holds the snapshot",
        .example = "4",
        .option = "workers",
        .min = 1,
        .max = 256,
        .set = [](Configuration& c, const SettingValue& v) { c.run.workers = static_cast<int>(v.number); },
        .get = [](const Configuration& c) { return std::to_string(c.run.workers); }},
    Setting{
        .section = "limits",
        .key = "memory",
        .kind = ValueKind::Size,
        .summary = "A promise about the program's resident memory; the size of row groups follows from it",
        .example = "1GiB",
        .option = "memory",
        .min = 32 * kMebibyte,
        .max = kTebibyte,
        .set = [](Configuration& c, const SettingValue& v) { c.run.memory_bytes = v.number; },
        .get = [](const Configuration& c) { return byte_size_text(c.run.memory_bytes); }},
    Setting{.section = "limits",
            .key = "max_value_size",
            .kind = ValueKind::Size,
            .summary = "The most bytes that one value, and all values of one row together, may have; the "
                       "server is asked before they travel. By default what `memory` has room for",
            .example = "64MiB",
            .option = "max-value-size",
            .min = 1,
            .max = 1024 * kMebibyte,
            .set = [](Configuration& c, const SettingValue& v) { c.run.max_value_bytes = v.number; },
            .get =
                [](const Configuration& c) {
                  return c.run.max_value_bytes ? byte_size_text(*c.run.max_value_bytes) : std::string();
                }},
    Setting{.section = "limits",
            .key = "partitions",
            .kind = ValueKind::Count,
            .summary = "The most partitions that one table may have in a run: each is a file at least, and "
                       "many small files are slow to read",
            .example = "3650",
            .option = "partitions",
            .min = 1,
            .max = 10'000,
            .set = [](Configuration& c, const SettingValue& v) { c.run.most_partitions = v.number; },
            .get = [](const Configuration& c) { return std::to_string(c.run.most_partitions); }},
    Setting{.section = "limits",
            .key = "lock_timeout",
            .kind = ValueKind::Duration,
            .summary = "How long to wait for a table that an ALTER or TRUNCATE holds",
            .example = "2min",
            .option = "lock-timeout",
            .min = 1,
            .max = kDay,
            .set = &set_time<&pipeline::RunOptions::lock_timeout>,
            .get = &get_time<&pipeline::RunOptions::lock_timeout>},
    Setting{.section = "limits",
            .key = "statement_timeout",
            .kind = ValueKind::Duration,
            .summary = "How long one statement on the server may take, the reading of a shard included; 0 is "
                       "without end",
            .example = "2h",
            .option = "statement-timeout",
            .min = 0,
            .max = 24 * kDay,
            .set = &set_time<&pipeline::RunOptions::statement_timeout>,
            .get = &get_time<&pipeline::RunOptions::statement_timeout>},
    Setting{.section = "limits",
            .key = "on_blocking.abort_after",
            .kind = ValueKind::Duration,
            .summary =
                "How long an ALTER, DROP or TRUNCATE may wait for the run, while everybody else who wants "
                "the table waits behind it: then the run gives way, and publishes nothing",
            .example = "2min",
            .option = "abort-after-blocking",
            .min = 100,
            .max = kDay,
            .or_never = true,
            .set = &set_time<&pipeline::RunOptions::abort_after_blocking>,
            .get = &get_time<&pipeline::RunOptions::abort_after_blocking>},
    Setting{.section = "limits",
            .key = "snapshot_max_age",
            .kind = ValueKind::Duration,
            .summary =
                "How long the run's snapshot may be held, which keeps vacuum from removing what was "
                "deleted since, in the whole database: a warning at half of it, and at its end the run "
                "stops and publishes nothing",
            .example = "6h",
            .option = "snapshot-max-age",
            .min = 100,
            .max = 24 * kDay,
            .or_never = true,
            .set = &set_time<&pipeline::RunOptions::snapshot_max_age>,
            .get = &get_time<&pipeline::RunOptions::snapshot_max_age>},
    Setting{.section = "limits",
            .key = "retry_for",
            .kind = ValueKind::Duration,
            .summary =
                "How long the server is tried for when a connection was lost, or when it says at the "
                "beginning that it takes none yet (too many clients, starting up); one that doesn't answer "
                "at the beginning is told at once; never ends the run at the first failure",
            .example = "5min",
            .option = "retry-for",
            .min = 100,
            .max = kDay,
            .or_never = true,
            .set = &set_time<&pipeline::RunOptions::retry_for>,
            .get = &get_time<&pipeline::RunOptions::retry_for>},
    Setting{.section = "limits",
            .key = "connection_share",
            .kind = ValueKind::Count,
            .summary =
                "The most that a run takes of the connections that are free in the server, in percent; "
                "fewer workers read where they are short",
            .example = "25",
            .option = "connection-share",
            .min = 1,
            .max = 100,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.run.connection_share = static_cast<int>(v.number); },
            .get = [](const Configuration& c) { return std::to_string(c.run.connection_share); }},
    Setting{.section = "limits",
            .key = "read_rate",
            .kind = ValueKind::Size,
            .summary =
                "The most bytes in a second that come from the server, all workers together; without it as "
                "many as it sends",
            .example = "50MiB",
            .option = "read-rate",
            .min = kKibibyte,
            .max = kTebibyte,
            .set = [](Configuration& c, const SettingValue& v) { c.run.read_rate = v.number; },
            .get =
                [](const Configuration& c) {
                  return c.run.read_rate == 0 ? std::string() : byte_size_text(c.run.read_rate);
                }},
};

}  // namespace

std::span<const Setting> limits_settings() {
  return kSettings;
}

}  // namespace pg2athena::config
