#include "base/run_id.h"

#include <algorithm>
#include <cstdint>
#include <random>

#include <fmt/format.h>

#include "base/clock.h"

namespace pg2athena {

std::string make_run_id(std::chrono::system_clock::time_point now) {
  // rfc3339 without its separators.
  std::string stamp = rfc3339(now);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  std::random_device random;  // getrandom(2) on Linux
  const std::uint64_t bits = (std::uint64_t{random()} << 32U) | random();
  return fmt::format("{}-{:016x}", stamp, bits);
}

bool is_run_id(std::string_view text) {
  // 0 stands for a digit, f for a lower-case hexadecimal digit, all else for itself.
  constexpr std::string_view kForm = "00000000T000000.000Z-ffffffffffffffff";
  return std::ranges::equal(text, kForm, [](char c, char form) {
    const bool digit = c >= '0' && c <= '9';
    if (form == '0') return digit;
    if (form == 'f') return digit || (c >= 'a' && c <= 'f');
    return c == form;
  });
}

std::optional<std::chrono::system_clock::time_point> run_id_time(std::string_view run_id) {
  if (!is_run_id(run_id)) return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t count) { return run_id.substr(at, count); };
  return time_of_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}", digits(0, 4), digits(4, 2), digits(6, 2),
                                     digits(9, 2), digits(11, 2), digits(13, 7)));
}

}  // namespace pg2athena
