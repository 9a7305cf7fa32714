// Lakes in S3, for a build with AWS.
#include <optional>
#include <utility>

#include "aws/session.h"
#include "catalog/glue_publisher.h"
#include "catalog/records_publisher.h"
#include "cli/glue_access.h"
#include "cli/lake.h"
#include "storage/s3_store.h"
#include "storage/s3_unfinished.h"

namespace pg2athena::cli {
namespace {

class S3Lake final : public Lake {
 public:
  static Result<std::unique_ptr<Lake>> open(const config::Configuration& configuration, AwsAccess& aws,
                                            const observe::Log& log) {
    auto lake = std::make_unique<S3Lake>();
    PG2ATHENA_ASSIGN(const storage::S3Options options, config::s3_options(configuration));
    PG2ATHENA_ASSIGN(aws::Session* const session, aws.session());
    aws::CredentialsProvider* credentials = &session->credentials();
    if (!configuration.target_role.arn.empty()) {
      lake->role_ = session->assume(configuration.target_role);
      credentials = lake->role_.get();
    }
    const auto left_behind = [&log](const Error& error) {
      log.error("upload_left_behind", error, observe::Level::Warning);
    };
    PG2ATHENA_ASSIGN(lake->store_, storage::S3Store::open(session->parts(), *credentials, options,
                                                          session->region(), left_behind));
    lake->unfinished_.emplace(*lake->store_);
    if (configuration.glue.database.empty()) {
      lake->publisher_ = std::make_unique<catalog::RecordsPublisher>();
      return lake;
    }
    lake->configuration_ = &configuration;
    lake->session_ = session;
    lake->credentials_ = credentials;
    PG2ATHENA_ASSIGN(auto glue,
                     open_glue(configuration, *session, *credentials, lake->store_->bucket().region()));
    lake->publisher_ = std::make_unique<catalog::GluePublisher>(
        std::move(glue), *lake->store_, lake->store_->bucket().options().location, session->parts().times);
    return lake;
  }

  storage::ObjectStore& store() override { return *store_; }
  catalog::Publisher& publisher() override { return *publisher_; }
  storage::UnfinishedUploads& unfinished_uploads() override { return *unfinished_; }
  Result<std::unique_ptr<catalog::TableCounter>> open_counter() override {
    if (configuration_ == nullptr) return Lake::open_counter();
    PG2ATHENA_ASSIGN(auto counter,
                     open_athena(*configuration_, *session_, *credentials_, store_->bucket().region()));
    return std::unique_ptr<catalog::TableCounter>(std::move(counter));
  }
  std::string location() const override { return store_->bucket().options().location.url(); }

 private:
  // In this order: each refers to those before it.
  std::unique_ptr<aws::CredentialsProvider> role_;
  std::unique_ptr<storage::S3Store> store_;
  std::optional<storage::S3Unfinished> unfinished_;
  std::unique_ptr<catalog::Publisher> publisher_;
  // Of a lake that is told to Glue; null elsewhere.
  const config::Configuration* configuration_ = nullptr;
  aws::Session* session_ = nullptr;
  aws::CredentialsProvider* credentials_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Lake>> open_s3_lake(const config::Configuration& configuration, AwsAccess& aws,
                                           const observe::Log& log) {
  return S3Lake::open(configuration, aws, log);
}

}  // namespace pg2athena::cli
