// For tests, here and above: a transport that answers what it was told to, a clock that stands still, a
// chance that is known.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "aws/http.h"
#include "aws/retry.h"
#include "base/bytes.h"
#include "base/clock.h"

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

class FakeClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return wall; }
  std::chrono::steady_clock::time_point monotonic() const override { return steady; }
  void advance(std::chrono::milliseconds time) {
    wall += time;
    steady += time;
  }

  std::chrono::system_clock::time_point wall = std::chrono::sys_days(std::chrono::January / 31 / 2026);
  std::chrono::steady_clock::time_point steady;
};

// Waits take no time, but for the fake clock's.
class FakeTimes final : public RetryTimes {
 public:
  const Clock& clock() const override { return fake_clock; }
  Result<void> wait(std::chrono::milliseconds time, Cancellation* cancellation) override {
    waits.push_back(time);
    fake_clock.advance(time);
    return cancellation == nullptr ? Result<void>() : cancellation->check();
  }
  double chance() override { return always; }

  FakeClock fake_clock;
  double always = 0.5;
  std::vector<std::chrono::milliseconds> waits;
};

}  // namespace pg2athena::aws
