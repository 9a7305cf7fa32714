#include "storage/s3_upload.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "aws/checksum.h"
#include "aws/service_client.h"
#include "base/bytes.h"
#include "storage/part_size.h"

namespace pg2athena::storage {
namespace {

// S3 may take minutes to put ten thousand parts together; it sends blanks meanwhile (CompleteMultipartUpload
// in the API reference).
constexpr std::chrono::seconds kCompleteStall{60};

constexpr const char* kDamaged =
    "nothing was published; something between us and the store changes data: check proxies, and that the "
    "endpoint is S3 or speaks like it";

}  // namespace

S3Upload::S3Upload(const S3Bucket& bucket, std::string key, std::string attempt, const UploadOptions& options,
                   LeftBehind left_behind)
    : bucket_(bucket),
      objects_(bucket),
      key_(std::move(key)),
      attempt_(std::move(attempt)),
      options_(options),
      left_behind_(std::move(left_behind)),
      first_part_bytes_(first_part_bytes(options.memory_bytes)) {}

S3Upload::~S3Upload() {
  parts_.reset();  // what is on its way would make parts of an upload that is aborted
  if (!upload_id_.empty() && !complete_) abort();
}

Result<void> S3Upload::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    // A full part goes when more comes: who knows by then whether it isn't the only one.
    if (filling_ && filling_->room() == 0) PG2ATHENA_TRY(send_part());
    if (!filling_) {
      if (next_part_ > kMostParts) {
        return fail(Error(ErrorKind::Unsupported, "an object in S3 can't have more than 10000 parts")
                        .with("object", bucket_.options().location.url(key_))
                        .hint("make files smaller: files.size"));
      }
      if (!parts_) parts_.emplace(bucket_, key_, options_.memory_bytes, options_.stop);
      PG2ATHENA_ASSIGN(filling_, parts_->buffer(part_bytes(next_part_, first_part_bytes_)));
    }
    const auto piece = bytes.first(std::min(bytes.size(), filling_->room()));
    filling_->append(piece);
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<void> S3Upload::send_part() {
  if (upload_id_.empty()) PG2ATHENA_TRY(begin());
  ++next_part_;
  const std::uint64_t bytes = filling_->bytes().size();
  crc64_nvme_ = aws::combined_crc64_nvme(crc64_nvme_, filling_->crc64_nvme(), bytes);
  size_ += bytes;
  return parts_->send(std::move(filling_), upload_id_);
}

// Never cancelled: an upload that was begun, and whose id we don't have, can't be aborted.
Result<void> S3Upload::begin() {
  if (options_.stop != nullptr) PG2ATHENA_TRY(options_.stop->check());
  const aws::ServiceCall call = bucket_.call({.operation = "CreateMultipartUpload",
                                              .action = "s3:PutObject",
                                              .method = "POST",
                                              .key = key_,
                                              .query = {{"uploads", ""}},
                                              .headers = bucket_.upload_headers(key_, attempt_)});
  const aws::ServiceParts& parts = bucket_.parts(S3Patience::Usual);
  aws::ServiceAttempts attempts(parts, call);
  auto answer = aws::call_service(parts, call, attempts);
  begun_more_than_once_ = attempts.uncertain();
  if (!answer) {
    if (begun_more_than_once_) abort();
    return fail(bucket_.locate(std::move(answer).error(), key_));
  }
  auto id = read_upload_id(answer->body);
  if (!id) return fail(bucket_.locate(std::move(id).error(), key_));
  upload_id_ = std::move(*id);
  return {};
}

Result<void> S3Upload::complete() {
  PG2ATHENA_TRY(upload_id_.empty() ? put_whole() : complete_parts());
  complete_ = true;
  if (begun_more_than_once_) abort();
  return {};
}

Result<void> S3Upload::put_whole() {
  const std::string_view content = filling_ ? as_text(filling_->bytes()) : std::string_view();
  PG2ATHENA_ASSIGN(const PutOutcome outcome,
                   objects_.put(key_, content, PutCondition::if_absent(),
                                {.id = attempt_, .patience = S3Patience::Patient, .stop = options_.stop}));
  if (std::holds_alternative<Stored>(outcome)) return {};
  return expect_ours();
}

Result<void> S3Upload::complete_parts() {
  if (filling_) PG2ATHENA_TRY(send_part());
  PG2ATHENA_ASSIGN(const std::vector<S3Part> parts_done, parts_->finish());
  const std::string body = complete_body(parts_done);
  const aws::ServiceCall call = bucket_.call({.operation = "CompleteMultipartUpload",
                                              .action = "s3:PutObject",
                                              .method = "POST",
                                              .key = key_,
                                              .query = {{"uploadId", upload_id_}},
                                              .headers = {{"Content-Type", "application/xml"},
                                                          {"If-None-Match", "*"},
                                                          {"x-amz-checksum-type", "FULL_OBJECT"},
                                                          {kChecksumHeader, checksum_text(crc64_nvme_)},
                                                          {"x-amz-mp-object-size", std::to_string(size_)}},
                                              .body = as_bytes(body),
                                              .stall = kCompleteStall,
                                              .error_in_ok_body = true});
  const aws::ServiceParts& parts = bucket_.parts(S3Patience::Patient);
  aws::ServiceAttempts attempts(parts, call);
  auto answer = aws::call_service(parts, call, attempts);
  if (!answer) return judge_failure(bucket_.locate(std::move(answer).error(), key_), attempts.uncertain());
  PG2ATHENA_ASSIGN(const std::string checksum, read_completed_checksum(answer->body));
  return check_whole(checksum);
}

// A failed completion may be one that took effect, and whose answer got lost.
Result<void> S3Upload::judge_failure(Error error, bool uncertain) const {
  const std::string_view code = error.context("code");
  if (uncertain) {
    const auto found = objects_.head(key_);
    if (found && *found && (*found)->attempt == attempt_) return check_whole((*found)->checksum);
  }
  if (code == "PreconditionFailed") return expect_ours();
  if (code == "ConditionalRequestConflict") {
    return fail(
        Error(ErrorKind::UploadLost, "another request to this key met ours, and S3 gave our upload up")
            .because(std::move(error)));
  }
  return fail(std::move(error));
}

// The key is taken: an upload never overwrites.
Result<void> S3Upload::expect_ours() const {
  return fail(
      Error(ErrorKind::Storage, "the object exists already, and isn't overwritten")
          .with("object", bucket_.options().location.url(key_))
          .hint("its key has a run's id in it, which is never used twice: something copies objects here"));
}

// That what is there is what was sent: by the checksum that S3 made of it.
Result<void> S3Upload::check_whole(const std::string& checksum) const {
  const std::string ours = checksum_text(crc64_nvme_);
  if (checksum == ours) return {};
  if (checksum.empty()) {
    PG2ATHENA_ASSIGN(const auto found, objects_.head(key_));
    const bool whole = found && found->size == size_ && (found->checksum.empty() || found->checksum == ours);
    if (whole) return {};
  }
  return fail(
      Error(ErrorKind::CorruptInput, "the object in S3 isn't what was sent: its size or checksum differ")
          .with("object", bucket_.options().location.url(key_))
          .hint(kDamaged));
}

// Also of uploads under this key whose beginning got no answer: the key is this attempt's alone.
void S3Upload::abort() {
  const auto tell = [this](Error error) {
    if (!left_behind_) return;
    const std::string hint = error.hint().empty() ? "" : error.hint() + "; ";
    left_behind_(Error(ErrorKind::Storage, "an unfinished upload may be left in S3, which costs its space")
                     .with("object", bucket_.options().location.url(key_))
                     .hint(hint + "pg2athena gc finds it and removes it")
                     .because(std::move(error)));
  };
  if (!complete_ && !upload_id_.empty()) {
    if (auto aborted = objects_.abort(key_, upload_id_); !aborted) tell(std::move(aborted).error());
  }
  if (!begun_more_than_once_) return;
  auto others = objects_.unfinished(key_);
  if (!others) return tell(std::move(others).error());
  for (const S3UnfinishedUpload& other : *others) {
    if (other.key != key_) continue;
    if (auto aborted = objects_.abort(key_, other.upload_id); !aborted) tell(std::move(aborted).error());
  }
}

}  // namespace pg2athena::storage
