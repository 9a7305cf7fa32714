#include "storage/s3_unfinished.h"

#include <utility>

#include "base/clock.h"

namespace pg2athena::storage {

Result<std::vector<UnfinishedUpload>> S3Unfinished::unfinished(const std::string& prefix,
                                                               const WantedFolder& /*wanted*/) {
  PG2ATHENA_TRY(check_prefix(prefix));
  PG2ATHENA_ASSIGN(std::vector<S3UnfinishedUpload> listed, objects_.unfinished(prefix));
  std::vector<UnfinishedUpload> found;
  found.reserve(listed.size());
  for (S3UnfinishedUpload& upload : listed) {
    found.push_back({.key = std::move(upload.key),
                     .id = std::move(upload.upload_id),
                     .begun = time_of_rfc3339(upload.initiated)});
  }
  return found;
}

Result<void> S3Unfinished::abort(const UnfinishedUpload& upload) {
  PG2ATHENA_TRY(check_key(upload.key));
  return objects_.abort(upload.key, upload.id);
}

}  // namespace pg2athena::storage
