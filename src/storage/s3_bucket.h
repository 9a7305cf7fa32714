// One bucket of S3 as it is spoken to: addresses, headers and signatures of the calls.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/service_client.h"
#include "base/error.h"
#include "storage/s3_options.h"

namespace pg2athena::storage {

// A call's own part. Operations and actions have AWS's names (Amazon S3 API reference; "Actions, resources,
// and condition keys for Amazon S3" in the service authorization reference).
struct S3Request {
  std::string operation;  // "UploadPart"
  std::string action;     // the IAM action that allows it: "s3:PutObject"
  std::string method = "GET";
  std::string key = {};  // the lake's; empty: the call is to the bucket
  std::vector<std::pair<std::string, std::string>> query = {};
  aws::HttpHeaders headers = {};
  std::span<const std::byte> body = {};  // not owned: has to stay until the answer is there
  // Not one byte in either direction for so long.
  std::chrono::milliseconds stall = std::chrono::seconds(8);
  Cancellation* cancellation = nullptr;
  bool error_in_ok_body = false;
};

// How long to go on with a call. `Brief` is for the first call, whose errors are mostly the operator's, and
// for what cleans up; `Patient` outlasts bursts of trouble.
enum class S3Patience : std::uint8_t { Brief, Usual, Patient };

// Thread-safe.
class S3Bucket {
 public:
  // `parts` is copied, but what it refers to, and `credentials`, have to outlive the bucket. `region` is
  // where it is. InvalidArgument for an endpoint that isn't one.
  static Result<S3Bucket> create(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials,
                                 S3Options options, std::string region);

  const S3Options& options() const { return options_; }
  const std::string& region() const { return region_; }
  // "https://host[:port]", for people.
  const std::string& endpoint() const { return endpoint_; }
  // Whether that is AWS's own for the region.
  bool is_of_aws() const;

  aws::ServiceCall call(S3Request request) const;
  const aws::ServiceParts& parts(S3Patience patience) const;
  // Waits. Errors name the object or the bucket.
  Result<aws::HttpResponse> send(const aws::ServiceCall& call, const std::string& key,
                                 S3Patience patience) const;
  Result<aws::HttpResponse> send(const S3Request& request, S3Patience patience = S3Patience::Usual) const;
  Error locate(Error error, const std::string& key) const;

  // The key in the bucket of a key, or a prefix, of the lake; and back: the text behind the lake's prefix.
  std::string full_key(std::string_view key) const;
  std::string_view lake_key(std::string_view full_key) const;

  // Headers of PutObject: what the object is to be. `attempt` is kept with it, so
  // that an object whose making got no answer can be told from another's.
  aws::HttpHeaders object_headers(const std::string& key, const std::string& attempt) const;
  // The same of CreateMultipartUpload, with the checksum that its parts and the whole will have.
  aws::HttpHeaders upload_headers(const std::string& key, const std::string& attempt) const;
  // Whether the answer to PutObject, or to an UploadPart, says that the object is encrypted as asked for: a
  // store that doesn't know how may well keep quiet about it. (MinIO doesn't say it of
  // CreateMultipartUpload.)
  Result<void> check_encryption(const aws::HttpResponse& answer) const;

 private:
  S3Bucket(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials, S3Options options,
           std::string region, std::string endpoint);

  aws::ServiceParts brief_;
  aws::ServiceParts usual_;
  aws::ServiceParts patient_;
  aws::CredentialsProvider* credentials_;
  S3Options options_;
  std::string region_;
  std::string endpoint_;
  std::string bucket_url_;  // "https://bucket.host" or "https://host/bucket"
  bool tls_;
};

// The checksum as S3's headers have it: CRC-64/NVME, big-endian, in base64.
std::string checksum_text(std::uint64_t crc64_nvme);

inline constexpr const char* kChecksumHeader = "x-amz-checksum-crc64nvme";
inline constexpr const char* kAttemptHeader = "x-amz-meta-pg2athena-attempt";

}  // namespace pg2athena::storage
