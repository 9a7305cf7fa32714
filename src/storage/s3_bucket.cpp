#include "storage/s3_bucket.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aws/base64.h"
#include "aws/endpoint.h"
#include "aws/uri_encoding.h"
#include "base/bytes.h"
#include "base/retry.h"

namespace pg2athena::storage {
namespace {

using std::chrono::seconds;

constexpr RetryPolicy kBrief{.attempts = 4, .longest = seconds(2), .deadline = seconds(6)};
constexpr RetryPolicy kPatient{
    .attempts = 12, .base = std::chrono::milliseconds(200), .longest = seconds(20), .deadline = seconds(180)};

aws::ServiceParts with_policy(aws::ServiceParts parts, const RetryPolicy& policy) {
  parts.policy = policy;
  return parts;
}

bool by_path(const S3Options& options, bool aws_own) {
  switch (options.addressing) {
    case S3Addressing::Path:
      return true;
    case S3Addressing::VirtualHost:
      return false;
    case S3Addressing::Auto:
      break;
  }
  // AWS's certificate is for *.s3.<region>.amazonaws.com, and a wildcard stands for no dots.
  return !aws_own || options.location.bucket.contains('.');
}

std::string bucket_url(const S3Options& options, const std::string& endpoint, const std::string& region) {
  const std::string& bucket = options.location.bucket;
  if (by_path(options, endpoint == aws::default_endpoint("s3", region))) return endpoint + "/" + bucket;
  const auto host = endpoint.find("://") + 3;
  return fmt::format("{}{}.{}", endpoint.substr(0, host), bucket, endpoint.substr(host));
}

std::string content_type(std::string_view key) {
  if (key.ends_with(".parquet")) return "application/vnd.apache.parquet";
  if (key.ends_with(".json")) return "application/json";
  return "text/plain";
}

// The value of x-amz-server-side-encryption; empty: the bucket decides.
std::string_view encryption_name(S3Encryption encryption) {
  switch (encryption) {
    case S3Encryption::BucketDefault:
      return "";
    case S3Encryption::S3Managed:
      return "AES256";
    case S3Encryption::Kms:
      return "aws:kms";
    case S3Encryption::KmsTwoLayers:
      return "aws:kms:dsse";
  }
  return "";
}

// JSON in base64 ("x-amz-server-side-encryption-context").
std::string encryption_context(const S3Pairs& pairs) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : pairs) json[name] = value;
  return aws::base64(as_bytes(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
}

void add_encryption(aws::HttpHeaders& headers, const S3ObjectOptions& objects) {
  const std::string_view name = encryption_name(objects.encryption);
  if (name.empty()) return;
  headers.push_back({"x-amz-server-side-encryption", std::string(name)});
  if (objects.encryption == S3Encryption::S3Managed) return;
  if (!objects.kms_key.empty()) {
    headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", objects.kms_key});
  }
  if (!objects.encryption_context.empty()) {
    headers.push_back(
        {"x-amz-server-side-encryption-context", encryption_context(objects.encryption_context)});
  }
  if (objects.bucket_key) headers.push_back({"x-amz-server-side-encryption-bucket-key-enabled", "true"});
}

}  // namespace

Result<S3Bucket> S3Bucket::create(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials,
                                  S3Options options, std::string region) {
  PG2ATHENA_ASSIGN(std::string endpoint, aws::service_endpoint(options.endpoint, "S3", "s3", region));
  return S3Bucket(parts, credentials, std::move(options), std::move(region), std::move(endpoint));
}

S3Bucket::S3Bucket(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials, S3Options options,
                   std::string region, std::string endpoint)
    : brief_(with_policy(parts, kBrief)),
      usual_(parts),
      patient_(with_policy(parts, kPatient)),
      credentials_(&credentials),
      options_(std::move(options)),
      region_(std::move(region)),
      endpoint_(std::move(endpoint)),
      bucket_url_(bucket_url(options_, endpoint_, region_)),
      tls_(endpoint_.starts_with("https://")) {}

bool S3Bucket::is_of_aws() const {
  return endpoint_ == aws::default_endpoint("s3", region_);
}

const aws::ServiceParts& S3Bucket::parts(S3Patience patience) const {
  switch (patience) {
    case S3Patience::Brief:
      return brief_;
    case S3Patience::Usual:
      return usual_;
    case S3Patience::Patient:
      break;
  }
  return patient_;
}

aws::ServiceCall S3Bucket::call(S3Request request) const {
  const std::string path = request.key.empty() ? "" : aws::uri_encode_path(full_key(request.key));
  const std::string query = aws::query_text(request.query);
  aws::HttpRequest http{.method = std::move(request.method),
                        .url = fmt::format("{}/{}{}{}", bucket_url_, path, query.empty() ? "" : "?", query),
                        .headers = std::move(request.headers),
                        .body = request.body,
                        .timeouts = {.stall = request.stall},
                        .cancellation = request.cancellation};
  if (!options_.bucket_owner.empty()) {
    http.headers.push_back({"x-amz-expected-bucket-owner", options_.bucket_owner});
  }
  // Over TLS the body's checksum is enough; without TLS its hash is signed.
  return {.operation = std::move(request.operation),
          .request = std::move(http),
          .scope = {.service = "s3", .region = region_, .s3 = true, .unsigned_payload = tls_},
          .credentials = credentials_,
          .action = std::move(request.action),
          .error_in_ok_body = request.error_in_ok_body};
}

Result<aws::HttpResponse> S3Bucket::send(const aws::ServiceCall& call, const std::string& key,
                                         S3Patience patience) const {
  auto answer = aws::call_service(parts(patience), call);
  if (!answer) return fail(locate(std::move(answer).error(), key));
  return answer;
}

Result<aws::HttpResponse> S3Bucket::send(const S3Request& request, S3Patience patience) const {
  return send(call(request), request.key, patience);
}

Error S3Bucket::locate(Error error, const std::string& key) const {
  if (key.empty()) return std::move(error).with("bucket", options_.location.bucket);
  return std::move(error).with("object", options_.location.url(key));
}

std::string S3Bucket::full_key(std::string_view key) const {
  const std::string& prefix = options_.location.prefix;
  return prefix.empty() ? std::string(key) : fmt::format("{}/{}", prefix, key);
}

std::string_view S3Bucket::lake_key(std::string_view full_key) const {
  const std::string& prefix = options_.location.prefix;
  return prefix.empty() ? full_key : full_key.substr(prefix.size() + 1);
}

aws::HttpHeaders S3Bucket::object_headers(const std::string& key, const std::string& attempt) const {
  const S3ObjectOptions& objects = options_.objects;
  aws::HttpHeaders headers = {{"Content-Type", content_type(key)}, {kAttemptHeader, attempt}};
  add_encryption(headers, objects);
  if (!objects.acl.empty()) headers.push_back({"x-amz-acl", objects.acl});
  if (!objects.tags.empty()) headers.push_back({"x-amz-tagging", aws::query_text(objects.tags)});
  // Records are read at each run, and small.
  if (!objects.storage_class.empty() && key.ends_with(".parquet")) {
    headers.push_back({"x-amz-storage-class", objects.storage_class});
  }
  return headers;
}

aws::HttpHeaders S3Bucket::upload_headers(const std::string& key, const std::string& attempt) const {
  aws::HttpHeaders headers = object_headers(key, attempt);
  headers.push_back({"x-amz-checksum-algorithm", "CRC64NVME"});
  headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  return headers;
}

Result<void> S3Bucket::check_encryption(const aws::HttpResponse& answer) const {
  const std::string_view asked = encryption_name(options_.objects.encryption);
  const std::string_view got = aws::find_header(answer.headers, "x-amz-server-side-encryption");
  if (asked.empty() || asked == got) return {};
  return fail(Error(ErrorKind::Storage, fmt::format("the store was asked for encryption by {} and answers {}",
                                                    asked, got.empty() ? "nothing about it" : got))
                  .hint("use a store that has it, or leave target.encryption to the bucket"));
}

std::string checksum_text(std::uint64_t crc64_nvme) {
  std::array<std::byte, sizeof crc64_nvme> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(crc64_nvme >> (8 * (bytes.size() - 1 - i)));
  }
  return aws::base64(bytes);
}

}  // namespace pg2athena::storage
