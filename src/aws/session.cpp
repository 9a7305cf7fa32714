#include "aws/session.h"

#include <utility>

#include "aws/credentials_chain.h"
#include "aws/crt.h"
#include "aws/http_client.h"
#include "aws/signer.h"

namespace pg2athena::aws {

// In the order in which they are made; each refers to those before it.
struct Session::Parts {
  CredentialsOptions options;
  CrtLibrary library;
  Signer signer{library};
  SystemRetryTimes times;
  ClockOffset clock_offset;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<ServiceParts> service;
  std::unique_ptr<CredentialsProvider> credentials;
};

Result<std::unique_ptr<Session>> Session::open(const Identity& identity, Cancellation& stop) {
  auto parts = std::make_unique<Parts>();
  const std::string region =
      identity.region.empty() ? configured_region(parts->library, identity.profile) : identity.region;
  parts->options = {.profile = identity.profile,
                    .role = {},
                    .region = region,
                    .sts_endpoint = {},
                    .ca_file = identity.ca_file,
                    .cancellation = &stop};
  PG2ATHENA_ASSIGN(parts->client, HttpClient::create({.ca_file = identity.ca_file}));
  parts->service = std::make_unique<ServiceParts>(
      ServiceParts{*parts->client, parts->signer, parts->times, parts->clock_offset});
  parts->credentials = cached_credentials_chain(*parts->service, parts->library, parts->options);
  return std::unique_ptr<Session>(new Session(std::move(parts)));
}

Session::Session(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Session::~Session() = default;

const ServiceParts& Session::parts() const {
  return *parts_->service;
}

CredentialsProvider& Session::credentials() {
  return *parts_->credentials;
}

std::unique_ptr<CredentialsProvider> Session::assume(const Role& role) {
  CredentialsOptions options = parts_->options;
  options.role = role;
  return cached_credentials_chain(*parts_->service, parts_->library, std::move(options));
}

const std::string& Session::region() const {
  return parts_->options.region;
}

}  // namespace pg2athena::aws
