#include "catalog/local_publisher.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/run_id.h"
#include "catalog/object_keys.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {
namespace {

bool is_above(const std::filesystem::path& place, const std::filesystem::path& data) {
  return std::ranges::mismatch(place, data).in1 == place.end();
}

Result<std::vector<std::string>> runs_in(const std::filesystem::path& data) {
  std::vector<std::string> runs;
  std::error_code problem;
  for (auto at = std::filesystem::directory_iterator(data, problem); !problem && at != end(at);
       at.increment(problem)) {
    std::string name = at->path().filename().string();
    if (is_run_id(name)) runs.push_back(std::move(name));
  }
  if (!problem) return runs;
  return fail(ErrorKind::Storage, fmt::format("can't read {}: {}", data.native(), problem.message()));
}

}  // namespace

Result<void> LocalPublisher::show(const std::string& table) {
  // set_link() lets nobody move the record while the target is decided, so of several publishers the last one
  // to swap the link has also read the last record.
  return folder_.set_link(latest_key(table), [&]() -> Result<std::optional<std::string>> {
    PG2ATHENA_ASSIGN(const std::optional<CurrentRun> current, read_current(folder_, table));
    if (!current) return std::nullopt;
    return latest_target(current->run_id);
  });
}

Result<std::vector<ShownDifference>> LocalPublisher::differences(const TableRecord& record) const {
  const std::string expected = latest_target(record.run_id);
  PG2ATHENA_ASSIGN(const std::optional<std::string> found, folder_.link_target(latest_key(record.table)));
  std::vector<ShownDifference> differences;
  if (!found) {
    differences.push_back({.expected = {}, .found = fmt::format("there is no link latest to {}", expected)});
  } else if (*found != expected) {
    differences.push_back({.expected = expected, .found = fmt::format("latest leads to {}", *found)});
  }
  return differences;
}

Result<std::vector<std::string>> LocalPublisher::shown_runs(const std::string& table,
                                                            Cancellation& /*stop*/) {
  PG2ATHENA_ASSIGN(const std::optional<std::string> target, folder_.link_target(latest_key(table)));
  if (!target) return {};
  // However it is written, and by whatever other links it leads there: somebody may have made it by hand.
  const std::filesystem::path link = folder_.path() / latest_key(table);
  std::error_code problem;
  const std::filesystem::path root = std::filesystem::canonical(folder_.path(), problem);
  const std::filesystem::path place =
      problem ? std::filesystem::path() : std::filesystem::weakly_canonical(link, problem);
  if (problem) {
    return fail(Error(ErrorKind::Storage,
                      fmt::format("can't see where the link {} leads: {}", link.native(), problem.message()))
                    .with("table", table)
                    .hint("make it lead to the data of a run, or remove it: the next run makes it anew"));
  }
  const std::string key = place.lexically_relative(root).generic_string() + "/";
  if (const std::string_view run_id = run_of_folder(key); !run_id.empty()) {
    return std::vector{std::string(run_id)};
  }
  // To all of them: "data".
  return is_above(place, root / table / "data") ? runs_in(root / table / "data")
                                                : Result<std::vector<std::string>>();
}

}  // namespace pg2athena::catalog
