// The store over S3 against S3 in memory: what it promises as every store does, what it says to S3, and what
// it makes of trouble.
#include "storage/s3_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/crt.h"
#include "aws/fakes_for_tests.h"
#include "aws/signer.h"
#include "storage/every_store_for_tests.h"
#include "storage/fake_s3_for_tests.h"
#include "storage/part_size.h"
#include "storage/s3_unfinished.h"

namespace pg2athena::storage {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Fault = FakeS3::Fault;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

// One for the whole program: AWS's runtime can be started once at a time.
aws::CrtLibrary& library() {
  static aws::CrtLibrary the_library;
  return the_library;
}

S3Options options_of_test() {
  return {.location = {.bucket = "bucket", .prefix = "lake"}, .endpoint = "https://s3.test"};
}

struct S3Backed {
  explicit S3Backed(const S3Options& options = options_of_test())
      : opened(S3Store::open(parts, credentials, options, "us-east-1",
                             [this](const Error& error) { left_behind.push_back(error.describe()); })) {}

  FakeS3 s3;
  aws::Signer signer{library()};
  FakeTimes times;
  aws::ClockOffset offset;
  aws::ServiceParts parts{s3, signer, times, offset};
  aws::StaticCredentials credentials{{.access_key_id = "AKID", .secret_access_key = "secret"}};
  std::vector<std::string> left_behind;
  Result<std::unique_ptr<S3Store>> opened;
  S3Store& store = **opened;

  Result<void> upload(const std::string& key, std::string_view content,
                      const UploadOptions& upload_options = {}) {
    PG2ATHENA_ASSIGN(const auto upload, store.start_upload(key, upload_options));
    while (!content.empty()) {
      const std::string_view piece = content.substr(0, 300'000);
      PG2ATHENA_TRY(upload->write(as_bytes(piece)));
      content.remove_prefix(piece.size());
    }
    return upload->complete();
  }
  std::string stored(const std::string& key) { return s3.objects.at("lake/" + key).content; }
};

INSTANTIATE_TYPED_TEST_SUITE_P(S3, EveryStore, S3Backed);

// Text of so many bytes in which no two places are alike.
std::string long_text(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 16);
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",";
  text.resize(bytes);
  return text;
}

TEST(S3Unfinished, Uploads_are_found_by_the_lakes_keys_and_aborted) {
  S3Backed s3;
  s3.s3.uploads = {{"1", {.key = "lake/t/data/run/0-0-0.parquet", .headers = {}, .parts = {}}},
                   {"2", {.key = "other/backup", .headers = {}, .parts = {}}}};
  S3Unfinished unfinished(s3.store);
  EXPECT_TRUE(unfinished.by_whole_keys_only()) << "the endpoint isn't AWS's, and may be MinIO's";
  const std::vector<UnfinishedUpload> found = unfinished.unfinished("").value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, "t/data/run/0-0-0.parquet");
  EXPECT_EQ(found[0].id, "1");
  ASSERT_TRUE(unfinished.abort(found[0]).has_value());
  ASSERT_TRUE(unfinished.abort(found[0]).has_value()) << "is gone, which is no error";
  EXPECT_EQ(s3.s3.uploads.size(), 1U);

  S3Options of_aws = options_of_test();
  of_aws.endpoint = "https://s3.us-east-1.amazonaws.com";
  const S3Backed aws(of_aws);
  EXPECT_FALSE(S3Unfinished(aws.store).by_whole_keys_only());
}

TEST(S3Store, A_small_object_is_one_request) {
  S3Backed s3;
  ASSERT_TRUE(s3.upload("t/1.parquet", "small"));
  EXPECT_EQ(s3.s3.count("PutObject"), 1);
  EXPECT_EQ(s3.s3.count("CreateMultipartUpload"), 0);
  EXPECT_EQ(s3.s3.last("PutObject").header("If-None-Match"), "*");
  EXPECT_EQ(s3.stored("t/1.parquet"), "small");
}

