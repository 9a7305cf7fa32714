#include <algorithm>

#include "base/decimal.h"

namespace pg2athena {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string format_decimal(Int128 unscaled, int scale) {
  UInt128 rest = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  std::string reversed;
  for (int i = 0; rest != 0 || i <= scale; ++i) {
    if (i == scale && scale != 0) reversed += '.';
    reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (unscaled < 0) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

std::string format_decimal(const Decimal& value) {
  return format_decimal(value.unscaled, value.scale);
}

DecimalResult parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (!all_digits(whole) || (point != std::string_view::npos && !all_digits(fraction))) {
    return std::unexpected(DecimalError::Malformed);
  }
  if (whole.size() > 1 && whole[0] == '0') return std::unexpected(DecimalError::Malformed);
  Int128 magnitude = 0;
  bool overflow = fraction.size() > kMaxDecimalDigits;
  bool zero = true;
  for (const std::string_view part : {whole, fraction}) {
    for (const char digit : part) {
      zero &= digit == '0';
      overflow |= magnitude >= power_of_ten(kMaxDecimalDigits - 1);
      if (!overflow) magnitude = magnitude * 10 + (digit - '0');
    }
  }
  if (zero && negative) return std::unexpected(DecimalError::Malformed);
  if (overflow) return std::unexpected(DecimalError::Overflow);
  return Decimal{.unscaled = negative ? -magnitude : magnitude, .scale = static_cast<int>(fraction.size())};
}

}  // namespace pg2athena
