#include "pipeline/verify/bound_number.h"

#include <limits>

#include "base/number_text.h"
#include "base/time_text_reader.h"

namespace pg2athena::pipeline {
namespace {

using columnar::TypeId;

ExactSum sum_of(Int128 number) {
  ExactSum sum;
  sum.add(number);
  return sum;
}

// format_date() (base/civil_time.h): four digits of the year at least, its minus among them.
CivilDate take_date(TimeTextReader& reader) {
  constexpr std::size_t kYearDigits = 4;
  const bool negative = reader.take('-');
  const std::int64_t year = reader.year_digits(kYearDigits - (negative ? 1 : 0));
  CivilDate date{.year = negative ? -year : year, .month = 0, .day = 0};
  reader.month_and_day(date);
  return date;
}

std::optional<ExactSum> date_number(std::string_view text) {
  TimeTextReader reader(text);
  const CivilDate date = take_date(reader);
  const auto found = reader.finish_date(date, std::numeric_limits<std::int32_t>::min(),
                                        std::numeric_limits<std::int32_t>::max());
  return found ? std::optional(sum_of(found->days)) : std::nullopt;
}

std::optional<ExactSum> timestamp_number(std::string_view text) {
  TimeTextReader reader(text);
  const CivilDate date = take_date(reader);
  reader.expect(' ');
  const std::int64_t micros = reader.clock(TimeTextReader::Fraction::Postgres);
  const auto found = reader.finish_timestamp(date, micros, 0, std::numeric_limits<std::int64_t>::min());
  return found ? std::optional(sum_of(found->micros)) : std::nullopt;
}

std::optional<ExactSum> time_number(std::string_view text) {
  TimeTextReader reader(text);
  const std::int64_t micros = reader.clock(TimeTextReader::Fraction::Postgres);
  const auto found = reader.finish(micros);
  return found ? std::optional(sum_of(*found)) : std::nullopt;
}

}  // namespace

std::optional<ExactSum> bound_number(const columnar::Type& type, std::string_view text) {
  switch (type.id) {
    case TypeId::Boolean:
      if (text != "true" && text != "false") return std::nullopt;
      return sum_of(text == "true" ? 1 : 0);
    case TypeId::Int16:
    case TypeId::Int32:
    case TypeId::Int64:
      return ExactSum::parse(text);
    case TypeId::Decimal:
      return ExactSum::parse(text, type.scale);
    case TypeId::Date:
      return date_number(text);
    case TypeId::Timestamp:
      return timestamp_number(text);
    case TypeId::Time:
      return time_number(text);
    default:
      return std::nullopt;
  }
}

std::optional<double> bound_floating(std::string_view text) {
  return parse_whole<double>(text);
}

}  // namespace pg2athena::pipeline