TEST(S3Store, An_object_of_exactly_one_part_is_one_request_and_one_byte_more_is_two_parts) {
  S3Backed s3;
  const std::string text = long_text(kUsualPart + 1);
  ASSERT_TRUE(s3.upload("one", std::string_view(text).substr(0, kUsualPart)));
  EXPECT_EQ(s3.s3.count("CreateMultipartUpload"), 0);
  ASSERT_TRUE(s3.upload("two", text));
  EXPECT_EQ(s3.s3.count("UploadPart"), 2);
  EXPECT_EQ(s3.stored("two"), text);
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
}

TEST(S3Store, A_large_object_goes_in_parts_with_their_checksums_and_its_own) {
  S3Backed s3;
  const std::string text = long_text(20 * kMiB);
  ASSERT_TRUE(s3.upload("t/1.parquet", text));
  EXPECT_EQ(s3.stored("t/1.parquet"), text);
  EXPECT_EQ(s3.s3.count("UploadPart"), 3);
  const FakeS3::Asked& create = s3.s3.last("CreateMultipartUpload");
  EXPECT_EQ(create.header("x-amz-checksum-algorithm"), "CRC64NVME");
  EXPECT_EQ(create.header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(create.header("Content-Type"), "application/vnd.apache.parquet");
  const FakeS3::Asked& complete = s3.s3.last("CompleteMultipartUpload");
  EXPECT_EQ(complete.header("If-None-Match"), "*");
  EXPECT_EQ(complete.header("x-amz-mp-object-size"), std::to_string(text.size()));
  EXPECT_FALSE(s3.s3.last("UploadPart").header(kChecksumHeader).empty());
}

TEST(S3Store, Objects_are_asked_for_as_the_options_say) {
  S3Options options = options_of_test();
  options.bucket_owner = "123456789012";
  options.objects = {.encryption = S3Encryption::Kms,
                     .kms_key = "alias/lake",
                     .encryption_context = {{"department", "sales \"1\""}},
                     .bucket_key = true,
                     .acl = "bucket-owner-full-control",
                     .storage_class = "STANDARD_IA",
                     .tags = {{"team", "data & lake"}}};
  S3Backed s3(options);
  ASSERT_TRUE(s3.upload("t/1.parquet", "small"));
  ASSERT_TRUE(s3.upload("t/2.parquet", long_text(9 * kMiB)));
  for (const char* const operation : {"PutObject", "CreateMultipartUpload"}) {
    const FakeS3::Asked& asked = s3.s3.last(operation);
    EXPECT_EQ(asked.header("x-amz-server-side-encryption"), "aws:kms");
    EXPECT_EQ(asked.header("x-amz-server-side-encryption-aws-kms-key-id"), "alias/lake");
    EXPECT_EQ(asked.header("x-amz-server-side-encryption-context"),
              "eyJkZXBhcnRtZW50Ijoic2FsZXMgXCIxXCIifQ==");  // {"department":"sales \"1\""}
    EXPECT_EQ(asked.header("x-amz-server-side-encryption-bucket-key-enabled"), "true");
    EXPECT_EQ(asked.header("x-amz-acl"), "bucket-owner-full-control");
    EXPECT_EQ(asked.header("x-amz-storage-class"), "STANDARD_IA");
    EXPECT_EQ(asked.header("x-amz-tagging"), "team=data%20%26%20lake");
    EXPECT_EQ(asked.header("x-amz-expected-bucket-owner"), "123456789012");
  }
  ASSERT_TRUE(s3.store.put("r.json", "{}", PutCondition::none()));
  EXPECT_EQ(s3.s3.last("PutObject").header("x-amz-storage-class"), "") << "a record";
}

TEST(S3Store, A_store_that_keeps_quiet_about_encryption_is_refused) {
  S3Options options = options_of_test();
  options.objects.encryption = S3Encryption::S3Managed;
  S3Backed s3(options);
  s3.s3.knows_encryption = false;
  const auto small = s3.upload("t/1.parquet", "small");
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error().describe(), HasSubstr("AES256"));
  EXPECT_FALSE(s3.upload("t/2.parquet", long_text(9 * kMiB)));
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
}

