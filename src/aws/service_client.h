// One request to an AWS service, from credentials to an answer that is one: signed, sent, and sent again as
// long as that may help.
#pragma once

#include <string>

#include "aws/clock_skew.h"
#include "aws/credentials.h"
#include "aws/http.h"
#include "aws/retry.h"
#include "aws/signer.h"
#include "base/error.h"

namespace pg2athena::aws {

// What all clients of services share. Not owned: all of it has to outlive the clients.
struct ServiceParts {
  HttpTransport& transport;
  const Signer& signer;
  RetryTimes& times;
  ClockOffset& clock_offset;
  RetryPolicy policy = {};
};

struct ServiceCall {
  std::string operation;  // "GetSecretValue", for messages
  HttpRequest request;    // without a signature
  SigningScope scope;
  // Null: without a signature, for the calls that get credentials.
  CredentialsProvider* credentials = nullptr;
};

// The answer, with a status of 2xx. Again, within the policy, after a transport's Connection error, 5xx,
// throttling, with new credentials when the service says that these have expired, and with its time when it
// says that ours is wrong (once each). Otherwise the Error of what the service said (service_error.h) with
// "attempts" where there was more than one. Calls have to be idempotent, or of no matter when done twice.
// Waits.
Result<HttpResponse> call_service(const ServiceParts& parts, const ServiceCall& call);

}  // namespace pg2athena::aws
