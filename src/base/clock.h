// Time, as a seam: tests hand in their own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pg2athena {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time, for names and records.
  virtual std::chrono::system_clock::time_point now() const = 0;
  // Monotonic time, for durations.
  virtual std::chrono::steady_clock::time_point monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::now();
  }
};

// RFC 3339 in UTC with milliseconds: 2026-01-31T03:00:00.125Z.
std::string rfc3339(std::chrono::system_clock::time_point time);
// The other way round, with any fraction and offset; what is before 1970, or after the year 2262 to which the
// clock reaches, is that bound. None for what isn't such a text.
std::optional<std::chrono::system_clock::time_point> time_of_rfc3339(std::string_view text);

}  // namespace pg2athena
