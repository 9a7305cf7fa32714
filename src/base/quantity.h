// Amounts of memory and time as people write them in configurations and on command lines.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace pg2athena {

// "512MiB", "1.5GiB", "64 MB", "4096": bytes. Units are B, KiB, MiB, GiB, TiB (powers of 1024) and kB, MB,
// GB, TB (powers of 1000; IEC 80000-13), whatever the letters' case. InvalidArgument for anything else, and
// for parts of a byte.
Result<std::uint64_t> parse_byte_size(std::string_view text);
// The shortest of these forms that is exact: 536870912 is "512MiB", 1000 is "1000".
std::string byte_size_text(std::uint64_t bytes);
// Rounded up to whole MiB, for advice: "474MiB".
std::string mebibytes_text(std::uint64_t bytes);

// "250ms", "30s", "5min", "2h", "1d", and "0": PostgreSQL's units of time. InvalidArgument for anything else.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// The shortest of these forms that is exact.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace pg2athena
