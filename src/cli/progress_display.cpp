#include "cli/progress_display.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using observe::ProgressSnapshot;
using observe::TableSnapshot;
using observe::TableState;
using std::chrono::milliseconds;

constexpr milliseconds kFrameTime{125};

// Sequences of ECMA-48 and DEC that every terminal since the VT220 knows.
constexpr std::string_view kHideCursor = "\x1B[?25l";
constexpr std::string_view kShowCursor = "\x1B[?25h";
constexpr std::string_view kNoWrap =
    "\x1B[?7l";  // a line whose width was misjudged is cut, and doesn't break the drawing
constexpr std::string_view kWrap = "\x1B[?7h";
constexpr std::string_view kEraseBelow = "\x1B[J";

struct Size {
  std::size_t width = 80;
  std::size_t height = 24;
};

Size terminal_size() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {.width = size.ws_col, .height = size.ws_row};
}

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string count_of(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_thousands(count), count == 1 ? one : many);
}

// How much of a table is read, between 0 and 1; none where the plan's estimate says nothing, or was passed.
std::optional<double> fraction_read(const TableSnapshot& table) {
  if (table.estimate.rows > 0) {
    const double fraction = static_cast<double>(table.rows) / static_cast<double>(table.estimate.rows);
    if (fraction <= 1) return fraction;
  }
  if (table.shards_done > 0 && table.shards_done < table.estimate.shards) {
    return static_cast<double>(table.shards_done) / table.estimate.shards;
  }
  return std::nullopt;
}

std::string remaining_time(const TableSnapshot& table, double fraction) {
  // Before that it is a guess about a guess.
  if (table.elapsed < milliseconds(1000) || fraction < 0.01) return {};
  const double rest = static_cast<double>(table.elapsed.count()) * (1 - fraction) / fraction;
  return "ETA " + human_duration(milliseconds(static_cast<std::int64_t>(rest)));
}

// name  rows  percent  rate  ETA  files: aligned between lines by fixed widths.
std::string reading_line(const TableSnapshot& table, std::size_t name_width) {
  std::string name = truncate_to_width(printable(table.estimate.name), name_width);
  name.append(name_width - display_width(name), ' ');
  const std::optional<double> fraction = fraction_read(table);
  const std::string percent =
      fraction ? fmt::format("{}%", static_cast<int>(*fraction * 100)) : std::string();
  return fmt::format("{}  {:>16}  {:>4}  {:>10}  {:<11}  {}", name, count_of(table.rows, "row", "rows"),
                     percent, human_rate(table.bytes_read, table.elapsed),
                     fraction ? remaining_time(table, *fraction) : std::string(),
                     count_of(table.files, "file", "files"));
}

// "… and 37 more waiting, 12 done"; empty when there is nothing to say.
std::string rest_line(const ProgressSnapshot& progress, std::size_t reading_shown) {
  const auto in_state = [&](TableState state) {
    return static_cast<std::size_t>(std::ranges::count(progress.tables, state, &TableSnapshot::state));
  };
  const std::size_t reading = in_state(TableState::Reading) - reading_shown;
  const struct {
    std::size_t count;
    std::string_view what;
  } parts[] = {{reading, "more being read"},
               {in_state(TableState::Waiting), reading == 0 ? "more waiting" : "waiting"},
               {in_state(TableState::Done), "done"},
               {in_state(TableState::Failed), "failed"}};
  std::string line;
  for (const auto& [count, what] : parts) {
    if (count == 0) continue;
    const std::string_view before = !line.empty() ? ", " : what.starts_with("more") ? "… and " : "… ";
    line += fmt::format("{}{} {}", before, count, what);
  }
  return line;
}

}  // namespace

std::vector<std::string> render_frame(const ProgressSnapshot& progress, std::size_t width,
                                      std::size_t height) {
  std::vector<const TableSnapshot*> reading;
  for (const TableSnapshot& table : progress.tables) {
    if (table.state == TableState::Reading) reading.push_back(&table);
  }
  // One line of the screen is the cursor's, one is the rest's.
  const std::size_t shown = std::min(reading.size(), height > 2 ? height - 2 : 0);
  reading.resize(shown);
  constexpr std::size_t kWidestName = 40;
  std::size_t name_width = 0;
  for (const TableSnapshot* const table : reading) {
    name_width = std::max(name_width, display_width(printable(table->estimate.name)));
  }
  name_width = std::min({name_width, kWidestName, width / 2});

  std::vector<std::string> lines;
  lines.reserve(reading.size() + 1);
  for (const TableSnapshot* const table : reading) {
    lines.push_back(truncate_to_width(reading_line(*table, name_width), width));
  }
  const std::string rest = rest_line(progress, shown);
  if (!rest.empty() && height > 1) lines.push_back(truncate_to_width(rest, width));
  return lines;
}

std::string render_finished(const TableSnapshot& table, std::size_t width) {
  const std::string name = printable(table.estimate.name);
  const std::string rows = count_of(table.rows, "row", "rows");
  const std::string time = human_duration(table.elapsed);
  const std::string line =
      table.state == TableState::Failed
          ? fmt::format("{}  failed after {}, {}", name, rows, time)
          : fmt::format("{}  {}, {} in {}, {} ({})", name, rows, human_bytes(table.bytes_written),
                        count_of(table.files, "file", "files"), time,
                        human_rate(table.bytes_read, table.elapsed));
  return truncate_to_width(line, width);
}

bool stderr_can_redraw() {
  const char* const term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

void ProgressDisplay::start(const observe::RunProgress& progress) {
  if (!draw_ || thread_.joinable()) return;
  progress_ = &progress;
  stopping_ = false;
  printed_.assign(progress.size(), false);
  write_stderr(kHideCursor);
  thread_ = std::thread([this] { run(); });
}

void ProgressDisplay::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  const std::lock_guard lock(mutex_);
  draw_frame(true);
  write_stderr(kShowCursor);
  progress_ = nullptr;
}

void ProgressDisplay::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    draw_frame(false);
    wake_.wait_for(lock, kFrameTime, [this] { return stopping_; });
  }
}

void ProgressDisplay::write_line(std::string_view line) {
  const std::lock_guard lock(mutex_);
  std::string out;
  erase_frame(out);
  out.append(line).append("\n");
  append_frame(out);
  write_stderr(out);
}

void ProgressDisplay::draw_frame(bool last) {
  const ProgressSnapshot snapshot = progress_->snapshot();
  const Size size = terminal_size();
  std::string out;
  erase_frame(out);
  print_finished(snapshot, size.width, out);
  frame_ = last ? std::vector<std::string>() : render_frame(snapshot, size.width, size.height);
  append_frame(out);
  write_stderr(out);
}

void ProgressDisplay::erase_frame(std::string& out) const {
  if (!frame_.empty()) out += fmt::format("\r\x1B[{}A{}", frame_.size(), kEraseBelow);
}

void ProgressDisplay::append_frame(std::string& out) const {
  if (frame_.empty()) return;
  out += kNoWrap;
  for (const std::string& line : frame_) out.append(line).append("\n");
  out += kWrap;
}

void ProgressDisplay::print_finished(const ProgressSnapshot& snapshot, std::size_t width, std::string& out) {
  for (std::size_t i = 0; i < snapshot.tables.size(); ++i) {
    const TableSnapshot& table = snapshot.tables[i];
    if (printed_[i] || (table.state != TableState::Done && table.state != TableState::Failed)) continue;
    out.append(render_finished(table, width)).append("\n");
    printed_[i] = true;
  }
}

}  // namespace pg2athena::cli
