#include "cli/gc_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/run_id.h"

namespace pg2athena::cli {
namespace {

using catalog::RunRemains;
using std::chrono::hours;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

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
              HasSubstr("last sign of life     state                        objects    size  unfinished up"));
  EXPECT_THAT(text, HasSubstr("20260131T010000.000Z-0123456789abcdef  2026-01-31T01:00:00Z  "
                              "2026-01-31T01:05:00Z  undecided: would be removed        1  1.5 MB   "));
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
  EXPECT_EQ(gc_text({}, {}), "Nothing to remove: no dead run left anything, and no old one.\n");
}

// Of three tables, replaced at different times.
catalog::OldRuns old_runs() {
  using Verdict = catalog::TableOfRun::Verdict;
  const auto day = std::chrono::sys_days(std::chrono::year(2026) / 1 / 31);
  const auto table = [](std::uint32_t number, Verdict verdict) {
    return catalog::TableOfRun{.table = number, .verdict = verdict, .files = {.objects = 2, .bytes = 1000}};
  };
  catalog::PublishedRun first{.run_id = run(1, RunRemains::State::Published, false, 0, 0).run_id,
                              .started = day + hours(1),
                              .tables = {table(0, Verdict::Old), table(1, Verdict::Old),
                                         table(2, Verdict::MayBeShown), table(3, Verdict::Young)}};
  first.tables[0].replaced_at = first.tables[1].replaced_at = day + hours(2);
  first.tables[3].replaced_at = day + hours(70);
  first.tables[2].catalog = 0;
  catalog::PublishedRun second{.run_id = run(2, RunRemains::State::Published, false, 0, 0).run_id,
                               .started = day + hours(2),
                               .tables = {table(0, Verdict::Shown), table(1, Verdict::NoRecord)}};
  catalog::PublishedRun third{.run_id = run(3, RunRemains::State::Published, false, 0, 0).run_id,
                              .started = day + hours(3),
                              .records = {.objects = 5, .bytes = 50},
                              .records_go = true};
  return {.runs = {first, second, third},
          .tables = {"public.a", "public.b", "public.c", "public.d"},
          .catalogs = {"glue::eu:shop"}};
}

TEST(GcCommand, Old_runs_are_listed_with_what_goes_and_why_the_rest_stays) {
  GcResult result{.at = std::chrono::sys_days(std::chrono::year(2026) / 2 / 3)};
  result.old = old_runs();
  const std::string text = gc_text({}, result);
  for (const char* const line :
       {"public.a, public.b   replaced 2 d ago: would be removed                    4  2.0 kB",
        "public.c             glue::eu:shop may show it: kept                       2  1.0 kB",
        "public.d             replaced 2 h ago: kept for 1d                         2  1.0 kB",
        "public.b             the table has no record: kept                         2  1.0 kB",
        "(plan and receipts)  nothing of its data is shown: would be removed        5    50 B"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, EndsWith("\n\nWhat a catalog may show goes once it was asked: use the configuration that "
                             "names it (--config).\n1 table is shown.\nNothing was removed; --delete would "
                             "remove 9 objects (2.0 kB) and 0 unfinished uploads of 2 runs.\n"));
  result.old_removals = {{.run_id = result.old.runs[0].run_id, .objects = 4, .bytes = 2000, .error = {}}};
  result.old_removals.push_back(
      {.run_id = result.old.runs[2].run_id, .objects = 5, .bytes = 50, .error = {}});
  EXPECT_THAT(gc_text({.remove = true}, result),
              AllOf(HasSubstr("replaced 2 d ago: removed "),
                    HasSubstr("(plan and receipts)  nothing of its data is shown: removed ")));
  result.old_removals.pop_back();
  EXPECT_THAT(gc_text({.remove = true}, result), HasSubstr("nothing of its data is shown: not removed "))
      << "--delete was interrupted before it";
  result.old_removals[0].error = Error(ErrorKind::Storage, "no");
  EXPECT_THAT(gc_text({.remove = true}, result),
              HasSubstr("replaced 2 d ago: not removed, or not all of it "));
}

TEST(GcCommand, One_empty_line_is_between_a_table_and_what_follows) {
  GcResult result = found();
  result.old = old_runs();
  EXPECT_THAT(gc_text({}, result), Not(HasSubstr("\n\n\n")));
  // Dead runs, and nothing but shown tables.
  result.garbage.runs.resize(1);
  result.old.runs = {result.old.runs[1]};
  result.old.runs[0].tables.resize(1);
  EXPECT_THAT(gc_text({}, result), AllOf(HasSubstr("\n\n1 table is shown.\n"), Not(HasSubstr("\n\n\n"))));
}

}  // namespace
}  // namespace pg2athena::cli
