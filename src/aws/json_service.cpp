#include "aws/json_service.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.h"

namespace pg2athena::aws {

JsonService::JsonService(ServiceParts parts, CredentialsProvider& credentials, JsonServiceOptions options)
    : parts_(parts), credentials_(credentials), options_(std::move(options)) {}

Result<nlohmann::json> JsonService::call(const std::string& operation, const nlohmann::json& input) const {
  // What isn't UTF-8 can't be sent as it is, and the service will say what it doesn't know.
  const std::string body = input.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const ServiceCall call{.operation = operation,
                         .request = {.method = "POST",
                                     .url = options_.endpoint + "/",
                                     .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                                 {"X-Amz-Target", options_.target_prefix + "." + operation}},
                                     .body = as_bytes(body),
                                     .timeouts = options_.timeouts,
                                     .cancellation = options_.cancellation},
                         .scope = {.service = options_.signing_name, .region = options_.region},
                         .credentials = &credentials_};
  PG2ATHENA_ASSIGN(const HttpResponse answer, call_service(parts_, call));
  auto document = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return fail(
        Error(ErrorKind::CorruptInput, fmt::format("{} answers {} with something that isn't a JSON object",
                                                   options_.signing_name, operation))
            .hint("check that the endpoint is the service's"));
  }
  return document;
}

}  // namespace pg2athena::aws
