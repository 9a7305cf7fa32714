// What the operator decides about a run, from a configuration file or the command line; limits and defaults
// live here and in pipeline::RunOptions, nowhere else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "aws/identity.h"
#include "catalog/athena_options.h"
#include "catalog/glue_options.h"
#include "login/settings.h"
#include "observe/log.h"
#include "pipeline/plan.h"
#include "storage/s3_options.h"

namespace pg2athena::config {

// Connections that read at once when nobody says how many: one a core, and no more than a production server
// hardly notices.
int default_workers();

struct Configuration {
  login::Settings login;
  // A local folder, or s3://bucket/prefix; empty where a command needs none.
  std::string target;
  storage::S3Options s3;  // of a target in S3, but for its location
  // How long a replaced run stays for readers that are at it; nothing: for good.
  std::optional<std::chrono::milliseconds> keep_for = std::chrono::hours(24);
  aws::Role target_role;          // the role that writes there; without an ARN: the identity itself
  catalog::GlueOptions glue;      // where Athena looks for the lake's tables
  catalog::AthenaOptions athena;  // how it is asked, by `verify --athena` alone
  pipeline::RunOptions run{.selection = {}, .queries = {}, .workers = default_workers()};
  observe::LogFormat log_format = observe::LogFormat::Text;
  aws::Identity aws;
};

// What no single setting shows to be wrong. InvalidArgument, and its context says what it is about:
// `setting`, a setting's path or that of the group or section around it ("catalog.glue"); or `place`, in the
// file.
Result<void> check(const Configuration& configuration);

// Where a target in S3 is and how it is spoken to. InvalidArgument when it isn't one.
Result<storage::S3Options> s3_options(const Configuration& configuration);

// Whether a table's partitions are registered in Glue one by one.
bool registers_partitions(const Configuration& configuration);
// Whether any of the tables that it names has partitions at all.
bool has_partitions(const Configuration& configuration);

// Two ways to log in, or a part of one alone: which setting of `source` is one too many.
struct LoginConflict {
  std::string_view key;
  Error error;
};
std::optional<LoginConflict> login_conflict(const login::Settings& settings);

}  // namespace pg2athena::config
