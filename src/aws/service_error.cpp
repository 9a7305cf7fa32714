#include "aws/service_error.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include <curl/curl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aws/xml.h"
#include "base/bytes.h"
#include "base/number_text.h"
#include "base/one_line.h"
#include "base/utf8.h"

namespace pg2athena::aws {
namespace {

// Of a proxy's page a line is enough.
constexpr std::size_t kLongestMessage = 1000;
constexpr int kInsufficientStorage = 507;

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

// "com.amazonaws.secretsmanager#ResourceNotFoundException:http://…" is ResourceNotFoundException.
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  if (const auto hash = code.rfind('#'); hash != std::string_view::npos) code.remove_prefix(hash + 1);
  return std::string(code);
}

std::string text_member(const nlohmann::json& object, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

bool read_json(std::string_view body, ServiceError& error) {
  const auto document = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return false;
  if (error.code.empty()) error.code = bare_code(text_member(document, {"__type", "code", "Code"}));
  error.message = text_member(document, {"message", "Message", "errorMessage"});
  return true;
}

bool read_xml(std::string_view body, ServiceError& error) {
  const auto document = parse_xml(body);
  if (!document) return false;
  const XmlElement* const element = document->find("Error");
  if (element == nullptr) return false;
  error.code = element->child_text("Code");
  error.message = element->child_text("Message");
  if (error.region.empty()) error.region = element->child_text("Region");
  if (const XmlElement* const id = document->find("RequestId"); id != nullptr && error.request_id.empty()) {
    error.request_id = id->text;
  }
  return true;
}

ErrorKind kind_of(const ServiceError& error) {
  constexpr std::array<std::string_view, 13> kIdentity = {"InvalidClientTokenId",
                                                          "UnrecognizedClientException",
                                                          "SignatureDoesNotMatch",
                                                          "InvalidSignatureException",
                                                          "ExpiredToken",
                                                          "ExpiredTokenException",
                                                          "InvalidAccessKeyId",
                                                          "IncompleteSignature",
                                                          "InvalidToken",
                                                          "MissingAuthenticationToken",
                                                          "RequestTimeTooSkewed",
                                                          "RequestExpired",
                                                          "AuthFailure"};
  if (one_of(kIdentity, error.code)) return ErrorKind::Authentication;
  if (error.code.starts_with("AccessDenied") || error.code == "UnauthorizedOperation") {
    return ErrorKind::PermissionDenied;
  }
  constexpr std::array<std::string_view, 5> kAbsent = {"ResourceNotFoundException", "EntityNotFoundException",
                                                       "NoSuchKey", "NoSuchBucket", "NotFoundException"};
  if (one_of(kAbsent, error.code)) return ErrorKind::NotFound;
  // "Insufficient storage": no answer of AWS's, but of others who speak like S3 (MinIO: XMinioStorageFull).
  if (error.status == kInsufficientStorage) return ErrorKind::StorageFull;
  if (!error.code.empty()) return ErrorKind::Service;
  // The answer to HEAD has no body to say more.
  if (error.status == 401) return ErrorKind::Authentication;
  if (error.status == 403) return ErrorKind::PermissionDenied;
  return error.status == 404 ? ErrorKind::NotFound : ErrorKind::Service;
}

// Of AWS's key management, in the name of which S3 and Secrets Manager refuse.
std::string key_hint(const ServiceError& error) {
  if (error.code.starts_with("KMS.Disabled")) return "enable the KMS key, or name another one";
  // "KMS.NotFoundException" of S3, "kms:KeyNotFound" of MinIO.
  if (error.code.starts_with("KMS.") || error.code.starts_with("kms:"))
    return "check the KMS key: its name, its state, and that it is of this region";
  if (error.message.contains("kms:")) {
    return "the credentials' user or role needs kms:GenerateDataKey and kms:Decrypt on the key, in its IAM "
           "policy and in the key's";
  }
  return {};
}

std::string hint_for(const ServiceError& error, ErrorKind kind, std::string_view action) {
  switch (again(error)) {
    case Again::ClockSkewed:
      return "set this machine's clock: it differs from AWS's by more than a signature may";
    case Again::CredentialsOld:
      return "renew the credentials: their session has ended";
    case Again::Throttled:
      return "the service limits how much is asked at once: run again later, or with fewer workers";
    case Again::Transient:
      return "the service is in trouble; run again later";
    case Again::No:
      break;
  }
  if (std::string hint = key_hint(error); !hint.empty()) return hint;
  if (is_of_other_region(error)) {
    return error.region.empty() ? std::string("name the region that the bucket is in")
                                : fmt::format("the bucket is in the region {}: name that one", error.region);
  }
  if (kind == ErrorKind::PermissionDenied) {
    return fmt::format("the credentials' user or role needs the IAM action {}", action);
  }
  if (error.code == "SignatureDoesNotMatch" || error.code == "InvalidSignatureException") {
    return "check the secret access key, and that the region is the service's";
  }
  if (kind == ErrorKind::Authentication) {
    return "check the access key and the session token: the service doesn't know them";
  }
  if (kind == ErrorKind::NotFound) return "check the name, the account and the region";
  return {};
}

}  // namespace

ServiceError service_error_of(const HttpResponse& response) {
  ServiceError error{.status = response.status};
  error.code = bare_code(find_header(response.headers, "x-amzn-errortype"));
  for (const std::string_view name : {"x-amzn-requestid", "x-amz-request-id"}) {
    if (error.request_id.empty()) error.request_id = find_header(response.headers, name);
  }
  error.region = find_header(response.headers, "x-amz-bucket-region");
  if (!read_json(response.body, error) && !read_xml(response.body, error)) error.message = response.body;
  if (!is_utf8(as_bytes(error.message))) error.message.clear();
  error.message = utf8_prefix(one_line(error.message), kLongestMessage);
  return error;
}

bool is_of_other_region(const ServiceError& error) {
  return error.status == 301 || error.code == "PermanentRedirect" ||
         error.code == "AuthorizationHeaderMalformed" || error.code == "IllegalLocationConstraintException";
}

Again again(const ServiceError& error) {
  constexpr std::array<std::string_view, 12> kThrottling = {"ThrottlingException",
                                                            "Throttling",
                                                            "ThrottledException",
                                                            "RequestThrottled",
                                                            "SlowDown",
                                                            "RequestThrottledException",
                                                            "TooManyRequestsException",
                                                            "RequestLimitExceeded",
                                                            "ProvisionedThroughputExceededException",
                                                            "BandwidthLimitExceeded",
                                                            "EC2ThrottledException",
                                                            "PriorRequestNotComplete"};
  constexpr std::array<std::string_view, 10> kTransient = {"InternalError",
                                                           "InternalFailure",
                                                           "InternalServiceError",
                                                           "InternalServiceErrorException",
                                                           "ServiceUnavailable",
                                                           "RequestTimeout",
                                                           "RequestTimeoutException",
                                                           "OperationTimeoutException",
                                                           "ResourceNotReadyException",
                                                           "IDPCommunicationError"};
  constexpr std::array<std::string_view, 3> kOld = {"ExpiredToken", "ExpiredTokenException",
                                                    "TokenRefreshRequired"};
  if (one_of(kThrottling, error.code) || error.status == 429) return Again::Throttled;
  if (error.code == "RequestTimeTooSkewed" || error.code == "RequestInTheFuture" ||
      error.code == "RequestExpired") {
    return Again::ClockSkewed;
  }
  // "Signature expired: 20260131T… is now earlier than …", "Signature not yet current: …".
  if (error.message.starts_with("Signature expired") ||
      error.message.starts_with("Signature not yet current")) {
    return Again::ClockSkewed;
  }
  if (one_of(kOld, error.code)) return Again::CredentialsOld;
  if (one_of(kTransient, error.code)) return Again::Transient;
  // 501 says that a request will never be understood.
  const bool for_good = error.status == 501 || error.status == kInsufficientStorage;
  return error.status >= 500 && !for_good ? Again::Transient : Again::No;
}

bool is_error_document(std::string_view body) {
  // Slow answers begin with blanks, which keep the connection alive (CompleteMultipartUpload, Amazon S3 API).
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || body[begin] != '<') return false;
  const auto document = parse_xml(body.substr(begin));
  return document && document->name == "Error";
}