TEST(S3Store, The_bucket_is_in_the_host_of_AWS_and_in_the_path_elsewhere_and_with_dots) {
  S3Backed s3;
  const auto url = [&](S3Options options) {
    return S3Bucket::create(s3.parts, s3.credentials, std::move(options), "eu-central-1")
        ->call({.operation = "GetObject", .key = "a=1/b"})
        .request.url;
  };
  const S3Options aws{.location = {.bucket = "bucket", .prefix = "lake"}};
  EXPECT_EQ(url(aws), "https://bucket.s3.eu-central-1.amazonaws.com/lake/a%3D1/b");
  const S3Options dots{.location = {.bucket = "my.bucket"}};
  EXPECT_EQ(url(dots), "https://s3.eu-central-1.amazonaws.com/my.bucket/a%3D1/b");
  EXPECT_EQ(url(options_of_test()), "https://s3.test/bucket/lake/a%3D1/b");
  S3Options host = options_of_test();
  host.addressing = S3Addressing::VirtualHost;
  EXPECT_EQ(url(host), "https://bucket.s3.test/lake/a%3D1/b");
}

TEST(S3Store, Another_region_is_learned_from_the_bucket_unless_one_was_named) {
  FakeS3 s3;
  s3.region = "eu-west-1";
  const aws::Signer signer(library());
  FakeTimes times;
  aws::ClockOffset offset;
  aws::StaticCredentials credentials({.access_key_id = "AKID", .secret_access_key = "secret"});
  const aws::ServiceParts parts{s3, signer, times, offset};
  const auto opened = S3Store::open(parts, credentials, options_of_test(), "us-east-1", {});
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_EQ((*opened)->bucket().region(), "eu-west-1");
  S3Options named = options_of_test();
  named.region = "us-east-1";
  const auto refused = S3Store::open(parts, credentials, named, "eu-west-1", {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().hint(), HasSubstr("eu-west-1"));
}

TEST(S3Store, Each_part_is_sent_again_by_itself) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    if (asked.operation != "UploadPart") return Fault();
    return count == 1 ? Fault::answer(503, "SlowDown") : count == 3 ? Fault::lost() : Fault();
  };
  const std::string text = long_text(20 * kMiB);
  ASSERT_TRUE(s3.upload("big", text));
  EXPECT_EQ(s3.stored("big"), text);
  EXPECT_EQ(s3.s3.count("UploadPart"), 5);
}

TEST(S3Store, Memory_bounds_the_parts_that_are_held) {
  S3Backed s3;
  const std::string text = long_text(40 * kMiB);
  ASSERT_TRUE(s3.upload("big", text, {.memory_bytes = 2 * kSmallestPart}));
  EXPECT_EQ(s3.s3.count("UploadPart"), 8) << "parts of 5 MiB";
  EXPECT_EQ(s3.stored("big"), text);
}

TEST(S3Store, An_upload_that_is_not_complete_leaves_nothing) {
  S3Backed s3;
  {
    const auto upload = s3.store.start_upload("big").value();
    const std::string text = long_text(20 * kMiB);
    ASSERT_TRUE(upload->write(as_bytes(text)));
    EXPECT_EQ(s3.s3.uploads.size(), 1U);
  }
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
  EXPECT_THAT(s3.s3.objects, IsEmpty());
  EXPECT_THAT(s3.left_behind, IsEmpty());
}

TEST(S3Store, An_upload_that_can_not_be_aborted_is_told_of) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int) {
    return asked.operation == "AbortMultipartUpload" ? Fault::answer(403, "AccessDenied") : Fault();
  };
  {
    const auto upload = s3.store.start_upload("big").value();
    ASSERT_TRUE(upload->write(as_bytes(long_text(20 * kMiB))));
  }
  ASSERT_EQ(s3.left_behind.size(), 1U);
  EXPECT_THAT(s3.left_behind[0], HasSubstr("AbortMultipartUpload"));
}

