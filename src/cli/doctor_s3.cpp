// The checks of a lake in S3, for a build with AWS.
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "aws/checksum.h"
#include "aws/service_error.h"
#include "aws/session.h"
#include "base/bytes.h"
#include "base/run_id.h"
#include "cli/doctor.h"
#include "cli/doctor_glue.h"
#include "cli/glue_access.h"
#include "storage/find_bucket.h"
#include "storage/s3_answers.h"
#include "storage/s3_objects.h"

namespace pg2athena::cli {
namespace {

using storage::PutCondition;
using storage::S3Bucket;
using storage::S3Objects;
using storage::S3Patience;

constexpr std::string_view kContent = "pg2athena doctor\n";

class S3Checks {
 public:
  S3Checks(S3Bucket bucket, const Clock& clock, Checkup& checkup)
      : bucket_(std::move(bucket)),
        objects_(bucket_),
        clock_(clock),
        checkup_(checkup),
        id_(make_run_id(clock.now())),
        key_("_pg2athena/doctor/" + id_) {}

  void run() {
    absent();
    if (put()) {
      read();
      conditional_put();
    }
    multipart();
    if (there_) checkup_.take("delete", objects_.remove(key_), [] { return "what was tried is removed"; });
  }

 private:
  // S3 says that an object isn't there only to who may list.
  void absent() {
    const auto found = objects_.get(key_);
    checkup_.take("read, absent", found, [] { return "an object that isn't there is said not to be"; });
  }

  bool put() {
    aws::HttpHeaders headers = bucket_.object_headers(key_, id_);
    headers.push_back(
        {storage::kChecksumHeader, storage::checksum_text(aws::crc64_nvme(as_bytes(kContent)))});
    const auto answer = bucket_.send({.operation = "PutObject",
                                      .action = "s3:PutObject",
                                      .method = "PUT",
                                      .key = key_,
                                      .headers = std::move(headers),
                                      .body = as_bytes(kContent)},
                                     S3Patience::Brief);
    if (!checkup_.take("put", answer, [&] { return bucket_.options().location.url(key_); })) return false;
    there_ = true;
    check_clock(*answer);
    check_encryption(*answer);
    if (const std::string& acl = bucket_.options().objects.acl; !acl.empty())
      checkup_.ok("acl", acl + " is taken");
    if (const auto& tags = bucket_.options().objects.tags; !tags.empty()) {
      checkup_.ok("tags", fmt::format("{} {} taken", tags.size(), tags.size() == 1 ? "is" : "are"));
    }
    return true;
  }

  void check_clock(const aws::HttpResponse& answer) {
    using std::chrono::seconds;
    const auto there = aws::parse_http_date(aws::find_header(answer.headers, "Date"));
    if (!there) return;
    const auto offset = std::chrono::duration_cast<seconds>(*there - clock_.now());
    constexpr seconds kMuch{60};
    if (offset > -kMuch && offset < kMuch) {
      checkup_.ok("clock", "as the store's, to a minute");
    } else {
      checkup_.warn("clock", fmt::format("this machine's differs from the store's by {} s", -offset.count()),
                    "set this machine's clock: signatures are good for 15 minutes around the store's");
    }
  }

  void check_encryption(const aws::HttpResponse& answer) {
    const std::string_view kind = aws::find_header(answer.headers, "x-amz-server-side-encryption");
    const std::string_view key =
        aws::find_header(answer.headers, "x-amz-server-side-encryption-aws-kms-key-id");
    const auto as_asked = bucket_.check_encryption(answer);
    if (!as_asked) return checkup_.fail("encryption", as_asked.error());
    if (kind.empty()) {
      return checkup_.warn("encryption", "the store doesn't say whether it encrypts",
                           "target.encryption asks for it; without it the bucket's default decides");
    }
    checkup_.ok("encryption", fmt::format("{}{}{}", kind, key.empty() ? "" : " with ", key));
  }

  void read() {
    const auto found = objects_.get(key_);
    if (found && (!*found || (*found)->content != kContent)) {
      return checkup_.fail("read", "what was put isn't what is there",
                           "the store, or a proxy before it, changes data");
    }
    checkup_.take("read", found, [] { return "what was put is there"; });
  }

  void conditional_put() {
    constexpr const char* kUnsafe =
        "don't use this store: two runs at once could overwrite each other's decision. S3 and MinIO keep it";
    const auto absent = objects_.put(key_, "another\n", PutCondition::if_absent(), {.id = id_ + "-2"});
    if (!absent) return checkup_.fail("conditional put", absent.error());
    if (std::holds_alternative<storage::Stored>(*absent)) {
      return checkup_.fail("conditional put", "the store ignores If-None-Match", kUnsafe);
    }
    const auto matches =
        objects_.put(key_, "another\n", PutCondition::if_matches("\"00000000000000000000000000000000\""),
                     {.id = id_ + "-3"});
    if (!matches) return checkup_.fail("conditional put", matches.error());
    if (std::holds_alternative<storage::Stored>(*matches)) {
      return checkup_.fail("conditional put", "the store ignores If-Match", kUnsafe);
    }
    checkup_.ok("conditional put", "If-None-Match and If-Match are kept");
  }

