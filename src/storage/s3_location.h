// Where a lake is in S3.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace pg2athena::storage {

// A place in S3: the bucket, and the prefix of the lake in it, without slashes at its ends and perhaps empty.
struct S3Location {
  std::string bucket;
  std::string prefix;

  // "s3://bucket/prefix"; a slash at the end makes no difference. InvalidArgument for what S3 has no bucket
  // of, or what Athena can't use as a LOCATION.
  static Result<S3Location> parse(std::string_view text);
  // Whether a target is meant to be one: whether it begins with s3://.
  static bool names_one(std::string_view target);
  // Of the lake: "s3://bucket/prefix".
  std::string url() const;
  // Of what the lake has under `key`: "s3://bucket/prefix/key".
  std::string url(std::string_view key) const;

  bool operator==(const S3Location&) const = default;
};

// A lake is in S3, or a local folder: everything else. InvalidArgument for what begins as a URL of another
// kind does, or as one of S3's that is mistyped (s3a://, S3://, s3:/, gs://, file:///): a folder of that name
// would be made, and the lake be nowhere that anybody looks. A folder is called so behind ./
Result<void> check_scheme(std::string_view target);

}  // namespace pg2athena::storage
