#include "aws/service_client.h"

#include <chrono>
#include <optional>
#include <utility>

#include "aws/service_error.h"

namespace pg2athena::aws {
namespace {

using Wait = std::optional<std::chrono::milliseconds>;

class Attempts {
 public:
  Attempts(const ServiceParts& parts, const ServiceCall& call)
      : parts_(parts), call_(call), retry_(parts.policy, parts.times) {}

  Result<HttpResponse> run() {
    for (;;) {
      if (call_.request.cancellation != nullptr) PG2ATHENA_TRY(call_.request.cancellation->check());
      Result<HttpResponse> answer = attempt();
      if (answer && answer->ok()) return answer;
      Error error = answer ? refused(*answer) : lost(answer.error());
      if (!wait_) return fail(with_attempts(std::move(error)));
      PG2ATHENA_TRY(parts_.times.wait(*wait_, call_.request.cancellation));
    }
  }

 private:
  Result<HttpResponse> attempt() {
    HttpRequest request = call_.request;
    if (call_.credentials != nullptr) {
      PG2ATHENA_ASSIGN(used_, call_.credentials->get());
      const auto time = parts_.times.clock().now() + parts_.clock_offset.get();
      PG2ATHENA_TRY(parts_.signer.sign(request, used_, call_.scope, time));
    }
    return parts_.transport.send(std::move(request));
  }

  // No answer: as it was, and into wait_ whether to ask again.
  Error lost(const Error& error) {
    wait_ = error.kind() == ErrorKind::Connection ? retry_.next({}) : std::nullopt;
    return error;
  }

  // What the service said, and into wait_ whether to ask again.
  Error refused(const HttpResponse& answer) {
    const ServiceError error = service_error_of(answer);
    const auto now = parts_.times.clock().now();
    wait_.reset();
    switch (again(error)) {
      case Again::No:
        break;
      case Again::Transient:
      case Again::Throttled:
        wait_ = retry_.next(retry_after(answer.headers, now));
        break;
      case Again::ClockSkewed:
        if (const auto offset = learned_offset(error, answer, now, parts_.clock_offset.get());
            offset && !std::exchange(clock_was_set_, true)) {
          parts_.clock_offset.set(*offset);
          wait_ = std::chrono::milliseconds(0);
        }
        break;
      case Again::CredentialsOld:
        if (call_.credentials != nullptr && !std::exchange(credentials_were_rejected_, true)) {
          call_.credentials->reject(used_);
          wait_ = std::chrono::milliseconds(0);
        }
        break;
    }
    return to_error(error, call_.scope.service, call_.operation);
  }

  Error with_attempts(Error error) const {
    if (retry_.attempts() == 1) return error;
    return std::move(error).with("attempts", std::to_string(retry_.attempts()));
  }

  const ServiceParts& parts_;
  const ServiceCall& call_;
  Retry retry_;
  Wait wait_;
  Credentials used_;
  bool clock_was_set_ = false;
  bool credentials_were_rejected_ = false;
};

}  // namespace

Result<HttpResponse> call_service(const ServiceParts& parts, const ServiceCall& call) {
  return Attempts(parts, call).run();
}

}  // namespace pg2athena::aws
