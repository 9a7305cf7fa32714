// Publishing where the table records are all that readers need: in S3, without a catalog.
#pragma once

#include <string>

#include "catalog/publisher.h"

namespace pg2athena::catalog {

// S3 has no links. What a table's record says is for those who read it: `pg2athena ddl`, a catalog, people.
class RecordsPublisher final : public Publisher {
 public:
  Result<void> show(const std::string& /*table*/) override { return {}; }
};

}  // namespace pg2athena::catalog
