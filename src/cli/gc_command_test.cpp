#include "cli/gc_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/run_id.h"

namespace pg2athena::cli {
namespace {

using catalog::RunRemains;
using std::chrono::hours;
using testing::EndsWith;
using testing::HasSubstr;

RunRemains run(int hour, RunRemains::State state, bool young, std::uint64_t bytes, std::size_t uploads) {
  const auto started = std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + hours(hour);
  RunRemains remains{.run_id = make_run_id(started).substr(0, 21) + "0123456789abcdef",
                     .state = state,
                     .started = started,
                     .last_sign_of_life = started + std::chrono::minutes(5),
                     .young = young,
                     .objects = {},
                     .uploads = {}};
  remains.objects.push_back({.key = "a", .size = bytes});
  remains.uploads.resize(uploads);
  return remains;
}

GcResult found() {
  using State = RunRemains::State;
  GcResult result;
  result.garbage.runs = {run(1, State::Undecided, false, 1'500'000, 2), run(2, State::Decided, false, 10, 0),
                         run(3, State::Undecided, true, 10, 0)};
  return result;
}

TEST(GcCommand, What_would_be_removed_is_listed_and_what_is_kept_is_explained) {
  const std::string text = gc_text({}, found());
  EXPECT_THAT(text,
              HasSubstr("last sign of life     state                   objects    size  unfinished up"));
  EXPECT_THAT(text, HasSubstr("20260131T010000.000Z-0123456789abcdef  2026-01-31T01:00:00Z  "
                              "2026-01-31T01:05:00Z  undecided                     1  1.5 MB   "));
  EXPECT_THAT(text, HasSubstr("2026-01-31T02:05:00Z  decided: kept "));
  EXPECT_THAT(text, HasSubstr("2026-01-31T03:05:00Z  undecided, young: kept "));
  EXPECT_THAT(
      text, EndsWith("\n\n1 run is decided and not finished: pg2athena publish finishes it.\n"
                     "1 run gave a sign of life in the last 1d and may be at work.\n"
                     "Nothing was removed; --delete would remove 1 object (1.5 MB) and 2 unfinished uploads "
                     "of 1 run.\n"));
}

TEST(GcCommand, What_was_removed_is_said) {
  GcResult result = found();
  result.garbage.runs.resize(1);
  result.removals = {
      {.run_id = result.garbage.runs[0].run_id, .objects = 1, .bytes = 1'500'000, .uploads = 2, .error = {}}};
  const std::string text = gc_text({.remove = true}, result);
  EXPECT_THAT(text, HasSubstr("2026-01-31T01:05:00Z  removed "));
  EXPECT_THAT(text, EndsWith("\n\nRemoved: 1 object (1.5 MB) and 2 unfinished uploads of 1 run.\n"));
}

TEST(GcCommand, A_tidy_lake_has_nothing) {
  EXPECT_EQ(gc_text({}, {}), "Nothing to remove: no dead run left anything.\n");
}

}  // namespace
}  // namespace pg2athena::cli
