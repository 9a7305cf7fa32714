#include "base/civil_time.h"

#include <fmt/format.h>

namespace pg2athena {
namespace {

struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// Howard Hinnant's civil_from_days (howardhinnant.github.io/date_algorithms.html): eras of 400 years that
// begin on 1 March, so that the leap day is a year's last. std::chrono's year ends at 32767, PostgreSQL's at
// 5874897.
CivilDate civil_from_days(std::int64_t days) {
  constexpr std::int64_t kDaysPerEra = 146097;
  constexpr std::int64_t kDaysToMarchOfYearZero = 719468;
  days += kDaysToMarchOfYearZero;
  const std::int64_t era = (days >= 0 ? days : days - (kDaysPerEra - 1)) / kDaysPerEra;
  const std::int64_t day_of_era = days - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0), .month = month, .day = day};
}

}  // namespace

std::string format_date(std::int32_t days) {
  const auto [year, month, day] = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string format_timestamp(std::int64_t micros) {
  constexpr std::int64_t kMicrosPerSecond = 1'000'000;
  std::int64_t days = micros / kMicrosPerDay;
  std::int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  const std::int64_t seconds = rest / kMicrosPerSecond;
  const auto [year, month, day] = civil_from_days(days);
  std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", year, month, day, seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  if (const std::int64_t fraction = rest % kMicrosPerSecond; fraction != 0) {
    text += fmt::format(".{:06}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

}  // namespace pg2athena
