#include "storage/s3_answers.h"

#include <optional>

#include <fmt/format.h>

#include "aws/xml.h"
#include "base/number_text.h"

namespace pg2athena::storage {
namespace {

std::unexpected<Error> corrupt(std::string_view operation, std::string_view why) {
  return fail(Error(ErrorKind::CorruptInput, fmt::format("the answer to {} isn't S3's: {}", operation, why))
                  .hint("check that the endpoint is S3, or speaks like it"));
}

// The document of an operation. Blanks before it keep slow answers alive.
Result<aws::XmlElement> document(std::string_view body, std::string_view operation, std::string_view root) {
  const auto begin = body.find_first_not_of(" \t\r\n");
  auto parsed = aws::parse_xml(body.substr(begin == std::string_view::npos ? body.size() : begin));
  if (!parsed) return corrupt(operation, parsed.error().message());
  if (parsed->name != root) return corrupt(operation, fmt::format("it has no {}", root));
  return parsed;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

// A form's encoding: '+' is a blank. Keys in listings have it, because XML has no way to write some
// characters.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto high = c == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[at + 2]) : std::nullopt;
    if (low) {
      out += static_cast<char>(*high * 16 + *low);
      at += 2;
    } else {
      out += c == '+' ? ' ' : c;
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

Result<S3ListPage> read_list(std::string_view body) {
  constexpr std::string_view kOperation = "ListObjectsV2";
  PG2ATHENA_ASSIGN(const aws::XmlElement root, document(body, kOperation, "ListBucketResult"));
  S3ListPage page;
  for (const aws::XmlElement& element : root.children) {
    if (element.name != "Contents") continue;
    const auto size = parse_whole<std::uint64_t>(element.child_text("Size"));
    if (!size || element.child("Key") == nullptr) return corrupt(kOperation, "an object has no key or size");
    page.objects.push_back({.key = decoded(element.child_text("Key")),
                            .size = *size,
                            .last_modified = std::string(element.child_text("LastModified"))});
  }
  if (root.child_text("IsTruncated") == "true") {
    page.next_token = root.child_text("NextContinuationToken");
    // A list that is cut off must not pass for a whole one.
    if (page.next_token.empty()) return corrupt(kOperation, "it is cut off and doesn't say how to go on");
  }
  return page;
}

Result<S3UploadsPage> read_uploads(std::string_view body) {
  constexpr std::string_view kOperation = "ListMultipartUploads";
  PG2ATHENA_ASSIGN(const aws::XmlElement root, document(body, kOperation, "ListMultipartUploadsResult"));
  S3UploadsPage page;
  for (const aws::XmlElement& element : root.children) {
    if (element.name != "Upload") continue;
    const std::string_view id = element.child_text("UploadId");
    if (id.empty() || element.child("Key") == nullptr)
      return corrupt(kOperation, "an upload has no key or id");
    page.uploads.push_back({.key = decoded(element.child_text("Key")),
                            .upload_id = std::string(id),
                            .initiated = std::string(element.child_text("Initiated"))});
  }
  if (root.child_text("IsTruncated") == "true") {
    page.next_key = decoded(root.child_text("NextKeyMarker"));
    page.next_upload_id = root.child_text("NextUploadIdMarker");
    if (page.next_key.empty()) return corrupt(kOperation, "it is cut off and doesn't say how to go on");
  }
  return page;
}

Result<std::string> read_upload_id(std::string_view body) {
  constexpr std::string_view kOperation = "CreateMultipartUpload";
  PG2ATHENA_ASSIGN(const aws::XmlElement root, document(body, kOperation, "InitiateMultipartUploadResult"));
  std::string id(root.child_text("UploadId"));
  if (id.empty()) return corrupt(kOperation, "it has no UploadId");
  return id;
}

Result<std::string> read_completed_checksum(std::string_view body) {
  PG2ATHENA_ASSIGN(const aws::XmlElement root,
                   document(body, "CompleteMultipartUpload", "CompleteMultipartUploadResult"));
  return std::string(root.child_text("ChecksumCRC64NVME"));
}

std::string complete_body(const std::vector<S3Part>& parts) {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const S3Part& part : parts) {
    body += fmt::format(
        "<Part><PartNumber>{}</PartNumber><ETag>{}</ETag><ChecksumCRC64NVME>{}</ChecksumCRC64NVME></Part>",
        part.number, escaped(part.etag), part.checksum);
  }
  return body + "</CompleteMultipartUpload>";
}

}  // namespace pg2athena::storage
