#include "base/civil_time.h"

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

// Expectations by PostgreSQL: SELECT date 'epoch' + n, timestamp 'epoch' + n * interval '1 microsecond'.
TEST(CivilTime, Dates_print_as_PostgreSQL_prints_them) {
  EXPECT_EQ(format_date(0), "1970-01-01");
  EXPECT_EQ(format_date(-1), "1969-12-31");
  EXPECT_EQ(format_date(kPostgresEpochDays), "2000-01-01");
  EXPECT_EQ(format_date(11016), "2000-02-29");
  EXPECT_EQ(format_date(-719162), "0001-01-01");
  EXPECT_EQ(format_date(-719163), "0000-12-31");
  EXPECT_EQ(format_date(2932896), "9999-12-31");
}

TEST(CivilTime, Timestamps_print_without_trailing_zeros) {
  EXPECT_EQ(format_timestamp(0), "1970-01-01 00:00:00");
  EXPECT_EQ(format_timestamp(-1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(format_timestamp(1'500'000), "1970-01-01 00:00:01.5");
  EXPECT_EQ(format_timestamp(kPostgresEpochMicros), "2000-01-01 00:00:00");
  EXPECT_EQ(format_timestamp(std::numeric_limits<std::int64_t>::max()), "294247-01-10 04:00:54.775807");
}

}  // namespace
}  // namespace pg2athena
