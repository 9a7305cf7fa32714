// For tests, here and above: a transport that answers what it was told to.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "aws/http.h"
#include "base/bytes.h"
#include "base/fake_times_for_tests.h"

namespace pg2athena::aws {

class FakeTransport final : public HttpTransport {
 public:
  struct Asked {
    std::string method;
    std::string url;
    HttpHeaders headers;
    std::string body;
  };

  void start(HttpRequest request, Done done) override {
    asked.push_back({request.method, request.url, request.headers, std::string(as_text(request.body))});
    if (answers.empty()) return done(fail(ErrorKind::Internal, "the test has no more answers"));
    Result<HttpResponse> answer = std::move(answers.front());
    answers.pop_front();
    done(std::move(answer));
  }

  void will_answer(int status, std::string body, HttpHeaders headers = {}) {
    answers.emplace_back(
        HttpResponse{.status = status, .headers = std::move(headers), .body = std::move(body)});
  }
  void will_fail(ErrorKind kind, std::string message) {
    answers.emplace_back(fail(kind, std::move(message)));
  }

  std::deque<Result<HttpResponse>> answers;
  std::vector<Asked> asked;
};

}  // namespace pg2athena::aws
