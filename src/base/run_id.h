// Names of runs: they sort by time and never repeat.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pg2athena {

// "20260131T030000.125Z-9f86d081884c7d65": the time in UTC to the millisecond, then 64 random bits of the
// system's generator. Sorted as text, run ids sort by time; two runs in one millisecond differ by their
// random bits.
std::string make_run_id(std::chrono::system_clock::time_point now);

// Whether a text has the form of a run id (a folder's name, read back).
bool is_run_id(std::string_view text);

// When the run began, as its id says; none for what isn't a run id, or has no such day.
std::optional<std::chrono::system_clock::time_point> run_id_time(std::string_view run_id);

}  // namespace pg2athena