TEST(S3Store, A_beginning_without_an_answer_leaves_no_upload) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    return asked.operation == "CreateMultipartUpload" && count == 1 ? Fault::answer_lost() : Fault();
  };
  ASSERT_TRUE(s3.upload("big", long_text(9 * kMiB)));
  EXPECT_EQ(s3.s3.count("CreateMultipartUpload"), 2);
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
}

TEST(S3Store, A_completion_whose_answer_got_lost_is_one) {
  for (const char* const operation : {"CompleteMultipartUpload", "PutObject"}) {
    S3Backed s3;
    s3.s3.fault = [&](const FakeS3::Asked& asked, int count) {
      return asked.operation == operation && count == 1 ? Fault::answer_lost() : Fault();
    };
    const std::string text = long_text(operation == std::string("PutObject") ? kMiB : 9 * kMiB);
    const auto uploaded = s3.upload("big", text);
    EXPECT_TRUE(uploaded) << uploaded.error();
    EXPECT_EQ(s3.stored("big"), text);
    EXPECT_THAT(s3.s3.uploads, IsEmpty());
  }
}

TEST(S3Store, An_error_in_an_answer_of_200_is_one) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    return asked.operation == "CompleteMultipartUpload" && count <= 2 ? Fault::answer(200, "InternalError")
                                                                      : Fault();
  };
  EXPECT_TRUE(s3.upload("big", long_text(9 * kMiB)));
  EXPECT_EQ(s3.s3.count("CompleteMultipartUpload"), 3);
}

TEST(S3Store, What_S3_made_of_the_parts_is_compared) {
  S3Backed s3;
  s3.s3.knows_checksums = false;
  EXPECT_TRUE(s3.upload("big", long_text(9 * kMiB))) << "a store without checksums: the size";
  EXPECT_EQ(s3.s3.count("HeadObject"), 1);
}

TEST(S3Store, An_upload_that_another_request_met_is_an_error_and_aborted) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int) {
    return asked.operation == "CompleteMultipartUpload" ? Fault::answer(409, "ConditionalRequestConflict")
                                                        : Fault();
  };
  const auto refused = s3.upload("big", long_text(9 * kMiB));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::UploadLost);
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
}

TEST(S3Store, A_refused_part_ends_the_upload_at_once_with_the_right_that_is_missing) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int) {
    return asked.operation == "UploadPart" ? Fault::answer(403, "AccessDenied") : Fault();
  };
  const auto refused = s3.upload("big", long_text(40 * kMiB));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(refused.error().hint(), HasSubstr("s3:PutObject"));
  EXPECT_EQ(refused.error().context("object"), "s3://bucket/lake/big");
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
}

TEST(S3Store, A_stop_ends_an_upload_between_attempts) {
  S3Backed s3;
  Cancellation stop;
  s3.s3.fault = [&](const FakeS3::Asked& asked, int) {
    if (asked.operation != "UploadPart") return Fault();
    stop.request(Cancellation::Reason::Operator);
    return Fault::lost();
  };
  const auto stopped = s3.upload("big", long_text(40 * kMiB), {.stop = &stop});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Interrupted);
  EXPECT_THAT(s3.s3.uploads, IsEmpty());
}

TEST(S3Store, A_put_whose_answer_got_lost_is_ours_and_another_puts_object_is_not) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    return asked.operation == "PutObject" && count == 1 ? Fault::answer_lost() : Fault();
  };
  const auto ours = s3.store.put("r.json", "1", PutCondition::if_absent());
  ASSERT_TRUE(ours) << ours.error();
  EXPECT_EQ(std::get<Stored>(*ours).etag, s3.s3.objects.at("lake/r.json").etag);

  S3Backed other;
  other.s3.fault = [&](const FakeS3::Asked& asked, int count) {
    if (asked.operation != "PutObject" || count != 1) return Fault();
    other.s3.objects["lake/r.json"] = {.content = "2", .etag = "\"x\""};
    return Fault::lost();
  };
  const auto theirs = other.store.put("r.json", "1", PutCondition::if_absent());
  ASSERT_TRUE(theirs) << theirs.error();
  EXPECT_TRUE(std::holds_alternative<ConditionFailed>(*theirs));
}

