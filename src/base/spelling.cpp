#include "base/spelling.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ascii.h"

namespace pg2athena {
namespace {

// Levenshtein's distance, the case of letters aside.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]) ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_name(std::string_view wanted, std::span<const std::string> names) {
  const std::string* best = nullptr;
  std::size_t best_distance = wanted.size() / 2 + 1;
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
