#include "storage/s3_answers.h"

#include <gtest/gtest.h>

namespace pg2athena::storage {
namespace {

TEST(S3Answers, Keys_in_lists_are_decoded) {
  const auto page = read_list(
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>a+b/c=</NextContinuationToken><Contents><Key>dt%3D2026/a+b%2Bc</Key><Size>12</"
      "Size>"
      "<LastModified>2026-01-31T03:00:00.000Z</LastModified></Contents></ListBucketResult>");
  ASSERT_TRUE(page) << page.error();
  const std::vector<S3Listed> expected = {
      {.key = "dt=2026/a b+c", .size = 12, .last_modified = "2026-01-31T03:00:00.000Z"}};
  EXPECT_EQ(page->objects, expected);
  EXPECT_EQ(page->next_token, "a+b/c=");
}

TEST(S3Answers, A_list_that_is_cut_off_is_not_taken_for_a_whole_one) {
  for (const char* const body :
       {"", "<ListBucketResult>", "<html/>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>"}) {
    const auto page = read_list(body);
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().kind(), ErrorKind::CorruptInput);
  }
}

TEST(S3Answers, Unfinished_uploads_and_where_to_go_on) {
  const auto page = read_uploads(
      "<ListMultipartUploadsResult><Upload><Key>a%2Fb</Key><UploadId>id+1</UploadId><Initiated>2026</"
      "Initiated>"
      "</Upload><IsTruncated>true</IsTruncated><NextKeyMarker>a%2Fb</NextKeyMarker>"
      "<NextUploadIdMarker>id+1</NextUploadIdMarker></ListMultipartUploadsResult>");
  ASSERT_TRUE(page) << page.error();
  const std::vector<S3UnfinishedUpload> expected = {{.key = "a/b", .upload_id = "id+1", .initiated = "2026"}};
  EXPECT_EQ(page->uploads, expected);
  EXPECT_EQ(page->next_key, "a/b");
  EXPECT_EQ(page->next_upload_id, "id+1");
  EXPECT_FALSE(
      read_uploads("<ListMultipartUploadsResult><Upload><Key>a</Key></Upload></ListMultipartUploadsResult>"));
}

TEST(S3Answers, An_upload_has_an_id) {
  EXPECT_EQ(
      read_upload_id("<InitiateMultipartUploadResult><UploadId>x</UploadId></InitiateMultipartUploadResult>"),
      "x");
  EXPECT_FALSE(read_upload_id("<InitiateMultipartUploadResult/>"));
}

TEST(S3Answers, Blanks_before_a_slow_answer_are_read_over) {
  EXPECT_EQ(read_completed_checksum(
                "  \r\n <CompleteMultipartUploadResult><ChecksumCRC64NVME>c=</ChecksumCRC64NVME>"
                "</CompleteMultipartUploadResult>"),
            "c=");
  EXPECT_EQ(read_completed_checksum("<CompleteMultipartUploadResult/>"), "");
}

TEST(S3Answers, A_completion_names_its_parts) {
  EXPECT_EQ(complete_body({{.number = 1, .etag = "\"e&1\"", .checksum = "c="}}),
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1"
            "</PartNumber><ETag>&quot;e&amp;1&quot;</ETag><ChecksumCRC64NVME>c=</ChecksumCRC64NVME></Part>"
            "</CompleteMultipartUpload>");
}

}  // namespace
}  // namespace pg2athena::storage