TEST(S3Store, A_put_that_meets_another_is_sent_again) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    return asked.operation == "PutObject" && count <= 2 ? Fault::answer(409, "ConditionalRequestConflict")
                                                        : Fault();
  };
  EXPECT_TRUE(s3.store.put("r.json", "1", PutCondition::if_absent()));
  EXPECT_EQ(s3.s3.count("PutObject"), 3);
}

TEST(S3Store, A_put_that_may_still_take_effect_is_a_connection_error) {
  S3Backed s3;
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    if (asked.operation != "PutObject") return Fault();
    return count == 1 ? Fault::lost() : Fault::answer(403, "AccessDenied");
  };
  EXPECT_EQ(s3.store.put("r.json", "1", PutCondition::if_absent()).error().kind(), ErrorKind::Connection);
}

TEST(S3Store, A_long_list_is_read_to_its_end) {
  S3Backed s3;
  s3.s3.page = 3;
  for (int i = 0; i < 10; ++i) s3.s3.objects["lake/a/" + std::to_string(i)] = {.content = "x", .etag = "e"};
  s3.s3.objects["lake/a/folder/"] = {.content = "", .etag = "e"};
  s3.s3.objects["lakes/a/0"] = {.content = "x", .etag = "e"};
  EXPECT_EQ(s3.store.list("a/").value().size(), 10U) << "no console's folder, and no other lake";
}

std::string read(ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '?');
  const auto done = source.read(offset, std::as_writable_bytes(std::span(bytes)));
  return done ? bytes : done.error().describe();
}

TEST(S3Source, Small_reads_in_a_row_are_one_request_for_each_window) {
  S3Backed s3;
  const std::string text = long_text(3 * kMiB + 17);
  ASSERT_TRUE(s3.upload("t/1.parquet", text));
  const auto source = s3.store.open("t/1.parquet", {.memory_bytes = kMiB}).value();
  std::string all;
  constexpr std::size_t kPiece = 10'000;
  while (all.size() < text.size()) {
    all += read(*source, all.size(), std::min(kPiece, text.size() - all.size()));
  }
  EXPECT_TRUE(all == text);
  EXPECT_EQ(s3.s3.count("HeadObject"), 1);
  EXPECT_EQ(s3.s3.count("GetObject"), 4);
  EXPECT_EQ(s3.s3.last("GetObject").header("Range"), "bytes=3145728-3145744");
  EXPECT_EQ(s3.s3.last("GetObject").header("If-Match"), s3.s3.objects.at("lake/t/1.parquet").etag);
}

TEST(S3Source, The_footer_is_one_request) {
  S3Backed s3;
  const std::string text = long_text(9 * kMiB);
  ASSERT_TRUE(s3.upload("t/1.parquet", text));
  const auto source = s3.store.open("t/1.parquet").value();
  EXPECT_EQ(read(*source, text.size() - 8, 8), text.substr(text.size() - 8));
  EXPECT_EQ(read(*source, text.size() - 5000, 4992), text.substr(text.size() - 5000, 4992));
  EXPECT_EQ(s3.s3.count("GetObject"), 1);
}

TEST(S3Source, Columns_that_are_read_in_turn_have_a_window_each) {
  S3Backed s3;
  const std::string text = long_text(8 * kMiB);
  ASSERT_TRUE(s3.upload("t/1.parquet", text));
  constexpr std::size_t kPlaces = 4;
  constexpr std::size_t kPiece = 50'000;
  const auto source = s3.store.open("t/1.parquet", {.places = kPlaces, .memory_bytes = 4 * kMiB}).value();
  for (std::size_t at = 0; at < 2 * kMiB - kPiece; at += kPiece) {
    for (std::size_t place = 0; place < kPlaces; ++place) {
      ASSERT_EQ(read(*source, place * 2 * kMiB + at, kPiece), text.substr(place * 2 * kMiB + at, kPiece));
    }
  }
  EXPECT_EQ(s3.s3.count("GetObject"), 8) << "two windows for each place";
}

