// What the operator decides about a run, from a configuration file or the command line; limits and defaults
// live here and in pipeline::RunOptions, nowhere else.
#pragma once

#include <string>

#include "observe/log.h"
#include "pipeline/plan.h"

namespace pg2athena::config {

// Connections that read at once when nobody says how many: one a core, and no more than a production server
// hardly notices.
int default_workers();

struct Configuration {
  std::string source_url;  // a URI or a conninfo string, references to the environment replaced
  std::string password;    // empty: from the URL, PGPASSWORD or a password file
  std::string target;      // a local folder; empty where a command needs none
  pipeline::RunOptions run{.selection = {}, .queries = {}, .workers = default_workers()};
  observe::LogFormat log_format = observe::LogFormat::Text;
};

// What no single setting shows to be wrong. InvalidArgument.
Result<void> check(const Configuration& configuration);

// The parameters for libpq. InvalidArgument when the source is no connection string.
Result<postgres::ConnectionParameters> connection_parameters(const Configuration& configuration);

}  // namespace pg2athena::config