Error to_error(const ServiceError& error, std::string_view service, std::string_view operation,
               std::string_view action) {
  const ErrorKind kind = kind_of(error);
  const std::string said = error.code.empty() ? fmt::format("HTTP status {}", error.status) : error.code;
  Error result(kind, fmt::format("{} refuses {}: {}{}{}", service, operation, said,
                                 error.message.empty() ? "" : ": ", error.message));
  result = std::move(result).with("status", std::to_string(error.status));
  if (!error.request_id.empty()) result = std::move(result).with("request_id", error.request_id);
  if (!error.code.empty()) result = std::move(result).with("code", error.code);
  if (is_of_other_region(error) && !error.region.empty()) {
    result = std::move(result).with("bucket_region", error.region);
  }
  return std::move(result).hint(hint_for(error, kind, action));
}

Error with_other_hint(const Error& error, std::string hint) {
  Error better(error.kind(), error.message());
  for (const auto& [key, value] : error.context()) better = std::move(better).with(key, value);
  return std::move(better).hint(std::move(hint));
}

std::optional<std::chrono::milliseconds> retry_after(const HttpHeaders& headers,
                                                     std::chrono::system_clock::time_point now) {
  using std::chrono::milliseconds;
  const std::string_view value = find_header(headers, "Retry-After");
  if (value.empty()) return std::nullopt;
  if (const auto seconds = parse_whole<std::uint32_t>(value)) return std::chrono::seconds(*seconds);
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*date - now));
}

std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) {
  const std::time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  // The clock ends in 2262.
  using Time = std::chrono::system_clock::time_point;
  if (std::chrono::seconds(seconds) >
      std::chrono::floor<std::chrono::seconds>(Time::max().time_since_epoch())) {
    return Time::max();
  }
  return std::chrono::system_clock::from_time_t(seconds);
}

}  // namespace pg2athena::aws
