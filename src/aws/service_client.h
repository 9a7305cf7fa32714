// One request to an AWS service, from credentials to an answer that is one: signed, sent, and sent again as
// long as that may help.
#pragma once

#include "aws/http.h"
#include "aws/service_attempts.h"
#include "base/error.h"

namespace pg2athena::aws {

// The answer, with a status of 2xx, or the error, as ServiceAttempts has them. Calls have to be idempotent,
// or of no matter when done twice. Waits.
Result<HttpResponse> call_service(const ServiceParts& parts, const ServiceCall& call);

// The same for calls that aren't of no matter, with attempts of the caller's, which know more afterwards.
// `attempts` has to be of the same parts and call.
Result<HttpResponse> call_service(const ServiceParts& parts, const ServiceCall& call,
                                  ServiceAttempts& attempts);

}  // namespace pg2athena::aws
