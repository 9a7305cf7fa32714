#include "storage/fake_s3_for_tests.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "aws/checksum.h"
#include "aws/xml.h"
#include "base/bytes.h"
#include "storage/s3_bucket.h"

namespace pg2athena::storage {
namespace {

aws::HttpResponse refusal(int status, std::string_view code, std::string_view more = "") {
  return {.status = status,
          .body = fmt::format("<?xml version=\"1.0\"?><Error><Code>{}</Code><Message>no</Message>{}</Error>",
                              code, more)};
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::map<std::string, std::string> read_query(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    query[decoded(pair.substr(0, equals))] = decoded(pair.substr(std::min(equals + 1, pair.size())));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return query;
}

std::string operation_of(const std::string& method, const std::string& key,
                         const std::map<std::string, std::string>& query) {
  if (key.empty()) return query.contains("uploads") ? "ListMultipartUploads" : "ListObjectsV2";
  if (method == "POST")
    return query.contains("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
  if (method == "PUT") return query.contains("partNumber") ? "UploadPart" : "PutObject";
  if (method == "DELETE") return query.contains("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
  return method == "HEAD" ? "HeadObject" : "GetObject";
}

// Of a request by path: https://host/bucket/key?query.
FakeS3::Asked read_request(const aws::HttpRequest& request) {
  std::string_view url = request.url;
  url.remove_prefix(url.find("://") + 3);
  url.remove_prefix(url.find('/') + 1);  // the host
  url.remove_prefix(url.find('/') + 1);  // the bucket
  const auto mark = std::min(url.find('?'), url.size());
  FakeS3::Asked asked{.key = std::string(url.substr(0, mark)),
                      .query = read_query(url.substr(std::min(mark + 1, url.size()))),
                      .headers = request.headers,
                      .body = std::string(as_text(request.body))};
  asked.operation = operation_of(request.method, asked.key, asked.query);
  asked.key = decoded(asked.key);
  return asked;
}

// Of "bytes=3-7": 3 and 8.
std::optional<std::pair<std::size_t, std::size_t>> range_of(std::string_view header) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  return std::pair(std::stoul(std::string(header.substr(0, dash))),
                   std::stoul(std::string(header.substr(dash + 1))) + 1);
}

std::string checksum_of(std::string_view content) {
  return checksum_text(aws::crc64_nvme(as_bytes(content)));
}

}  // namespace

void FakeS3::start(aws::HttpRequest request, Done done) {
  Result<aws::HttpResponse> result = fail(ErrorKind::Connection, "no answer");
  {
    const std::lock_guard lock(mutex_);
    asked.push_back(read_request(request));
    const Asked current = asked.back();
    const Fault now = fault ? fault(current, count(current.operation)) : Fault();
    if (now.kind == Fault::Kind::Answer) {
      result = refusal(now.status, now.code);
    } else if (now.kind != Fault::Kind::Lost) {
      aws::HttpResponse response = answer(current);
      if (now.kind == Fault::Kind::None) result = std::move(response);
    }
  }
  done(std::move(result));
}

int FakeS3::count(const std::string& operation) const {
  return static_cast<int>(std::ranges::count(asked, operation, &Asked::operation));
}

const FakeS3::Asked& FakeS3::last(const std::string& operation) const {
  return *std::ranges::find(asked.rbegin(), asked.rend(), operation, &Asked::operation);
}

aws::HttpResponse FakeS3::answer(const Asked& request) {
  if (!request.header("Authorization").contains("/" + region + "/s3/")) {
    return refusal(400, "AuthorizationHeaderMalformed", fmt::format("<Region>{}</Region>", region));
  }
  if (request.operation == "ListObjectsV2") return list(request);
  if (request.operation == "ListMultipartUploads") return list_uploads(request);
  if (request.operation == "PutObject") return put(request);
  if (request.operation == "CreateMultipartUpload") return create(request);
  if (request.operation == "UploadPart") return upload_part(request);
  if (request.operation == "CompleteMultipartUpload") return complete(request);
  if (request.operation == "AbortMultipartUpload") {
    return uploads.erase(request.query.at("uploadId")) == 0 ? refusal(404, "NoSuchUpload")
                                                            : aws::HttpResponse{.status = 204};
  }
  if (request.operation == "DeleteObject") {
    objects.erase(request.key);
    return {.status = 204};
  }
  const auto found = objects.find(request.key);
  const bool head = request.operation == "HeadObject";
  if (found == objects.end()) return head ? aws::HttpResponse{.status = 404} : refusal(404, "NoSuchKey");
  if (auto refused = refuse_condition(request)) return *refused;
  const Object& object = found->second;
  aws::HttpHeaders headers = object.headers;
  headers.push_back({"ETag", object.etag});
  headers.push_back({"Content-Length", std::to_string(object.content.size())});
  if (knows_checksums) headers.push_back({kChecksumHeader, object.checksum});
  const auto range = range_of(request.header("Range"));
  if (!range || !knows_ranges) {
    return {.status = 200, .headers = std::move(headers), .body = head ? "" : object.content};
  }
  headers.push_back({"Content-Range",
                     fmt::format("bytes {}-{}/{}", range->first, range->second - 1, object.content.size())});
  return {.status = 206,
          .headers = std::move(headers),
          .body = object.content.substr(range->first, range->second - range->first)};
}

std::optional<aws::HttpResponse> FakeS3::refuse_condition(const Asked& request) const {
  const auto found = objects.find(request.key);
  if (request.header("If-None-Match") == "*" && found != objects.end())
    return refusal(412, "PreconditionFailed");
  const std::string wanted = request.header("If-Match");
  if (wanted.empty()) return std::nullopt;
  if (found == objects.end()) return refusal(404, "NoSuchKey");
  if (found->second.etag != wanted) return refusal(412, "PreconditionFailed");
  return std::nullopt;
}

void FakeS3::store(const std::string& key, std::string content, const aws::HttpHeaders& headers) {
  std::string checksum = checksum_of(content);
  objects[key] = {.content = std::move(content),
                  .etag = fmt::format("\"etag-{}\"", ++etags_),
                  .checksum = std::move(checksum),
                  .headers = headers};
}

aws::HttpResponse FakeS3::put(const Asked& request) {
  if (auto refused = refuse_condition(request)) return *refused;
  if (request.header(kChecksumHeader) != checksum_of(request.body)) return refusal(400, "BadDigest");
  store(request.key, request.body, request.headers);
  aws::HttpHeaders headers = {{"ETag", objects[request.key].etag}};
  const std::string encryption = request.header("x-amz-server-side-encryption");
  if (knows_encryption && !encryption.empty())
    headers.push_back({"x-amz-server-side-encryption", encryption});
  return {.status = 200, .headers = std::move(headers)};
}

aws::HttpResponse FakeS3::list(const Asked& request) const {
  const std::string& prefix = request.query.at("prefix");
  const auto token = request.query.find("continuation-token");
  const std::size_t most = std::min<std::size_t>(page, std::stoul(request.query.at("max-keys")));
  std::string body;
  std::size_t listed = 0;
  std::string next;
  for (auto at = token == request.query.end() ? objects.lower_bound(prefix)
                                              : objects.lower_bound(token->second);
       at != objects.end() && at->first.starts_with(prefix); ++at) {
    if (listed++ == most) {
      next = at->first;
      break;
    }
    body += fmt::format(
        "<Contents><Key>{}</Key><Size>{}</Size><LastModified>2026-01-31T03:00:00.000Z</LastModified>"
        "</Contents>",
        at->first, at->second.content.size());
  }
  return {.status = 200,
          .body = fmt::format(
              "<ListBucketResult><IsTruncated>{}</IsTruncated>{}{}</ListBucketResult>", !next.empty(), body,
              next.empty() ? "" : "<NextContinuationToken>" + next + "</NextContinuationToken>")};
}

aws::HttpResponse FakeS3::list_uploads(const Asked& request) const {
  std::string body;
  for (const auto& [id, upload] : uploads) {
    if (!upload.key.starts_with(request.query.at("prefix"))) continue;
    body += fmt::format("<Upload><Key>{}</Key><UploadId>{}</UploadId></Upload>", upload.key, id);
  }
  return {.status = 200, .body = "<ListMultipartUploadsResult>" + body + "</ListMultipartUploadsResult>"};
}

aws::HttpResponse FakeS3::create(const Asked& request) {
  const std::string id = fmt::format("upload-{}", ++etags_);
  uploads[id] = {.key = request.key, .headers = request.headers};
  return {.status = 200,
          .body = fmt::format("<InitiateMultipartUploadResult><UploadId>{}</UploadId>"
                              "</InitiateMultipartUploadResult>",
                              id)};
}

aws::HttpResponse FakeS3::upload_part(const Asked& request) {
  const auto upload = uploads.find(request.query.at("uploadId"));
  if (upload == uploads.end()) return refusal(404, "NoSuchUpload");
  const std::string checksum = checksum_of(request.body);
  if (request.header(kChecksumHeader) != checksum) return refusal(400, "BadDigest");
  const int number = std::stoi(request.query.at("partNumber"));
  upload->second.parts[number] = request.body;
  aws::HttpHeaders headers = {{"ETag", fmt::format("\"part-{}\"", number)}};
  const std::string encryption(aws::find_header(upload->second.headers, "x-amz-server-side-encryption"));
  if (knows_encryption && !encryption.empty())
    headers.push_back({"x-amz-server-side-encryption", encryption});
  if (knows_checksums) headers.push_back({kChecksumHeader, checksum});
  return {.status = 200, .headers = std::move(headers)};
}

aws::HttpResponse FakeS3::complete(const Asked& request) {
  const auto upload = uploads.find(request.query.at("uploadId"));
  if (upload == uploads.end()) return refusal(404, "NoSuchUpload");
  if (auto refused = refuse_condition(request)) return *refused;
  const auto document = aws::parse_xml(request.body);
  std::string content;
  for (const aws::XmlElement& part : document->children) {
    const int number = std::stoi(std::string(part.child_text("PartNumber")));
    if (part.child_text("ETag") != fmt::format("\"part-{}\"", number)) return refusal(400, "InvalidPart");
    content += upload->second.parts.at(number);
  }
  if (request.header(kChecksumHeader) != checksum_of(content)) return refusal(400, "BadDigest");
  store(request.key, std::move(content), upload->second.headers);
  uploads.erase(upload);
  const std::string checksum = knows_checksums ? fmt::format("<ChecksumCRC64NVME>{}</ChecksumCRC64NVME>",
                                                             objects[request.key].checksum)
                                               : "";
  return {
      .status = 200,
      .body = fmt::format("<CompleteMultipartUploadResult><ETag>{}</ETag>{}</CompleteMultipartUploadResult>",
                          objects[request.key].etag, checksum)};
}

}  // namespace pg2athena::storage
