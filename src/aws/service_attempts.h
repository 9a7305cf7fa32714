// The attempts at one request to an AWS service: what to send, and what its answer means. For those who wait
// for an answer (service_client.h) and for those who have many requests on their way at once.
#pragma once

#include <chrono>
#include <string>
#include <variant>

#include "aws/clock_skew.h"
#include "aws/credentials.h"
#include "aws/http.h"
#include "aws/service_error.h"
#include "aws/signer.h"
#include "base/error.h"
#include "base/retry.h"

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
  // The IAM action that allows it, for messages; empty: the service's name and the operation's.
  std::string action = {};
  // An answer of 200 may say in its body that the call failed, as S3's slow operations do.
  bool error_in_ok_body = false;
};

// Used by one thread. Again, within the policy, after a transport's Connection error, 5xx, throttling, with
// new credentials when the service says that these have expired, and with its time when it says that ours is
// wrong (once each).
class ServiceAttempts {
 public:
  // Both have to outlive it.
  ServiceAttempts(const ServiceParts& parts, const ServiceCall& call)
      : parts_(parts), call_(call), retry_(parts.policy, parts.times) {}

  // The request of the next attempt, signed. Waits where credentials have to be asked for.
  Result<HttpRequest> request();

  struct TryAgain {
    std::chrono::milliseconds wait{};
  };
  // The answer, with a status of 2xx; or to send it again; or the Error of what the service said
  // (service_error.h), with "attempts" where there was more than one.
  using Verdict = std::variant<HttpResponse, TryAgain, Error>;
  Verdict judge(Result<HttpResponse> answer);

  // Whether an attempt that failed may have taken effect all the same: its answer got lost, or the service
  // was in trouble.
  bool uncertain() const { return uncertain_; }

 private:
  Verdict lost(Error error);
  Verdict refused(const HttpResponse& answer);
  Error with_attempts(Error error) const;

  const ServiceParts& parts_;
  const ServiceCall& call_;
  Retry retry_;
  Credentials used_;
  bool clock_was_set_ = false;
  bool credentials_were_rejected_ = false;
  bool uncertain_ = false;
};

}  // namespace pg2athena::aws
