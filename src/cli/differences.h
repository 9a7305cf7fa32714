// What a run verified, and what it found.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "pipeline/run.h"
#include "pipeline/verify/difference.h"

namespace pg2athena::cli {

// A line for each: table, where in it, what differs, and the two counts where it is counts. No value of a
// cell is in it.
std::string differences_text(const std::vector<pipeline::Difference>& differences);

// "Verified: …", of a run that was; empty for others.
std::string verified_text(const pipeline::RunSummary& summary);
// By what each column of a table was compared.
nlohmann::ordered_json verified_json(const std::vector<pipeline::VerifiedColumn>& columns);

}  // namespace pg2athena::cli
