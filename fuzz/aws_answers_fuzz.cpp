// Answers of AWS's services, or of whatever stands at their address: error bodies in JSON and XML, and what
// gives out credentials and secrets; S3's lists. The first byte chooses the status, the rest is the body.
#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "aws/secrets_manager.h"
#include "aws/service_error.h"
#include "aws/sso.h"
#include "aws/sts.h"
#include "aws/xml.h"
#include "base/bytes.h"
#include "base/utf8.h"
#include "storage/s3_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pg2athena;
  using namespace pg2athena::aws;
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  const HttpResponse response{
      .status = 300 + data[0],
      .headers = {{"Retry-After", body.substr(0, 40)}, {"x-amzn-errortype", body.substr(0, 80)}},
      .body = body};
  const ServiceError error = service_error_of(response);
  // It goes into a log.
  if (!is_utf8(as_bytes(error.message)) || error.message.size() > 1000) __builtin_trap();
  static_cast<void>(to_error(error, "service", "Operation", "service:Operation").describe());
  static_cast<void>(retry_after(response.headers, {}));
  static_cast<void>(parse_xml(body));
  static_cast<void>(read_sts_credentials(body));
  static_cast<void>(read_sso_credentials(body));
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (document.is_object()) static_cast<void>(read_secret_value(document));
  static_cast<void>(is_error_document(body));
  static_cast<void>(storage::read_list(body));
  static_cast<void>(storage::read_uploads(body));
  static_cast<void>(storage::read_upload_id(body));
  static_cast<void>(storage::read_completed_checksum(body));
  return 0;
}
