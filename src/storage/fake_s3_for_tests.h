// For tests: S3 in memory, behind the HTTP client's seam. It answers at once, keeps conditions, checks
// checksums, and fails where it is told to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/fakes_for_tests.h"
#include "aws/http.h"

namespace pg2athena::storage {

class FakeS3 final : public aws::HttpTransport {
 public:
  struct Asked {
    std::string operation;  // "UploadPart"
    std::string key;        // the bucket's, as it is on the wire
    std::map<std::string, std::string> query;
    aws::HttpHeaders headers;
    std::string body;

    std::string header(std::string_view name) const { return std::string(aws::find_header(headers, name)); }
  };

  // What becomes of a request, instead of what S3 does.
  struct Fault {
    enum class Kind : std::uint8_t { None, Answer, Lost, AnswerLost } kind = Kind::None;
    int status = 0;    // of Answer
    std::string code;  // of Answer; of status 200 an error in the body

    static Fault answer(int status, std::string code) { return {Kind::Answer, status, std::move(code)}; }
    static Fault lost() { return {.kind = Kind::Lost}; }               // no effect, no answer
    static Fault answer_lost() { return {.kind = Kind::AnswerLost}; }  // an effect, and no answer
  };
  // Asked for each request, with how often its operation has been asked for, from 1.
  std::function<Fault(const Asked&, int count)> fault;

  struct Object {
    std::string content;
    std::string etag;
    std::string checksum;
    aws::HttpHeaders headers;  // it was put with
  };
  struct Upload {
    std::string key;
    aws::HttpHeaders headers;
    std::map<int, std::string> parts;
  };
  std::map<std::string, Object> objects;  // by the bucket's key
  std::map<std::string, Upload> uploads;  // unfinished, by id
  std::vector<Asked> asked;
  bool knows_checksums = true;
  bool knows_encryption = true;
  bool knows_ranges = true;
  std::string region = "us-east-1";  // another one in the signature is refused
  std::size_t page = 1000;

  void start(aws::HttpRequest request, Done done) override;

  // How often an operation was asked for.
  int count(const std::string& operation) const;
  const Asked& last(const std::string& operation) const;

 private:
  aws::HttpResponse answer(const Asked& request);
  aws::HttpResponse put(const Asked& request);
  aws::HttpResponse list(const Asked& request) const;
  aws::HttpResponse list_uploads(const Asked& request) const;
  aws::HttpResponse create(const Asked& request);
  aws::HttpResponse upload_part(const Asked& request);
  aws::HttpResponse complete(const Asked& request);
  std::optional<aws::HttpResponse> refuse_condition(const Asked& request) const;
  void store(const std::string& key, std::string content, const aws::HttpHeaders& headers);

  std::mutex mutex_;
  int etags_ = 0;
};

}  // namespace pg2athena::storage
