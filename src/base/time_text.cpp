#include "base/time_text.h"

namespace pg2athena {

void TimeText::put_number(std::uint64_t value, int least_digits) {
  std::array<char, 20> digits{};  // of 2^64
  std::size_t first = digits.size();
  for (; value != 0 || least_digits > 0; value /= 10, --least_digits) {
    digits[--first] = static_cast<char>('0' + value % 10);
  }
  put(std::string_view(digits.data() + first, digits.size() - first));
}

void TimeText::put_month_and_day(const CivilDate& date) {
  put('-');
  put_number(date.month, 2);
  put('-');
  put_number(date.day, 2);
}

void TimeText::put_clock(std::int64_t micros_of_day) {
  constexpr std::uint64_t kSecond = kMicrosPerSecond;
  const auto micros = static_cast<std::uint64_t>(micros_of_day);
  const std::uint64_t seconds = micros / kSecond;
  put_number(seconds / 3600, 2);
  put(':');
  put_number(seconds / 60 % 60, 2);
  put(':');
  put_number(seconds % 60, 2);
  if (micros % kSecond == 0) return;
  put('.');
  put_number(micros % kSecond, 6);
  while (characters_[size_ - 1] == '0') --size_;
}

}  // namespace pg2athena
