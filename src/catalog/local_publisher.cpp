#include "catalog/local_publisher.h"

#include <optional>

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

}  // namespace pg2athena::catalog