  void multipart() {
    const auto begun = bucket_.send({.operation = "CreateMultipartUpload",
                                     .action = "s3:PutObject",
                                     .method = "POST",
                                     .key = key_,
                                     .query = {{"uploads", ""}},
                                     .headers = bucket_.upload_headers(key_, id_)},
                                    S3Patience::Brief);
    if (!begun) return checkup_.fail("multipart", begun.error());
    const auto id = storage::read_upload_id(begun->body);
    if (!id) return checkup_.fail("multipart", id.error());
    if (part(*id)) complete(*id);
    const auto listed = objects_.unfinished(key_);
    checkup_.take("list uploads", listed, [&] { return "unfinished uploads can be found: gc works"; });
    checkup_.take("abort", objects_.abort(key_, *id), [] { return "an unfinished upload can be given up"; });
  }

  bool part(const std::string& upload_id) {
    checksum_ = storage::checksum_text(aws::crc64_nvme(as_bytes(kContent)));
    const auto sent = bucket_.send({.operation = "UploadPart",
                                    .action = "s3:PutObject",
                                    .method = "PUT",
                                    .key = key_,
                                    .query = {{"partNumber", "1"}, {"uploadId", upload_id}},
                                    .headers = {{storage::kChecksumHeader, checksum_}},
                                    .body = as_bytes(kContent)},
                                   S3Patience::Brief);
    if (sent) etag_ = aws::find_header(sent->headers, "ETag");
    return checkup_.take("multipart", sent, [] { return "an upload is begun, and a part of it sent"; });
  }

  // Over the object that is there: it has to be refused.
  void complete(const std::string& upload_id) {
    if (!there_) return;
    const std::string body = storage::complete_body({{.number = 1, .etag = etag_, .checksum = checksum_}});
    const auto done = bucket_.send({.operation = "CompleteMultipartUpload",
                                    .action = "s3:PutObject",
                                    .method = "POST",
                                    .key = key_,
                                    .query = {{"uploadId", upload_id}},
                                    .headers = {{"Content-Type", "application/xml"}, {"If-None-Match", "*"}},
                                    .body = as_bytes(body),
                                    .error_in_ok_body = true},
                                   S3Patience::Brief);
    if (done) {
      checkup_.fail("conditional end", "the store ignores If-None-Match at the end of a multipart upload",
                    "don't use this store: data could be overwritten. S3 and MinIO keep it");
    } else if (done.error().context("code") == "PreconditionFailed") {
      checkup_.ok("conditional end", "If-None-Match is kept at the end of a multipart upload, too");
    } else {
      checkup_.fail("conditional end", done.error());
    }
  }

  const S3Bucket bucket_;
  const S3Objects objects_;
  const Clock& clock_;
  Checkup& checkup_;
  const std::string id_;
  const std::string key_;
  bool there_ = false;  // the object that is tried with
  std::string checksum_;
  std::string etag_;
};

std::string described(const aws::Credentials& credentials, const Clock& clock) {
  std::string text = fmt::format("{}, access key {}", credentials.source, credentials.access_key_id);
  if (credentials.expiration) {
    text += fmt::format(", until {}", rfc3339(*credentials.expiration));
    if (*credentials.expiration < clock.now()) text += ", which is over";
  }
  return text;
}

// The bucket where it is, also when listing is denied, since the rest may work. None: nothing will.
std::optional<S3Bucket> find_bucket(const DoctorParts& parts, aws::Session& session,
                                    aws::CredentialsProvider& credentials, Checkup& checkup) {
  const auto options = config::s3_options(parts.configuration);
  if (!options) {
    checkup.fail("bucket", options.error());
    return std::nullopt;
  }
  auto found = storage::find_bucket(session.parts(), credentials, *options, session.region());
  if (!found) {
    checkup.fail("bucket", found.error());
    return std::nullopt;
  }
  const bool usable = checkup.take("list", found->listed, [&] {
    return fmt::format("{} in {}, at {}", options->location.url(), found->bucket.region(),
                       found->bucket.endpoint());
  });
  if (!usable && found->listed.error().kind() != ErrorKind::PermissionDenied) return std::nullopt;
  return std::move(found->bucket);
}

}  // namespace

void check_s3(const DoctorParts& parts, const pipeline::Plan* plan, Checkup& checkup) {
  const auto session = parts.aws.session();
  if (!session) return checkup.fail("credentials", session.error());
  aws::CredentialsProvider* credentials = &(*session)->credentials();
  const auto own = credentials->get();
  if (!checkup.take("credentials", own, [&] { return described(*own, parts.clock); })) return;
  std::unique_ptr<aws::CredentialsProvider> role;
  if (const std::string& arn = parts.configuration.target_role.arn; !arn.empty()) {
    role = (*session)->assume(parts.configuration.target_role);
    credentials = role.get();
    const auto assumed = role->get();
    if (!checkup.take("role", assumed, [&] { return described(*assumed, parts.clock); })) return;
  }
  auto bucket = find_bucket(parts, **session, *credentials, checkup);
  if (!bucket) return;
  const std::string region = bucket->region();
  S3Checks(std::move(*bucket), parts.clock, checkup).run();
  if (parts.configuration.glue.database.empty()) return;
  check_glue(parts, plan, open_glue(parts.configuration, **session, *credentials, region), checkup);
}

}  // namespace pg2athena::cli
