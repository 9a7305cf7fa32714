#include "cli/lake.h"

#include <utility>

#include <fmt/format.h>

#include "catalog/local_publisher.h"
#include "catalog/object_keys.h"
#include "storage/local_folder.h"
#include "storage/s3_location.h"

namespace pg2athena::cli {
namespace {

constexpr const char* kNameALake =
    "name a lake that pg2athena run has made: its folder, or s3://bucket/prefix";

class LocalLake final : public Lake {
 public:
  explicit LocalLake(std::unique_ptr<storage::LocalFolder> folder)
      : folder_(std::move(folder)), publisher_(*folder_) {}

  storage::ObjectStore& store() override { return *folder_; }
  catalog::Publisher& publisher() override { return publisher_; }
  storage::UnfinishedUploads& unfinished_uploads() override { return *folder_; }
  std::string location() const override { return folder_->path().string(); }

 private:
  const std::unique_ptr<storage::LocalFolder> folder_;
  catalog::LocalPublisher publisher_;
};

// Ends with the first one: of many runs there are hundreds of thousands.
Result<bool> has_any(storage::ObjectStore& store, const std::string& prefix) {
  bool found = false;
  auto visited = store.visit(prefix, [&](const storage::ObjectInfo&) -> Result<void> {
    found = true;
    return fail(ErrorKind::Internal, "one is enough");
  });
  if (!found && !visited) return fail(std::move(visited).error());
  return found;
}

}  // namespace

Result<std::unique_ptr<catalog::TableCounter>> Lake::open_counter() {
  return fail(
      Error(ErrorKind::Unsupported, "Athena knows nothing of this lake")
          .hint("--athena is for lakes in S3 with catalog.glue.database in the configuration (--config)"));
}

Result<std::unique_ptr<Lake>> open_lake(const config::Configuration& configuration, LakeAccess access,
                                        AwsAccess& aws, const observe::Log& log) {
  if (storage::S3Location::names_one(configuration.target)) return open_s3_lake(configuration, aws, log);
  using Access = storage::LocalFolder::Access;
  PG2ATHENA_ASSIGN(auto folder,
                   storage::LocalFolder::open(configuration.target,
                                              access == LakeAccess::Read ? Access::Read : Access::Write));
  return std::make_unique<LocalLake>(std::move(folder));
}

Result<std::unique_ptr<Lake>> open_existing_lake(const config::Configuration& configuration,
                                                 LakeAccess access, AwsAccess& aws, const observe::Log& log) {
  auto lake = open_lake(configuration, LakeAccess::Read, aws, log);
  if (!lake) return fail(std::move(lake).error().hint(kNameALake));
  PG2ATHENA_ASSIGN(const bool has_records, has_any((*lake)->store(), catalog::records_prefix()));
  if (!has_records) {
    return fail(Error(ErrorKind::NotFound,
                      fmt::format("{} is no lake: it has no records of a run", (*lake)->location()))
                    .hint(kNameALake));
  }
  // Only a folder is opened for one or the other.
  if (access == LakeAccess::Read || storage::S3Location::names_one(configuration.target)) return lake;
  lake->reset();
  return open_lake(configuration, access, aws, log);
}

}  // namespace pg2athena::cli
