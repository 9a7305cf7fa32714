#include "aws/service_error.h"

#include <gtest/gtest.h>

namespace pg2athena::aws {
namespace {

using namespace std::chrono_literals;

// As the services answer; documented in AWS's API references and seen on the wire of MinIO and moto.
TEST(ServiceError, Is_read_from_every_form_that_services_have) {
  EXPECT_EQ(service_error_of({.status = 400,
                              .headers = {{"x-amzn-RequestId", "r1"}},
                              .body = R"({"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException",
                                          "Message":"Secrets Manager can't find\nthe specified secret."})"}),
            (ServiceError{400, "ResourceNotFoundException",
                          "Secrets Manager can't find the specified secret.", "r1"}));
  EXPECT_EQ(service_error_of(
                {.status = 401,
                 .headers = {{"x-amzn-ErrorType", "UnauthorizedException:http://internal.amazon.com/"}},
                 .body = R"({"message":"Session token not found or invalid"})"}),
            (ServiceError{401, "UnauthorizedException", "Session token not found or invalid", ""}));
  EXPECT_EQ(
      service_error_of({.status = 403,
                        .body = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access "
                                "Denied.</Message><RequestId>r2</RequestId></Error>"}),
      (ServiceError{403, "AccessDenied", "Access Denied.", "r2"}));
  EXPECT_EQ(
      service_error_of({.status = 403,
                        .body = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
                                "<Message>old</Message></Error><RequestId>r3</RequestId></ErrorResponse>"}),
      (ServiceError{403, "ExpiredToken", "old", "r3"}));
  EXPECT_EQ(service_error_of({.status = 502, .body = "<html>Bad\n gateway"}),
            (ServiceError{502, "", "<html>Bad gateway", ""}));
  EXPECT_EQ(service_error_of({.status = 404}), (ServiceError{404, "", "", ""}));
  EXPECT_EQ(service_error_of({.status = 500, .body = "\xFF\xFE"}), (ServiceError{500, "", "", ""}));
}

TEST(ServiceError, Says_whether_to_ask_again) {
  const struct {
    ServiceError error;
    Again again;
  } cases[] = {
      {{.status = 400, .code = "ThrottlingException"}, Again::Throttled},
      {{.status = 503, .code = "SlowDown"}, Again::Throttled},
      {{.status = 429}, Again::Throttled},
      {{.status = 500}, Again::Transient},
      {{.status = 503, .code = "ServiceUnavailable"}, Again::Transient},
      {{.status = 400, .code = "RequestTimeout"}, Again::Transient},
      {{.status = 501, .code = "NotImplemented"}, Again::No},
      {{.status = 403, .code = "RequestTimeTooSkewed"}, Again::ClockSkewed},
      {{.status = 400, .code = "ExpiredToken"}, Again::CredentialsOld},
      {{.status = 400, .code = "ValidationException"}, Again::No},
      {{.status = 403, .code = "AccessDenied"}, Again::No},
      {{.status = 507, .code = "XMinioStorageFull"}, Again::No},
  };
  for (const auto& [error, expected] : cases)
    EXPECT_EQ(again(error), expected) << error.status << " " << error.code;
}

TEST(ServiceError, Becomes_an_error_of_the_kind_that_the_operator_can_do_something_about) {
  const struct {
    ServiceError error;
    ErrorKind kind;
  } cases[] = {
      {{.status = 400, .code = "AccessDeniedException"}, ErrorKind::PermissionDenied},
      {{.status = 403}, ErrorKind::PermissionDenied},
      {{.status = 403, .code = "SignatureDoesNotMatch"}, ErrorKind::Authentication},
      {{.status = 403, .code = "InvalidAccessKeyId"}, ErrorKind::Authentication},
      {{.status = 400, .code = "ResourceNotFoundException"}, ErrorKind::NotFound},
      {{.status = 404}, ErrorKind::NotFound},
      {{.status = 400, .code = "ValidationException"}, ErrorKind::Service},
      {{.status = 503, .code = "SlowDown"}, ErrorKind::Service},
      {{.status = 507, .code = "XMinioStorageFull"}, ErrorKind::StorageFull},
  };
  for (const auto& [error, kind] : cases) {
    EXPECT_EQ(to_error(error, "s3", "PutObject", "s3:PutObject").kind(), kind)
        << error.status << " " << error.code;
  }
}

TEST(ServiceError, Names_what_was_asked_the_code_and_the_request) {
  const Error error =
      to_error({.status = 400, .code = "AccessDeniedException", .message = "no", .request_id = "r1"},
               "secretsmanager", "GetSecretValue", "secretsmanager:GetSecretValue");
  EXPECT_EQ(
      error.describe(),
      "permission_denied: secretsmanager refuses GetSecretValue: AccessDeniedException: no (status=400, "
      "request_id=r1, code=AccessDeniedException)");
  EXPECT_EQ(error.hint(), "the credentials' user or role needs the IAM action secretsmanager:GetSecretValue");
}

TEST(ServiceError, Retry_After_is_seconds_or_a_date) {
  const std::chrono::system_clock::time_point now = std::chrono::sys_days(std::chrono::January / 31 / 2026);
  EXPECT_EQ(retry_after({{"retry-after", "7"}}, now), 7s);
  EXPECT_EQ(retry_after({{"Retry-After", "Sat, 31 Jan 2026 00:00:30 GMT"}}, now), 30s);
  EXPECT_EQ(retry_after({{"Retry-After", "Sat, 31 Jan 2025 00:00:30 GMT"}}, now), 0s);
  EXPECT_EQ(retry_after({{"Retry-After", "later"}}, now), std::nullopt);
  EXPECT_EQ(retry_after({}, now), std::nullopt);
}

TEST(ServiceError, A_date_beyond_the_clock_is_its_end) {
  using Time = std::chrono::system_clock::time_point;
  EXPECT_EQ(parse_http_date("Sun, 01 Jan 3276 08:24:00 GMT"), Time::max());
  EXPECT_EQ(parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT"),
            std::chrono::sys_days(std::chrono::October / 21 / 2015) + std::chrono::hours(7) +
                std::chrono::minutes(28));
  EXPECT_EQ(parse_http_date("tomorrow"), std::nullopt);
}

}  // namespace
}  // namespace pg2athena::aws
