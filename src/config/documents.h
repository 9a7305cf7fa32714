// What is made from the description of the configuration, for editors and for people.
#pragma once

#include <string>
#include <vector>

#include "config/configuration.h"

namespace pg2athena::config {

// The JSON Schema (draft 2020-12) of the file; editors complete and check with it.
std::string json_schema();

// The reference page, as Markdown.
std::string reference_page();

// A table of the database, for a first configuration.
struct InitialTable {
  std::string name;     // as `tables` takes it
  std::string remark;   // behind it: its kind, rows and size
  std::string refusal;  // why it can't be exported; empty: it can
};

// A configuration to begin with: the source, a target and the tables; every other setting is there as a
// comment with its meaning and its default.
std::string initial_configuration(const std::string& source_url, const std::string& target,
                                  const std::vector<InitialTable>& tables);

}  // namespace pg2athena::config
