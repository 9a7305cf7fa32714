#include "aws/service_client.h"

#include <utility>
#include <variant>

namespace pg2athena::aws {

Result<HttpResponse> call_service(const ServiceParts& parts, const ServiceCall& call) {
  ServiceAttempts attempts(parts, call);
  return call_service(parts, call, attempts);
}

Result<HttpResponse> call_service(const ServiceParts& parts, const ServiceCall& call,
                                  ServiceAttempts& attempts) {
  Cancellation* const cancellation = call.request.cancellation;
  for (;;) {
    if (cancellation != nullptr) PG2ATHENA_TRY(cancellation->check());
    PG2ATHENA_ASSIGN(HttpRequest request, attempts.request());
    ServiceAttempts::Verdict verdict = attempts.judge(parts.transport.send(std::move(request)));
    if (auto* const answer = std::get_if<HttpResponse>(&verdict)) return std::move(*answer);
    if (auto* const error = std::get_if<Error>(&verdict)) return fail(std::move(*error));
    PG2ATHENA_TRY(parts.times.wait(std::get<ServiceAttempts::TryAgain>(verdict).wait, cancellation));
  }
}

}  // namespace pg2athena::aws
