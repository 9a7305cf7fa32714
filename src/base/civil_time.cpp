#include "base/civil_time.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/time_text.h"

namespace pg2athena {
namespace {

constexpr std::int64_t kDaysPerEra = 146097;
constexpr std::int64_t kYearsPerEra = 400;
constexpr std::int64_t kDaysFromMarchOfYearZero = 719468;

}  // namespace

std::string_view to_string(TimeError error) {
  switch (error) {
    case TimeError::Malformed:
      return "malformed";
    case TimeError::OutOfRange:
      return "out_of_range";
    case TimeError::TooPrecise:
      return "too_precise";
  }
  std::unreachable();
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<std::uint8_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (leap && month == 2 ? 1U : 0U);
}

// Howard Hinnant's civil_from_days and days_from_civil (howardhinnant.github.io/date_algorithms.html): eras
// of 400 years that begin on 1 March, so that the leap day is a year's last. std::chrono's year ends at
// 32767, PostgreSQL's at 5874897.
CivilDate civil_from_days(std::int64_t days) {
  days += kDaysFromMarchOfYearZero;
  const std::int64_t era = floor_division(days, kDaysPerEra);
  const std::int64_t day_of_era = days - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {.year = year_of_era + era * kYearsPerEra + (month <= 2 ? 1 : 0), .month = month, .day = day};
}

std::int64_t days_from_civil(const CivilDate& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_division(year, kYearsPerEra);
  const std::int64_t year_of_era = year - era * kYearsPerEra;
  const std::int64_t shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysFromMarchOfYearZero;
}

CivilTimestamp civil_from_micros(std::int64_t micros) {
  // Of microseconds near the first, the day's first wouldn't fit: so not by subtraction.
  const std::int64_t since_midnight = (micros % kMicrosPerDay + kMicrosPerDay) % kMicrosPerDay;
  return {.date = civil_from_days(floor_division(micros, kMicrosPerDay)), .micros_of_day = since_midnight};
}

std::string format_date(std::int32_t days) {
  const auto [year, month, day] = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string format_timestamp(std::int64_t micros) {
  const auto [date, micros_of_day] = civil_from_micros(micros);
  TimeText clock;
  clock.put_clock(micros_of_day);
  return fmt::format("{:04}-{:02}-{:02} {}", date.year, date.month, date.day, clock.view());
}

}  // namespace pg2athena
