#include "base/spelling.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "base/ascii.h"

namespace pg2athena {
namespace {

// Damerau's and Levenshtein's distance, of which no letter is changed twice ("optimal string alignment"); the
// case of letters aside.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto same = [&](std::size_t i, std::size_t j) { return ascii_lower(a[i]) == ascii_lower(b[j]); };
  std::vector<std::size_t> before(b.size() + 1);  // the row before the last
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last.back();
}

// Of a single letter another one is nothing like it.
std::size_t most_slips(std::string_view wanted) {
  constexpr std::size_t kLettersForEach = 3;
  return wanted.size() < 2 ? 0 : std::max<std::size_t>(1, wanted.size() / kLettersForEach);
}

}  // namespace

std::string nearest_name(std::string_view wanted, std::span<const std::string> names) {
  if (wanted.empty()) return {};
  const std::string* best = nullptr;
  std::size_t best_distance = most_slips(wanted) + 1;
  for (const std::string& name : names) {
    const std::size_t d = distance(wanted, name);
    if (d < best_distance) {
      best = &name;
      best_distance = d;
    }
  }
  return best == nullptr ? std::string() : *best;
}

}  // namespace pg2athena
