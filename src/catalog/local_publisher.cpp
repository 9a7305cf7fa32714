#include "catalog/local_publisher.h"

#include <optional>

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

}  // namespace pg2athena::catalog
