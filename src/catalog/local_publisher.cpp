#include "catalog/local_publisher.h"

#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "catalog/object_keys.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

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
    differences.push_back({.expected = expected, .found = "there is no link latest"});
  } else if (*found != expected) {
    differences.push_back({.expected = expected, .found = fmt::format("latest is {}", *found)});
  }
  return differences;
}

Result<std::vector<std::string>> LocalPublisher::shown_runs(const std::string& table,
                                                            Cancellation& /*stop*/) {
  PG2ATHENA_ASSIGN(const std::optional<std::string> target, folder_.link_target(latest_key(table)));
  if (!target) return {};
  // However it is written: a link that somebody made by hand may be "./data/<run>/", or absolute.
  const std::filesystem::path place = (folder_.path() / table / *target).lexically_normal();
  const std::string key = place.lexically_relative(folder_.path()).generic_string() + "/";
  const std::string_view run_id = run_of_folder(key);
  if (run_id.empty()) return {};
  return std::vector{std::string(run_id)};
}

}  // namespace pg2athena::catalog
