// Whether the composite types of a source are still those of the plan. Nothing locks them: a SELECT that
// returns their values doesn't, and LOCK TABLE refuses them. An attribute that is dropped and another of the
// same type that is added would send values of the one in the place of the other.
#pragma once

#include <string>
#include <vector>

#include "postgres/scan.h"

namespace pg2athena::postgres {

struct CompositeProbe {
  std::string statement;  // describes as its columns the attributes as they are now
  std::string column;     // that the type is in, for messages
  std::vector<types::PgAttribute> planned;
};

// One for each composite type in a column, however deep.
std::vector<CompositeProbe> composite_probes(const ScanSource& source);

// Whether what a probe's statement describes is what was planned: names, types and typmods, in their order.
bool as_planned(const CompositeProbe& probe, const std::vector<DescribedColumn>& now);

}  // namespace pg2athena::postgres
