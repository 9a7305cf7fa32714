// What a person reads: the plan, the summary of a run, an error.
#pragma once

#include <string>

#include "base/error.h"
#include "catalog/publication.h"
#include "config/documents.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "pipeline/survey.h"

namespace pg2athena::cli {

std::string plan_text(const pipeline::Plan& plan);
std::string summary_text(const pipeline::RunSummary& summary, const std::string& target);
std::string publication_text(const std::vector<catalog::RunOutcome>& outcomes);
// A table of the database, for a first configuration.
config::InitialTable initial_table(const pipeline::SurveyedTable& table);
// "error: what" and, indented, where, why and what to do.
std::string error_text(const Error& error);

}  // namespace pg2athena::cli
