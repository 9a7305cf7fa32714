// The text of a time, without an allocation. iso8601.h and postgres_time_text.h say in what forms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/civil_time.h"

namespace pg2athena {

// Holds its characters: a view of a TimeText must not outlive it.
class TimeText {
 public:
  std::string_view view() const { return {characters_.data(), size_}; }
  // So that it goes wherever a string_view does.
  operator std::string_view() const { return view(); }

  void put(char c) { characters_[size_++] = c; }
  void put(std::string_view text) {
    for (const char c : text) put(c);
  }
  // At least so many digits, with zeros in front.
  void put_number(std::uint64_t value, int least_digits);
  // "-01-31", behind a year.
  void put_month_and_day(const CivilDate& date);
  // "03:00:00.125": without a fraction that is zero, and without its last zeros.
  void put_clock(std::int64_t micros_of_day);

 private:
  // The longest is a timestamptz as PostgreSQL prints it: "290309-12-21 19:59:05.224192+00 BC". There is room
  // for what numbers out of all ranges would make.
  static constexpr std::size_t kMost = 64;

  std::array<char, kMost> characters_{};
  std::size_t size_ = 0;
};

}  // namespace pg2athena
