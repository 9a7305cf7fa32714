// What takes the run's locks: kept by whoever took them, so that another connection can take them too.
#pragma once

#include <string>
#include <vector>

#include "postgres/connection.h"

namespace pg2athena::postgres {

struct LockStatements {
  std::vector<std::string> tables;  // for LOCK TABLE: ONLY "s"."t"
  // LOCK TABLE refuses all but tables and views, and a role with rights on columns only: a SELECT that
  // returns nothing takes and keeps the same lock.
  std::vector<std::string> selects;
  // The same for what the operator's SQL reads: names in it mean what they mean to the role.
  std::vector<std::string> selects_in_search_path;

  std::size_t size() const { return tables.size() + selects.size() + selects_in_search_path.size(); }
  void add(const LockStatements& more);
};

// In the transaction that is open, waiting as long as its lock_timeout says.
Result<void> take_locks(Connection& connection, const LockStatements& locks, const std::string& search_path);

// search_path until the transaction's end, as a setting of the role's has it; and our own empty one again.
Result<void> enter_search_path(Connection& connection, const std::string& search_path);
Result<void> leave_search_path(Connection& connection);

}  // namespace pg2athena::postgres
