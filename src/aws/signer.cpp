#include "aws/signer.h"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <aws/auth/credentials.h>
#include <aws/auth/signable.h>
#include <aws/auth/signing.h>
#include <aws/auth/signing_config.h>
#include <aws/auth/signing_result.h>
#include <aws/cal/hash.h>
#include <aws/common/encoding.h>
#include <aws/http/request_response.h>
#include <fmt/format.h>

namespace pg2athena::aws {
namespace {

using CrtMessage = CrtPointer<aws_http_message, aws_http_message_release>;
using CrtSignable = CrtPointer<aws_signable, aws_signable_destroy>;
using CrtCredentials = CrtPointer<aws_credentials, aws_credentials_release>;

// What an earlier signing left behind, and what aws-c-auth adds by itself.
constexpr std::array<std::string_view, 5> kHeadersOfASignature = {
    "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "x-amz-content-sha256", "Host"};

struct UrlParts {
  std::string_view authority;  // "host[:port]"
  std::string_view target;     // "/path[?query]"
};

Result<UrlParts> parts_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return fail(ErrorKind::InvalidArgument, "a URL without a scheme");
  const std::string_view rest = url.substr(scheme + 3);
  const auto path = rest.find('/');
  if (path == std::string_view::npos) return UrlParts{.authority = rest, .target = "/"};
  return UrlParts{.authority = rest.substr(0, path), .target = rest.substr(path)};
}

Error crt_failure(std::string_view action, int code) {
  return Error(ErrorKind::Internal, fmt::format("can't {}: {}", action, crt_error_text(code)));
}

// In lower-case hexadecimal digits.
Result<std::string> sha256_of(aws_allocator* allocator, std::span<const std::byte> body) {
  std::array<std::uint8_t, AWS_SHA256_LEN> digest{};
  aws_byte_buf out = aws_byte_buf_from_empty_array(digest.data(), digest.size());
  const aws_byte_cursor in = aws_byte_cursor_from_array(body.data(), body.size());
  if (aws_sha256_compute(allocator, &in, &out, 0) != AWS_OP_SUCCESS) {
    return fail(crt_failure("hash a request", aws_last_error()));
  }
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

Result<CrtMessage> message_of(aws_allocator* allocator, const HttpRequest& request, const UrlParts& url) {
  CrtMessage message(aws_http_message_new_request(allocator));
  bool fine =
      message != nullptr &&
      aws_http_message_set_request_method(message.get(), cursor_of(request.method)) == AWS_OP_SUCCESS &&
      aws_http_message_set_request_path(message.get(), cursor_of(url.target)) == AWS_OP_SUCCESS;
  for (const auto& [name, value] : request.headers) {
    const aws_http_header header{.name = cursor_of(name), .value = cursor_of(value), .compression = {}};
    fine = fine && aws_http_message_add_header(message.get(), header) == AWS_OP_SUCCESS;
  }
  if (!fine) return fail(crt_failure("describe a request", aws_last_error()));
  return message;
}

struct Outcome {
  aws_http_message* message;
  aws_allocator* allocator;
  int error = AWS_ERROR_UNKNOWN;  // until the callback was there
};

// With credentials in hand aws-c-auth signs at once, on the caller's thread.
void take_signature(aws_signing_result* result, int error, void* user_data) {
  auto& outcome = *static_cast<Outcome*>(user_data);
  outcome.error = error;
  if (error == AWS_ERROR_SUCCESS && aws_apply_signing_result_to_http_request(
                                        outcome.message, outcome.allocator, result) != AWS_OP_SUCCESS) {
    outcome.error = aws_last_error();
  }
}

aws_signing_config_aws config_for(const SigningScope& scope, const aws_credentials* credentials,
                                  std::string_view body_hash, std::chrono::system_clock::time_point time) {
  aws_signing_config_aws config{};
  config.config_type = AWS_SIGNING_CONFIG_AWS;
  config.algorithm = AWS_SIGNING_ALGORITHM_V4;
  config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
  config.region = cursor_of(scope.region);
  config.service = cursor_of(scope.service);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  aws_date_time_init_epoch_millis(&config.date, static_cast<std::uint64_t>(millis.count()));
  config.flags.use_double_uri_encode = scope.s3 ? 0 : 1;
  config.flags.should_normalize_uri_path = scope.s3 ? 0 : 1;
  config.signed_body_value = cursor_of(body_hash);
  config.signed_body_header = scope.s3 ? AWS_SBHT_X_AMZ_CONTENT_SHA256 : AWS_SBHT_NONE;
  config.credentials = credentials;
  return config;
}

Result<CrtCredentials> keys_of(aws_allocator* allocator, const Credentials& credentials) {
  CrtCredentials keys(aws_credentials_new(allocator, cursor_of(credentials.access_key_id),
                                          cursor_of(credentials.secret_access_key),
                                          cursor_of(credentials.session_token), UINT64_MAX));
  if (keys) return keys;
  return fail(Error(ErrorKind::Authentication, "the credentials have no access key id or no secret"));
}

// Puts the signature into the message.
Result<void> sign_message(aws_allocator* allocator, aws_http_message* message,
                          const aws_signing_config_aws& config) {
  const CrtSignable signable(aws_signable_new_http_request(allocator, message));
  if (!signable) return fail(crt_failure("sign a request", aws_last_error()));
  Outcome outcome{.message = message, .allocator = allocator};
  if (aws_sign_request_aws(allocator, signable.get(),
                           reinterpret_cast<const aws_signing_config_base*>(&config), take_signature,
                           &outcome) != AWS_OP_SUCCESS) {
    outcome.error = aws_last_error();
  }
  if (outcome.error != AWS_ERROR_SUCCESS) return fail(crt_failure("sign a request", outcome.error));
  return {};
}

}  // namespace

Result<void> Signer::sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
                          std::chrono::system_clock::time_point time) const {
  aws_allocator* const allocator = library_.allocator();
  PG2ATHENA_ASSIGN(const UrlParts url, parts_of(request.url));
  for (const std::string_view name : kHeadersOfASignature) remove_header(request.headers, name);
  // libcurl leaves a default port out, and would then send another Host than the one that was signed.
  set_header(request.headers, "Host", std::string(url.authority));

  std::string body_hash = "UNSIGNED-PAYLOAD";
  if (!(scope.s3 && scope.unsigned_payload)) {
    PG2ATHENA_ASSIGN(body_hash, sha256_of(allocator, request.body));
  }
  PG2ATHENA_ASSIGN(const CrtCredentials keys, keys_of(allocator, credentials));
  PG2ATHENA_ASSIGN(const CrtMessage message, message_of(allocator, request, url));
  PG2ATHENA_TRY(sign_message(allocator, message.get(), config_for(scope, keys.get(), body_hash, time)));

  request.headers.clear();
  for (std::size_t i = 0; i < aws_http_message_get_header_count(message.get()); ++i) {
    aws_http_header header{};
    aws_http_message_get_header(message.get(), &header, i);
    request.headers.push_back({text_of(header.name), text_of(header.value)});
  }
  return {};
}

Result<std::string> Signer::presign(const std::string& url, const Credentials& credentials,
                                    const SigningScope& scope, std::chrono::system_clock::time_point time,
                                    std::chrono::seconds lifetime) const {
  aws_allocator* const allocator = library_.allocator();
  PG2ATHENA_ASSIGN(const UrlParts parts, parts_of(url));
  const HttpRequest request{.url = url, .headers = {{"Host", std::string(parts.authority)}}};
  PG2ATHENA_ASSIGN(const std::string body_hash, sha256_of(allocator, {}));
  PG2ATHENA_ASSIGN(const CrtCredentials keys, keys_of(allocator, credentials));
  PG2ATHENA_ASSIGN(const CrtMessage message, message_of(allocator, request, parts));
  aws_signing_config_aws config = config_for(scope, keys.get(), body_hash, time);
  config.signature_type = AWS_ST_HTTP_REQUEST_QUERY_PARAMS;
  config.expiration_in_seconds = static_cast<std::uint64_t>(lifetime.count());
  PG2ATHENA_TRY(sign_message(allocator, message.get(), config));
  aws_byte_cursor target{};
  if (aws_http_message_get_request_path(message.get(), &target) != AWS_OP_SUCCESS) {
    return fail(crt_failure("sign a URL", aws_last_error()));
  }
  return url.substr(0, url.find("://") + 3) + std::string(parts.authority) + text_of(target);
}

}  // namespace pg2athena::aws
