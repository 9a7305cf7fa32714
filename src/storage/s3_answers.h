// What S3's answers say in XML (Amazon S3 API reference). Takes any bytes: CorruptInput for what isn't an
// answer of that operation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace pg2athena::storage {

struct S3Listed {
  std::string key;  // the bucket's
  std::uint64_t size = 0;
  std::string last_modified;  // RFC 3339, in UTC

  bool operator==(const S3Listed&) const = default;
};
// Of ListObjectsV2, asked for with encoding-type=url.
struct S3ListPage {
  std::vector<S3Listed> objects;
  std::string next_token;  // empty: there is no more
};
Result<S3ListPage> read_list(std::string_view body);

struct S3UnfinishedUpload {
  std::string key;  // the bucket's, as the answer has it; the lake's as S3Store hands it on
  std::string upload_id;
  std::string initiated;  // RFC 3339, in UTC

  bool operator==(const S3UnfinishedUpload&) const = default;
};
// Of ListMultipartUploads, asked for with encoding-type=url.
struct S3UploadsPage {
  std::vector<S3UnfinishedUpload> uploads;
  std::string next_key;  // both empty: there is no more
  std::string next_upload_id;
};
Result<S3UploadsPage> read_uploads(std::string_view body);

// Of CreateMultipartUpload.
Result<std::string> read_upload_id(std::string_view body);

// The checksum in CompleteMultipartUpload's answer; empty if the store made none.
Result<std::string> read_completed_checksum(std::string_view body);

struct S3Part {
  int number = 0;  // from 1
  std::string etag;
  std::string checksum;  // as its header had it
};
// What CompleteMultipartUpload sends.
std::string complete_body(const std::vector<S3Part>& parts);

}  // namespace pg2athena::storage
