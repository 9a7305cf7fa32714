#include "observe/progress.h"

#include <thread>

#include <gtest/gtest.h>

namespace pg2athena::observe {
namespace {

using std::chrono::milliseconds;

class HandClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return {}; }
  std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::time_point(elapsed);
  }
  milliseconds elapsed{0};
};

TEST(Progress, A_table_waits_is_read_and_is_done_with_its_last_shard) {
  HandClock clock;
  RunProgress progress({{.name = "t", .rows = 100, .bytes = 1000, .shards = 2}}, clock);
  TableProgress& table = progress.table(0);
  clock.elapsed = milliseconds(500);
  EXPECT_EQ(table.snapshot().state, TableState::Waiting);
  EXPECT_EQ(table.snapshot().elapsed, milliseconds(0));

  table.start_shard();
  clock.elapsed = milliseconds(1500);
  table.start_shard();
  table.add_rows(60);
  table.add_bytes_read(600);
  table.add_bytes_written(100);
  table.add_file();
  table.finish_shard();
  const TableSnapshot half = progress.snapshot().tables.at(0);
  EXPECT_EQ(half.state, TableState::Reading);
  EXPECT_EQ(half.shards_done, 1);
  EXPECT_EQ(half.rows, 60U);
  EXPECT_EQ(half.bytes_read, 600U);
  EXPECT_EQ(half.bytes_written, 100U);
  EXPECT_EQ(half.files, 1U);
  EXPECT_EQ(half.elapsed, milliseconds(1000));

  table.finish_shard();
  clock.elapsed = milliseconds(9000);
  EXPECT_EQ(table.snapshot().state, TableState::Done);
  EXPECT_EQ(table.snapshot().elapsed, milliseconds(1000)) << "its time stands still";
  EXPECT_EQ(progress.snapshot().elapsed, milliseconds(9000));
}

TEST(Progress, A_failed_attempt_takes_back_what_it_counted) {
  const HandClock clock;
  RunProgress progress({{.name = "t", .shards = 1}}, clock);
  progress.table(0).add_rows(10);
  progress.table(0).add_file();
  progress.table(0).take_back(10, 0, 0, 1);
  EXPECT_EQ(progress.table(0).snapshot().rows, 0U);
  EXPECT_EQ(progress.table(0).snapshot().files, 0U);
}

TEST(Progress, A_table_that_failed_stays_failed) {
  const HandClock clock;
  RunProgress progress({{.name = "t", .shards = 1}}, clock);
  progress.table(0).start_shard();
  progress.table(0).fail();
  progress.table(0).finish_shard();
  EXPECT_EQ(progress.table(0).snapshot().state, TableState::Failed);
}

TEST(Progress, Workers_count_and_a_display_polls_at_once) {
  const SystemClock clock;
  RunProgress progress({{.name = "t", .shards = 4}}, clock);
  std::vector<std::thread> workers;
  workers.reserve(4);
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&table = progress.table(0)] {
      table.start_shard();
      for (int i = 0; i < 10'000; ++i) table.add_rows(1);
      table.finish_shard();
    });
  }
  TableSnapshot last = progress.snapshot().tables[0];
  while (last.state != TableState::Done) last = progress.snapshot().tables[0];
  EXPECT_EQ(last.rows, 40'000U) << "who sees the end sees all of it";
  for (std::thread& worker : workers) worker.join();
}

}  // namespace
}  // namespace pg2athena::observe
