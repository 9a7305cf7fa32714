#include "cli/glue_access.h"

#include <utility>

namespace pg2athena::cli {

namespace {

catalog::GlueOptions glue_options(const config::Configuration& configuration,
                                  const std::string& bucket_region) {
  catalog::GlueOptions options = configuration.glue;
  if (options.region.empty()) options.region = bucket_region;
  return options;
}

}  // namespace

Result<catalog::GlueClient> open_glue(const config::Configuration& configuration, aws::Session& session,
                                      aws::CredentialsProvider& credentials,
                                      const std::string& bucket_region) {
  return catalog::GlueClient::create(session.parts(), credentials, glue_options(configuration, bucket_region),
                                     session.region());
}

Result<std::unique_ptr<catalog::AthenaCounter>> open_athena(const config::Configuration& configuration,
                                                            aws::Session& session,
                                                            aws::CredentialsProvider& credentials,
                                                            const std::string& bucket_region) {
  return catalog::AthenaCounter::create(session.parts(), credentials, configuration.athena,
                                        glue_options(configuration, bucket_region), session.region());
}

}  // namespace pg2athena::cli
