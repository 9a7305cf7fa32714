// The catalog that a lake in S3 is told to. Only in a build with AWS.
#pragma once

#include <memory>
#include <string>

#include "aws/session.h"
#include "base/error.h"
#include "catalog/athena_counter.h"
#include "catalog/glue_client.h"
#include "config/configuration.h"

namespace pg2athena::cli {

// The configuration's, which names a database. Without a region of its own it is asked where the bucket is:
// Athena reads a lake best from there. `session` and `credentials` have to outlive the client.
Result<catalog::GlueClient> open_glue(const config::Configuration& configuration, aws::Session& session,
                                      aws::CredentialsProvider& credentials,
                                      const std::string& bucket_region);

// Athena, over the same catalog and in its region.
Result<std::unique_ptr<catalog::AthenaCounter>> open_athena(const config::Configuration& configuration,
                                                            aws::Session& session,
                                                            aws::CredentialsProvider& credentials,
                                                            const std::string& bucket_region);

}  // namespace pg2athena::cli
