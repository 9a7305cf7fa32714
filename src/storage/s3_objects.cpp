#include "storage/s3_objects.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "aws/checksum.h"
#include "aws/service_client.h"
#include "base/bytes.h"

namespace pg2athena::storage {
namespace {

// Records are small; the largest is the decision of a run of very many tables.
// S3 asks for a put that met another one at the same moment to be sent again ("Prevent object overwrites with
// conditional writes" in the user guide).
constexpr int kMostConflicts = 8;
constexpr int kMostListed = 1000;  // S3's page

std::string_view code_of(const Error& error) {
  return error.context("code");
}

bool is_condition_failed(const Error& error, bool if_matches) {
  // If-Match where there is nothing answers NoSuchKey.
  return code_of(error) == "PreconditionFailed" || error.context("status") == "412" ||
         (if_matches && code_of(error) == "NoSuchKey");
}

std::uint64_t size_of(const aws::HttpResponse& answer) {
  const std::string_view text = aws::find_header(answer.headers, "Content-Length");
  std::uint64_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return size;
}

// Whether an answer is of bytes from `offset` on. A store that knows no ranges answers with the whole.
bool is_range(const aws::HttpResponse& answer, std::uint64_t offset) {
  constexpr int kPartialContent = 206;
  if (answer.status != kPartialContent) return offset == 0;
  return aws::find_header(answer.headers, "Content-Range").starts_with(fmt::format("bytes {}-", offset));
}

}  // namespace

Result<std::optional<StoredObject>> S3Objects::get(const std::string& key) const {
  aws::ServiceCall call =
      bucket_.call({.operation = "GetObject", .action = "s3:GetObject", .method = "GET", .key = key});
  call.request.max_response_bytes = kLargestRecord;
  auto answer = bucket_.send(call, key, S3Patience::Usual);
  if (!answer) {
    if (code_of(answer.error()) == "NoSuchKey") return std::nullopt;
    return fail(std::move(answer).error());
  }
  return StoredObject{.content = std::move(answer->body),
                      .etag = std::string(aws::find_header(answer->headers, "ETag"))};
}

Result<std::string> S3Objects::get_range(const std::string& key, const std::string& etag,
                                         std::uint64_t offset, std::size_t size, Cancellation* stop) const {
  S3Request request{.operation = "GetObject",
                    .action = "s3:GetObject",
                    .key = key,
                    .headers = {{"Range", fmt::format("bytes={}-{}", offset, offset + size - 1)}},
                    .cancellation = stop};
  if (!etag.empty()) request.headers.push_back({"If-Match", etag});
  auto answer = bucket_.send(request);
  if (!answer) {
    if (code_of(answer.error()) == "InvalidObjectState") {
      return fail(std::move(answer).error().hint(
          "the object is archived, by a lifecycle rule or its storage class: restore it, and try again"));
    }
    if (answer.error().context("status") != "412") return fail(std::move(answer).error());
    return fail(bucket_.locate(
        Error(ErrorKind::Storage, "another object took its place while it was read").hint("try again"), key));
  }
  if (!is_range(*answer, offset) || answer->body.size() != size) {
    return fail(bucket_.locate(
        Error(ErrorKind::CorruptInput, "the store answered with other bytes than were asked for"), key));
  }
  return std::move(answer->body);
}

Result<PutOutcome> S3Objects::put(const std::string& key, std::string_view content,
                                  const PutCondition& condition, const S3Attempt& attempt) const {
  aws::HttpHeaders headers = bucket_.object_headers(key, attempt.id);
  headers.push_back({kChecksumHeader, checksum_text(aws::crc64_nvme(as_bytes(content)))});
  const bool if_matches = condition.kind == PutCondition::Kind::IfMatches;
  if (if_matches) headers.push_back({"If-Match", condition.etag});
  if (condition.kind == PutCondition::Kind::IfAbsent) headers.push_back({"If-None-Match", "*"});
  const aws::ServiceCall call = bucket_.call({.operation = "PutObject",
                                              .action = "s3:PutObject",
                                              .method = "PUT",
                                              .key = key,
                                              .headers = std::move(headers),
                                              .body = as_bytes(content),
                                              .stall = std::chrono::seconds(20),
                                              .cancellation = attempt.stop});
  const aws::ServiceParts& parts = bucket_.parts(attempt.patience);
  bool uncertain = false;
  for (int conflicts = 0;; ++conflicts) {
    aws::ServiceAttempts attempts(parts, call);
    auto answer = aws::call_service(parts, call, attempts);
    if (answer) {
      PG2ATHENA_TRY(bucket_.check_encryption(*answer));
      return Stored{.etag = std::string(aws::find_header(answer->headers, "ETag"))};
    }
    uncertain = uncertain || attempts.uncertain();
    Error error = bucket_.locate(std::move(answer).error(), key);
    if (is_condition_failed(error, if_matches)) {
      if (!uncertain) return ConditionFailed{};
      return after_lost_answer(key, attempt.id);
    }
    if (code_of(error) == "ConditionalRequestConflict" && conflicts < kMostConflicts) {
      PG2ATHENA_TRY(parts.times.wait(std::chrono::milliseconds(50 << conflicts), attempt.stop));
      continue;
    }
    if (!uncertain || error.kind() == ErrorKind::Connection) return fail(std::move(error));
    // Some attempt may still take effect.
    return fail(Error(ErrorKind::Connection, fmt::format("nobody knows whether {} was stored", key))
                    .because(std::move(error)));
  }
}

Result<PutOutcome> S3Objects::after_lost_answer(const std::string& key, const std::string& attempt) const {
  PG2ATHENA_ASSIGN(const std::optional<Head> found, head(key));
  if (found && found->attempt == attempt) return Stored{.etag = found->etag};
  return ConditionFailed{};
}

Result<std::optional<S3Objects::Head>> S3Objects::head(const std::string& key, Cancellation* stop) const {
  auto answer = bucket_.send({.operation = "HeadObject",
                              .action = "s3:GetObject",
                              .method = "HEAD",
                              .key = key,
                              .headers = {{"x-amz-checksum-mode", "ENABLED"}},
                              .cancellation = stop});
  if (!answer) {
    if (answer.error().context("status") == "404") return std::nullopt;
    return fail(std::move(answer).error());
  }
  return Head{.size = size_of(*answer),
              .etag = std::string(aws::find_header(answer->headers, "ETag")),
              .attempt = std::string(aws::find_header(answer->headers, kAttemptHeader)),
              .checksum = std::string(aws::find_header(answer->headers, kChecksumHeader))};
}

Result<void> S3Objects::remove(const std::string& key) const {
  PG2ATHENA_TRY(bucket_.send(
      {.operation = "DeleteObject", .action = "s3:DeleteObject", .method = "DELETE", .key = key}));
  return {};
}

Result<S3ListPage> S3Objects::list_page(const std::string& prefix, const std::string& token, int most,
                                        S3Patience patience) const {
  S3Request request{.operation = "ListObjectsV2",
                    .action = "s3:ListBucket",
                    .query = {{"list-type", "2"},
                              {"encoding-type", "url"},
                              {"max-keys", std::to_string(most)},
                              {"prefix", bucket_.full_key(prefix)}}};
  if (!token.empty()) request.query.emplace_back("continuation-token", token);
  PG2ATHENA_ASSIGN(const aws::HttpResponse answer, bucket_.send(request, patience));
  auto page = read_list(answer.body);
  if (!page) return fail(bucket_.locate(std::move(page).error(), ""));
  for (S3Listed& object : page->objects) object.key = bucket_.lake_key(object.key);
  return page;
}

Result<void> S3Objects::visit(const std::string& prefix,
                              const std::function<Result<void>(S3Listed&)>& visit) const {
  std::string token;
  do {
    PG2ATHENA_ASSIGN(S3ListPage page, list_page(prefix, token, kMostListed));
    for (S3Listed& object : page.objects) PG2ATHENA_TRY(visit(object));
    token = std::move(page.next_token);
  } while (!token.empty());
  return {};
}

Result<std::vector<S3Listed>> S3Objects::list(const std::string& prefix) const {
  std::vector<S3Listed> objects;
  PG2ATHENA_TRY(visit(prefix, [&](S3Listed& object) -> Result<void> {
    objects.push_back(std::move(object));
    return {};
  }));
  // Directory buckets (S3 Express) list in no order.
  std::ranges::sort(objects, {}, &S3Listed::key);
  return objects;
}

Result<std::vector<S3UnfinishedUpload>> S3Objects::unfinished(const std::string& prefix) const {
  std::vector<S3UnfinishedUpload> uploads;
  std::string key;
  std::string upload_id;
  do {
    S3Request request{
        .operation = "ListMultipartUploads",
        .action = "s3:ListBucketMultipartUploads",
        .query = {{"uploads", ""}, {"encoding-type", "url"}, {"prefix", bucket_.full_key(prefix)}}};
    if (!key.empty()) request.query.emplace_back("key-marker", key);
    if (!upload_id.empty()) request.query.emplace_back("upload-id-marker", upload_id);
    PG2ATHENA_ASSIGN(const aws::HttpResponse answer, bucket_.send(request));
    auto page = read_uploads(answer.body);
    if (!page) return fail(bucket_.locate(std::move(page).error(), ""));
    for (S3UnfinishedUpload& upload : page->uploads) {
      upload.key = bucket_.lake_key(upload.key);
      uploads.push_back(std::move(upload));
    }
    key = std::move(page->next_key);
    upload_id = std::move(page->next_upload_id);
  } while (!key.empty());
  return uploads;
}

Result<void> S3Objects::abort(const std::string& key, const std::string& upload_id) const {
  auto answer = bucket_.send({.operation = "AbortMultipartUpload",
                              .action = "s3:AbortMultipartUpload",
                              .method = "DELETE",
                              .key = key,
                              .query = {{"uploadId", upload_id}}},
                             S3Patience::Brief);
  if (answer || code_of(answer.error()) == "NoSuchUpload") return {};
  return fail(std::move(answer).error());
}

}  // namespace pg2athena::storage
