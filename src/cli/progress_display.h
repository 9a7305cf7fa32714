// The progress of a run on a terminal: one line a table, redrawn in place; finished tables scroll up and
// stay.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "observe/log.h"
#include "observe/progress.h"

namespace pg2athena::cli {

// The lines to redraw, at most height - 1 of them and none wider than `width` columns: tables that are read
// first, then a count of the rest. Tables that are done or failed are not among them.
std::vector<std::string> render_frame(const observe::ProgressSnapshot& progress, std::size_t width,
                                      std::size_t height);
// The line that stays when a table is done or failed.
std::string render_finished(const observe::TableSnapshot& table, std::size_t width);

// Whether progress may be drawn on stderr: a terminal that can move its cursor.
bool stderr_can_redraw();

// Draws on stderr from a thread of its own. It is also where the log writes, so that log lines and the
// drawing don't run into each other. Without `draw` (a pipe, --quiet) it only passes lines on.
class ProgressDisplay final : public observe::LineOutput {
 public:
  explicit ProgressDisplay(bool draw) : draw_(draw) {}
  ~ProgressDisplay() override { stop(); }

  // Draws until stop(); `progress` must live until then.
  void start(const observe::RunProgress& progress);
  // Leaves the finished lines, takes the rest away and gives the cursor back. May be called twice.
  void stop();
  // Prints a line above the drawing. Thread-safe.
  void write_line(std::string_view line) override;

 private:
  void run();
  // These expect mutex_ to be held.
  void draw_frame(bool last);
  void erase_frame(std::string& out) const;
  void append_frame(std::string& out) const;
  void print_finished(const observe::ProgressSnapshot& snapshot, std::size_t width, std::string& out);

  const bool draw_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  const observe::RunProgress* progress_ = nullptr;
  std::vector<bool> printed_;       // per table: its last line is out
  std::vector<std::string> frame_;  // what is on the screen below the log
  std::thread thread_;
};

}  // namespace pg2athena::cli
