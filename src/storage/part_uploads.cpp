#include "storage/part_uploads.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "aws/checksum.h"

namespace pg2athena::storage {
namespace {

using std::chrono::steady_clock;

// S3 acknowledges a part in a second or two; a store that writes to slow disks takes longer.
constexpr std::chrono::seconds kStall{20};

}  // namespace

void PartBuffer::append(std::span<const std::byte> bytes) {
  std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
  crc64_nvme_ = aws::crc64_nvme(bytes, crc64_nvme_);
}

struct PartUploads::Part {
  int number = 0;
  std::unique_ptr<PartBuffer> buffer;
  std::string checksum;
  aws::ServiceCall call;
  std::optional<aws::ServiceAttempts> attempts;
  bool in_flight = false;                            // an answer will come, or is there
  std::optional<steady_clock::time_point> again_at;  // to be sent again
  std::optional<Result<aws::HttpResponse>> answer;   // under the mutex
};

PartUploads::PartUploads(const S3Bucket& bucket, std::string key, std::uint64_t memory_bytes,
                         Cancellation* stop)
    : bucket_(bucket),
      parts_(bucket.parts(S3Patience::Patient)),
      key_(std::move(key)),
      memory_bytes_(memory_bytes) {
  if (stop != nullptr) {
    passed_on_.emplace(*stop, [this, stop] { stop_.request(stop->reason()); });
  }
}

PartUploads::~PartUploads() {
  passed_on_.reset();
  stop_.request(Cancellation::Reason::WorkerFailed);
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] {
    return std::ranges::all_of(on_their_way_,
                               [](const auto& part) { return !part->in_flight || part->answer; });
  });
}

std::unique_ptr<PartBuffer> PartUploads::from_free(std::size_t capacity) {
  while (!free_.empty()) {
    std::unique_ptr<PartBuffer> buffer = std::move(free_.back());
    free_.pop_back();
    if (buffer->capacity() == capacity) return buffer;
    bytes_ -= buffer->capacity();
  }
  return nullptr;
}

Result<std::unique_ptr<PartBuffer>> PartUploads::buffer(std::size_t capacity) {
  for (;;) {
    PG2ATHENA_TRY(settle());
    if (auto buffer = from_free(capacity)) return buffer;
    if (bytes_ == 0 || bytes_ + capacity <= memory_bytes_) {
      bytes_ += capacity;
      return std::make_unique<PartBuffer>(capacity);
    }
    PG2ATHENA_TRY(wait());
  }
}

Result<void> PartUploads::send(std::unique_ptr<PartBuffer> buffer, const std::string& upload_id) {
  auto part = std::make_unique<Part>();
  part->number = ++sent_;
  part->buffer = std::move(buffer);
  part->checksum = checksum_text(part->buffer->crc64_nvme());
  part->call = bucket_.call({.operation = "UploadPart",
                             .action = "s3:PutObject",
                             .method = "PUT",
                             .key = key_,
                             .query = {{"partNumber", std::to_string(part->number)}, {"uploadId", upload_id}},
                             .headers = {{kChecksumHeader, part->checksum}},
                             .body = part->buffer->bytes(),
                             .stall = kStall,
                             .cancellation = &stop_});
  part->attempts.emplace(parts_, part->call);
  on_their_way_.push_back(std::move(part));
  return start(*on_their_way_.back());
}

Result<void> PartUploads::start(Part& part) {
  part.again_at.reset();
  auto request = part.attempts->request();
  if (!request) return fail(bucket_.locate(std::move(request).error(), key_));
  part.in_flight = true;
  parts_.transport.start(std::move(*request), [this, &part](Result<aws::HttpResponse> answer) {
    const std::lock_guard lock(mutex_);
    part.answer = std::move(answer);
    arrived_.notify_all();
  });
  return {};
}

std::optional<Result<aws::HttpResponse>> PartUploads::take_answer(Part& part) {
  const std::lock_guard lock(mutex_);
  if (!part.answer) return std::nullopt;
  part.in_flight = false;
  return std::exchange(part.answer, std::nullopt);
}

// Takes what has come back, and sends again what is due.
Result<void> PartUploads::settle() {
  for (auto& part : on_their_way_) {
    if (auto answer = take_answer(*part)) PG2ATHENA_TRY(judge(*part, std::move(*answer)));
    if (part->again_at && parts_.times.clock().monotonic() >= *part->again_at) PG2ATHENA_TRY(start(*part));
  }
  std::erase_if(on_their_way_, [](const auto& part) { return part->buffer == nullptr; });
  return {};
}

Result<void> PartUploads::judge(Part& part, Result<aws::HttpResponse> answer) {
  aws::ServiceAttempts::Verdict verdict = part.attempts->judge(std::move(answer));
  if (auto* const error = std::get_if<Error>(&verdict)) {
    return fail(bucket_.locate(std::move(*error).with("part", std::to_string(part.number)), key_));
  }
  if (const auto* const again = std::get_if<aws::ServiceAttempts::TryAgain>(&verdict)) {
    part.again_at = parts_.times.clock().monotonic() + again->wait;
    return {};
  }
  const auto& response = std::get<aws::HttpResponse>(verdict);
  PG2ATHENA_TRY(check(part, response));
  done_.push_back({.number = part.number,
                   .etag = std::string(aws::find_header(response.headers, "ETag")),
                   .checksum = std::move(part.checksum)});
  part.buffer->clear();
  free_.push_back(std::move(part.buffer));
  return {};
}

Result<void> PartUploads::check(const Part& part, const aws::HttpResponse& answer) const {
  const std::string_view theirs = aws::find_header(answer.headers, kChecksumHeader);
  const bool etag = !aws::find_header(answer.headers, "ETag").empty();
  PG2ATHENA_TRY(bucket_.check_encryption(answer));
  if (etag && (theirs.empty() || theirs == part.checksum)) return {};
  return fail(bucket_.locate(
      Error(ErrorKind::CorruptInput,
            etag ? fmt::format("S3 has other bytes in part {} than were sent: checksum {}, not {}",
                               part.number, theirs, part.checksum)
                 : fmt::format("the answer to part {} has no ETag", part.number))
          .hint("nothing was published; something between us and the store changes data: check proxies, and "
                "that the endpoint is S3 or speaks like it"),
      key_));
}

Result<void> PartUploads::wait() {
  std::optional<steady_clock::time_point> next;
  bool in_flight = false;
  for (const auto& part : on_their_way_) {
    if (part->again_at && (!next || *part->again_at < *next)) next = part->again_at;
    in_flight = in_flight || part->in_flight;
  }
  const auto left = [&] {
    const auto time = *next - parts_.times.clock().monotonic();
    return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(time));
  };
  if (!in_flight && next) return parts_.times.wait(left(), &stop_);
  std::unique_lock lock(mutex_);
  const auto arrived = [this] {
    return std::ranges::any_of(on_their_way_, [](const auto& part) { return part->answer.has_value(); });
  };
  if (next) {
    arrived_.wait_for(lock, left(), arrived);
  } else {
    arrived_.wait(lock, arrived);
  }
  return {};
}

Result<std::vector<S3Part>> PartUploads::finish() {
  for (;;) {
    PG2ATHENA_TRY(settle());
    if (on_their_way_.empty()) break;
    PG2ATHENA_TRY(wait());
  }
  std::ranges::sort(done_, {}, &S3Part::number);
  return std::move(done_);
}

}  // namespace pg2athena::storage
