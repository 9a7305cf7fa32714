#include "base/run_id.h"

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_days;
using std::chrono::system_clock;

TEST(RunId, Ids_sort_by_time_and_never_repeat) {
  const system_clock::time_point now = sys_days(std::chrono::year(2026) / 1 / 31) + milliseconds(10'800'125);
  const std::string id = make_run_id(now);
  EXPECT_TRUE(id.starts_with("20260131T030000.125Z-")) << id;
  EXPECT_NE(id, make_run_id(now));
  EXPECT_LT(id, make_run_id(now + milliseconds(1)));
}

TEST(RunId, Only_ids_have_the_form_of_ids) {
  EXPECT_TRUE(is_run_id(make_run_id(system_clock::now())));
  EXPECT_FALSE(is_run_id(""));
  EXPECT_FALSE(is_run_id("20260131T030000.125Z-9f86d081884c7d6"));
  EXPECT_FALSE(is_run_id("20260131T030000.125Z-9f86d081884c7d65/"));
  EXPECT_FALSE(is_run_id("20260131T030000.125Z-9F86D081884C7D65"));
}

TEST(RunId, An_id_says_when_its_run_began) {
  const system_clock::time_point now = sys_days(std::chrono::year(2026) / 1 / 31) + milliseconds(10'800'125);
  EXPECT_EQ(run_id_time(make_run_id(now)), now);
  EXPECT_EQ(run_id_time("20260231T030000.125Z-9f86d081884c7d65"), std::nullopt);
  EXPECT_EQ(run_id_time("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace pg2athena
