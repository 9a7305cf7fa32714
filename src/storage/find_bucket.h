// Where a bucket is, by asking it once.
#pragma once

#include <string>

#include "aws/service_client.h"
#include "base/error.h"
#include "storage/s3_bucket.h"

namespace pg2athena::storage {

struct FoundBucket {
  S3Bucket bucket;
  Result<void> listed;  // what came of a listing of the lake's records
};

// Asks in the region that `options` names, or else in `region` (the identity's; may be empty), and where the
// bucket is elsewhere and nobody named a region, once more there: the identity's region is where we are.
// Errors are clear within ten seconds. Those of create() end it; what the bucket refuses is in `listed`.
Result<FoundBucket> find_bucket(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials,
                                const S3Options& options, const std::string& region);

}  // namespace pg2athena::storage
