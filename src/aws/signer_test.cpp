#include "aws/signer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::aws {
namespace {

using namespace std::chrono_literals;

// The examples of "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)" in the
// Amazon S3 API Reference. Botocore judges many more: tests/aws/test_signer.py.
class SignerTest : public testing::Test {
 protected:
  std::string signature(HttpRequest request) {
    const auto signed_well = signer_.sign(request,
                                          {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                           .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
                                          {.service = "s3", .region = "us-east-1", .s3 = true},
                                          std::chrono::sys_days(std::chrono::May / 24 / 2013));
    if (!signed_well) return signed_well.error().describe();
    const std::string text(find_header(request.headers, "Authorization"));
    return text.substr(text.find("Signature=") + 10);
  }
  CrtLibrary library_;
  Signer signer_{library_};
};

TEST_F(SignerTest, Amazons_examples_have_Amazons_signatures) {
  EXPECT_EQ(signature({.url = "https://examplebucket.s3.amazonaws.com/test.txt",
                       .headers = {{"Range", "bytes=0-9"}}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(signature({.method = "PUT",
                       .url = "https://examplebucket.s3.amazonaws.com/test%24file.text",
                       .headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                       .body = as_bytes("Welcome to Amazon S3.")}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(signature({.url = "https://examplebucket.s3.amazonaws.com/?lifecycle"}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(signature({.url = "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_F(SignerTest, A_request_can_be_signed_again) {
  HttpRequest request{.url = "https://h:9000/", .headers = {{"X-Amz-Target", "a.B"}, {"X-Empty", ""}}};
  const SigningScope scope{.service = "glue", .region = "eu-central-1"};
  const auto time = std::chrono::sys_days(std::chrono::May / 24 / 2013);
  ASSERT_TRUE(signer_.sign(request, {.access_key_id = "a", .secret_access_key = "s", .session_token = "old"},
                           scope, time));
  EXPECT_EQ(find_header(request.headers, "X-Amz-Security-Token"), "old");
  ASSERT_TRUE(signer_.sign(request, {.access_key_id = "b", .secret_access_key = "s"}, scope, time + 1h));
  EXPECT_EQ(find_header(request.headers, "X-Amz-Security-Token"), "");
  EXPECT_EQ(find_header(request.headers, "X-Amz-Date"), "20130524T010000Z");
  EXPECT_EQ(find_header(request.headers, "Host"), "h:9000");
  EXPECT_EQ(find_header(request.headers, "X-Amz-Target"), "a.B");
  EXPECT_EQ(std::ranges::count(request.headers, std::string("Host"), &HttpHeader::name), 1);
  EXPECT_TRUE(
      find_header(request.headers, "Authorization").starts_with("AWS4-HMAC-SHA256 Credential=b/20130524/"));
}

TEST_F(SignerTest, Without_a_key_there_is_no_signature) {
  HttpRequest request{.url = "https://h/"};
  EXPECT_EQ(signer_.sign(request, {}, {.service = "s3", .region = "r"}, {}).error().kind(),
            ErrorKind::Authentication);
}

}  // namespace
}  // namespace pg2athena::aws
