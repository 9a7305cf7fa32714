#include "cli/glue_access.h"

#include <utility>

namespace pg2athena::cli {

Result<catalog::GlueClient> open_glue(const config::Configuration& configuration, aws::Session& session,
                                      aws::CredentialsProvider& credentials,
                                      const std::string& bucket_region) {
  catalog::GlueOptions options = configuration.glue;
  if (options.region.empty()) options.region = bucket_region;
  return catalog::GlueClient::create(session.parts(), credentials, std::move(options), session.region());
}

}  // namespace pg2athena::cli
