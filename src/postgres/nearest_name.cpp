#include "postgres/nearest_name.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace pg2athena::postgres {
namespace {

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::size_t> nearest_name(std::string_view wanted, std::span<const std::string> names) {
  const std::string folded_wanted = folded(wanted);
  std::optional<std::size_t> best;
  std::size_t best_distance = wanted.size() / 2 + 1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t d = distance(folded_wanted, folded(names[i]));
    if (d < best_distance) {
      best = i;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace pg2athena::postgres
