// What an AWS service says when it refuses, and what that means.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "aws/http.h"
#include "base/error.h"

namespace pg2athena::aws {

struct ServiceError {
  int status = 0;
  std::string code;        // "AccessDeniedException"; empty if the answer has none
  std::string message;     // the service's own words, on one line
  std::string request_id;  // what AWS's support asks for
  std::string region;      // of S3's bucket, where it says that the request went to another

  bool operator==(const ServiceError&) const = default;
};

// Of an answer that isn't 2xx, whatever it is made of: JSON (code in x-amzn-errortype, "__type" or "code"),
// XML (S3's <Error>, the query services' <ErrorResponse><Error>), or something of a proxy on the way.
ServiceError service_error_of(const HttpResponse& response);

// Whether the same request may go well a moment later.
enum class Again {
  No,
  Transient,       // the server's trouble: 5xx, its time-outs
  Throttled,       // too much at once
  ClockSkewed,     // our clock is wrong: again with the server's time
  CredentialsOld,  // again with new ones
};
Again again(const ServiceError& error);

// Whether the request went to, or was signed for, another region than the bucket's.
bool is_of_other_region(const ServiceError& error);

// Whether a body is S3's <Error>.
bool is_error_document(std::string_view body);

// As an Error: PermissionDenied, Authentication, NotFound, or Service, with code, message, status and
// request_id. `service` and `operation` say what was asked: "secretsmanager", "GetSecretValue"; `action` is
// the IAM action that allows it.
Error to_error(const ServiceError& error, std::string_view service, std::string_view operation,
               std::string_view action);

// The error with this hint in the place of its own, for those who know the service better.
Error with_other_hint(const Error& error, std::string hint);

// What the server asks us to wait for (Retry-After: seconds, or a date); none if nothing.
std::optional<std::chrono::milliseconds> retry_after(const HttpHeaders& headers,
                                                     std::chrono::system_clock::time_point now);

// A date of HTTP: "Wed, 21 Oct 2015 07:28:00 GMT".
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

}  // namespace pg2athena::aws
