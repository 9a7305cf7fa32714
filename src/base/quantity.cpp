#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/ascii.h"

namespace pg2athena {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kByteUnits = {Unit{"TiB", std::uint64_t{1} << 40U},
                                   Unit{"GiB", std::uint64_t{1} << 30U},
                                   Unit{"MiB", std::uint64_t{1} << 20U},
                                   Unit{"KiB", std::uint64_t{1} << 10U},
                                   Unit{"TB", 1'000'000'000'000},
                                   Unit{"GB", 1'000'000'000},
                                   Unit{"MB", 1'000'000},
                                   Unit{"kB", 1'000},
                                   Unit{"B", 1}};
constexpr std::size_t kBinaryUnits = 4;
constexpr std::array kTimeUnits = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"min", 60'000},
                                   Unit{"s", 1'000}, Unit{"ms", 1}};

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

// A decimal number and a unit, as a whole number of the smallest unit; nothing if it isn't that.
std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units,
                                   std::string_view plain_unit) {
  double number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (problem != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) {
    if (number != 0 && plain_unit.empty()) return std::nullopt;
    unit = plain_unit.empty() ? units.back().name : plain_unit;
  }
  const auto found = std::ranges::find_if(units, [&](const Unit& u) { return same_letters(u.name, unit); });
  if (found == units.end()) return std::nullopt;
  const double value = number * static_cast<double>(found->factor);
  // Above 2^53 a double has no ones, and nothing that we count comes near.
  if (value >= static_cast<double>(std::uint64_t{1} << 53U) || value != std::floor(value))
    return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::string shortest(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.name);
  }
  return std::to_string(value);
}

}  // namespace

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  if (const auto bytes = parse(text, kByteUnits, "B")) return *bytes;
  return fail(
      ErrorKind::InvalidArgument,
      fmt::format("'{}' is not an amount of memory: write a number and a unit, such as 512MiB or 1GiB",
                  text));
}

std::string byte_size_text(std::uint64_t bytes) {
  return shortest(bytes, std::span(kByteUnits).first(kBinaryUnits));
}

std::string mebibytes_text(std::uint64_t bytes) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
  return fmt::format("{}MiB", bytes / kMebibyte + (bytes % kMebibyte == 0 ? 0 : 1));
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (const auto millis = parse(text, kTimeUnits, "")) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(*millis));
  }
  return fail(ErrorKind::InvalidArgument,
              fmt::format("'{}' is not a time: write a number and a unit, such as 30s, 500ms or 5min", text));
}

std::string duration_text(std::chrono::milliseconds duration) {
  return shortest(static_cast<std::uint64_t>(duration.count()), kTimeUnits);
}

}  // namespace pg2athena
