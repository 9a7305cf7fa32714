#include "cli/progress_display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using observe::ProgressSnapshot;
using observe::TableSnapshot;
using observe::TableState;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TableSnapshot table(std::string name, TableState state) {
  return {.estimate = {.name = std::move(name), .rows = 20'000'000, .bytes = 0, .shards = 8},
          .state = state,
          .shards_done = 3,
          .rows = 12'345'678,
          .bytes_read = 9'600'000'000,
          .bytes_written = 1'200'000'000,
          .files = 3,
          .elapsed = milliseconds(12'000)};
}

ProgressSnapshot run_of(std::size_t reading, std::size_t waiting, std::size_t done) {
  ProgressSnapshot progress;
  for (std::size_t i = 0; i < done; ++i) progress.tables.push_back(table("done", TableState::Done));
  for (std::size_t i = 0; i < waiting; ++i) progress.tables.push_back(table("waiting", TableState::Waiting));
  for (std::size_t i = 0; i < reading; ++i) progress.tables.push_back(table("reading", TableState::Reading));
  return progress;
}

TEST(ProgressDisplay, A_line_tells_rows_share_rate_time_and_files) {
  ProgressSnapshot progress;
  progress.tables = {table("public.orders", TableState::Reading),
                     table("public.events", TableState::Reading)};
  progress.tables[1].estimate.rows = 0;
  progress.tables[1].shards_done = 0;
  progress.tables[1].rows = 1;
  progress.tables[1].files = 1;
  EXPECT_THAT(render_frame(progress, 100, 24),
              ElementsAre("public.orders   12,345,678 rows   61%  800.0 MB/s  ETA 7.4 s    3 files",
                          "public.events             1 row        800.0 MB/s               1 file"));
}

TEST(ProgressDisplay, The_rest_is_counted) {
  EXPECT_THAT(render_frame(run_of(1, 37, 12), 100, 24),
              ElementsAre(StartsWith("reading"), "… and 37 more waiting, 12 done"));
  EXPECT_THAT(render_frame(run_of(1, 0, 12), 100, 24), ElementsAre(StartsWith("reading"), "… 12 done"));
  EXPECT_THAT(render_frame(run_of(5, 2, 0), 100, 4), ElementsAre(StartsWith("reading"), StartsWith("reading"),
                                                                 "… and 3 more being read, 2 waiting"));
  EXPECT_THAT(render_frame(run_of(0, 0, 0), 100, 24), IsEmpty());
}

TEST(ProgressDisplay, Frames_fit_the_screen_whatever_its_size) {
  ProgressSnapshot progress = run_of(30, 5, 5);
  progress.tables[20].estimate.name = "東京.とても長い名前のテーブルです_とても長い名前のテーブルです";
  progress.tables[21].estimate.name = "evil\x1B[2J\n";
  for (const std::size_t height : {0U, 1U, 2U, 3U, 10U, 100U}) {
    for (const std::size_t width : {0U, 1U, 5U, 20U, 79U, 200U}) {
      const std::vector<std::string> lines = render_frame(progress, width, height);
      EXPECT_LT(lines.size(), std::max<std::size_t>(height, 1)) << width << 'x' << height;
      for (const std::string& line : lines) {
        EXPECT_LE(display_width(line), width);
        EXPECT_EQ(line.find_first_of("\x1B\n"), std::string::npos);
      }
    }
  }
}

TEST(ProgressDisplay, An_estimate_that_was_passed_gives_way_to_the_shards) {
  ProgressSnapshot progress;
  progress.tables = {table("t", TableState::Reading)};
  progress.tables[0].estimate.rows = 10;
  EXPECT_THAT(render_frame(progress, 100, 24), ElementsAre(HasSubstr("37%")));
  progress.tables[0].shards_done = 0;
  EXPECT_THAT(render_frame(progress, 100, 24), ElementsAre(testing::Not(HasSubstr("%"))));
}

TEST(ProgressDisplay, Finished_tables_get_a_last_line) {
  EXPECT_EQ(render_finished(table("public.orders", TableState::Done), 100),
            "public.orders  12,345,678 rows, 1.2 GB in 3 files, 12 s (800.0 MB/s)");
  EXPECT_EQ(render_finished(table("public.orders", TableState::Failed), 100),
            "public.orders  failed after 12,345,678 rows, 12 s");
  EXPECT_EQ(render_finished(table("public.orders", TableState::Done), 10), "public.or…");
}

TEST(ProgressDisplay, On_a_pipe_only_log_lines_come_out) {
  const SystemClock clock;
  observe::RunProgress progress({{.name = "t", .shards = 1}}, clock);
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(false);
    display.start(progress);
    display.write_line("a line");
    progress.table(0).start_shard();
    progress.table(0).finish_shard();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a line\n");
}

TEST(ProgressDisplay, The_drawing_goes_away_and_the_cursor_comes_back) {
  const SystemClock clock;
  observe::RunProgress progress({{.name = "first", .shards = 1}, {.name = "second", .shards = 1}}, clock);
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(true);
    display.start(progress);
    progress.table(0).start_shard();
    progress.table(0).finish_shard();
    progress.table(1).start_shard();
    std::this_thread::sleep_for(milliseconds(300));
    display.write_line("a line");
    display.stop();
    display.stop();
    display.write_line("after");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, StartsWith("\x1B[?25l"));
  EXPECT_THAT(text, HasSubstr("first  0 rows, 0 B in 0 files"));
  EXPECT_THAT(text, HasSubstr("\x1B[Ja line\n\x1B[?7lsecond")) << "the line goes above what is redrawn";
  EXPECT_THAT(text, EndsWith("\x1B[J\x1B[?25hafter\n"));
}

}  // namespace
}  // namespace pg2athena::cli
