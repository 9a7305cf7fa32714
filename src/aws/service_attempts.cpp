#include "aws/service_attempts.h"

#include <optional>
#include <utility>

namespace pg2athena::aws {

Result<HttpRequest> ServiceAttempts::request() {
  HttpRequest request = call_.request;
  if (call_.credentials != nullptr) {
    PG2ATHENA_ASSIGN(used_, call_.credentials->get());
    const auto time = parts_.times.clock().now() + parts_.clock_offset.get();
    PG2ATHENA_TRY(parts_.signer.sign(request, used_, call_.scope, time));
  }
  return request;
}

ServiceAttempts::Verdict ServiceAttempts::judge(Result<HttpResponse> answer) {
  if (!answer) return lost(std::move(answer).error());
  if (!answer->ok() || (call_.error_in_ok_body && is_error_document(answer->body))) return refused(*answer);
  return std::move(*answer);
}

ServiceAttempts::Verdict ServiceAttempts::lost(Error error) {
  if (error.kind() == ErrorKind::Connection) {
    uncertain_ = true;
    if (const auto wait = retry_.next({})) return TryAgain{*wait};
  }
  // What a refusal's text says. A connection's is about a host, and an endpoint of one's own is any.
  return with_attempts(std::move(error).with("service", call_.scope.service));
}

ServiceAttempts::Verdict ServiceAttempts::refused(const HttpResponse& answer) {
  const ServiceError error = service_error_of(answer);
  const auto now = parts_.times.clock().now();
  switch (again(error)) {
    case Again::No:
      break;
    case Again::Transient:
    case Again::Throttled:
      uncertain_ = true;
      if (const auto wait = retry_.next(retry_after(answer.headers, now))) return TryAgain{*wait};
      break;
    case Again::ClockSkewed:
      if (const auto offset = learned_offset(error, answer, now, parts_.clock_offset.get());
          offset && !std::exchange(clock_was_set_, true)) {
        parts_.clock_offset.set(*offset);
        return TryAgain{};
      }
      break;
    case Again::CredentialsOld:
      if (call_.credentials != nullptr && !std::exchange(credentials_were_rejected_, true)) {
        call_.credentials->reject(used_);
        return TryAgain{};
      }
      break;
  }
  const std::string action =
      call_.action.empty() ? call_.scope.service + ":" + call_.operation : call_.action;
  return with_attempts(to_error(error, call_.scope.service, call_.operation, action));
}

Error ServiceAttempts::with_attempts(Error error) const {
  if (retry_.attempts() == 1) return error;
  return std::move(error).with("attempts", std::to_string(retry_.attempts()));
}

}  // namespace pg2athena::aws