TEST(S3Source, What_is_larger_than_a_window_is_asked_for_in_pieces_and_not_kept) {
  S3Backed s3;
  const std::string text = long_text(20 * kMiB);
  ASSERT_TRUE(s3.upload("t/1.parquet", text));
  const auto source = s3.store.open("t/1.parquet", {.memory_bytes = kMiB}).value();
  EXPECT_TRUE(read(*source, 1, text.size() - 1) == text.substr(1));
  EXPECT_EQ(s3.s3.count("GetObject"), 3);
}

TEST(S3Source, An_object_that_another_took_the_place_of_is_an_error_and_so_is_one_that_went) {
  S3Backed s3;
  ASSERT_TRUE(s3.upload("a", "old"));
  const auto source = s3.store.open("a").value();
  s3.s3.objects.at("lake/a") = {.content = "new", .etag = "\"another\""};
  EXPECT_THAT(read(*source, 0, 3), HasSubstr("another object took its place"));
  s3.s3.objects.erase("lake/a");
  EXPECT_THAT(read(*source, 0, 3), HasSubstr("NoSuchKey"));
}

TEST(S3Source, Trouble_is_outlasted_and_a_refusal_names_the_right_that_is_missing) {
  S3Backed s3;
  ASSERT_TRUE(s3.upload("a", "text"));
  s3.s3.fault = [](const FakeS3::Asked& asked, int count) {
    if (asked.operation != "GetObject") return Fault();
    return count == 1 ? Fault::lost() : count == 2 ? Fault::answer(503, "SlowDown") : Fault();
  };
  EXPECT_EQ(read(*s3.store.open("a").value(), 0, 4), "text");
  s3.s3.fault = [](const FakeS3::Asked& asked, int) {
    return asked.operation == "GetObject" ? Fault::answer(403, "InvalidObjectState") : Fault();
  };
  std::byte byte{};
  const auto archived = s3.store.open("a").value()->read(0, std::span(&byte, 1));
  ASSERT_FALSE(archived);
  EXPECT_THAT(archived.error().hint(), HasSubstr("archived"));
  s3.s3.fault = [](const FakeS3::Asked& asked, int) {
    return asked.operation == "HeadObject" ? Fault::answer(403, "AccessDenied") : Fault();
  };
  const auto refused = s3.store.open("a");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(refused.error().hint(), HasSubstr("s3:GetObject"));
  EXPECT_EQ(refused.error().context("object"), "s3://bucket/lake/a");
}

TEST(S3Source, A_store_that_knows_no_ranges_serves_whole_objects_only) {
  S3Backed s3;
  s3.s3.knows_ranges = false;
  ASSERT_TRUE(s3.upload("a", "text"));
  EXPECT_EQ(read(*s3.store.open("a").value(), 0, 4), "text");
  ASSERT_TRUE(s3.upload("b", long_text(kMiB)));
  const auto source = s3.store.open("b", {.memory_bytes = 65'536}).value();
  EXPECT_THAT(read(*source, 5, 10), HasSubstr("other bytes than were asked for"));
}

TEST(S3Source, A_stop_ends_a_read) {
  S3Backed s3;
  ASSERT_TRUE(s3.upload("a", "text"));
  Cancellation stop;
  const auto source = s3.store.open("a", {.stop = &stop}).value();
  s3.s3.fault = [&](const FakeS3::Asked&, int) {
    stop.request(Cancellation::Reason::Operator);
    return Fault::lost();
  };
  EXPECT_THAT(read(*source, 0, 4), HasSubstr("interrupted"));
}

}  // namespace
}  // namespace pg2athena::storage
