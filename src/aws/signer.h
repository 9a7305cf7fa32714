// AWS's Signature Version 4, in the headers of a request or in a URL, by aws-c-auth.
#pragma once

#include <chrono>
#include <string>

#include "aws/credentials.h"
#include "aws/crt.h"
#include "aws/http.h"
#include "base/error.h"

namespace pg2athena::aws {

struct SigningScope {
  std::string service;  // its name in signatures: "s3", "secretsmanager"
  std::string region;
  // S3 signs a path as it stands on the wire and wants x-amz-content-sha256; all others encode the path once
  // more.
  bool s3 = false;
  // S3 only, and over TLS: the body isn't hashed (x-amz-content-sha256: UNSIGNED-PAYLOAD).
  bool unsigned_payload = false;
};

class Signer {
 public:
  // `library` has to outlive it.
  explicit Signer(const CrtLibrary& library) : library_(library) {}

  // Adds Host, X-Amz-Date, X-Amz-Security-Token where there is one, x-amz-content-sha256 for S3, and
  // Authorization, in the place of those from an earlier signing. All headers of the request are signed.
  // Thread-safe.
  Result<void> sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
                    std::chrono::system_clock::time_point time) const;

  // The URL for a GET that needs no other signature (a "presigned" one), until `lifetime` has passed since
  // `time`: X-Amz-Algorithm, -Credential, -Date, -SignedHeaders (host), -Expires, -Security-Token where there
  // is one, and -Signature, added to its query. Not for S3, which doesn't want its body hashed. Thread-safe.
  Result<std::string> presign(const std::string& url, const Credentials& credentials,
                              const SigningScope& scope, std::chrono::system_clock::time_point time,
                              std::chrono::seconds lifetime) const;

 private:
  const CrtLibrary& library_;
};

}  // namespace pg2athena::aws
