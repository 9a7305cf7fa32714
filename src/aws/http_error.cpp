#include "aws/http_error.h"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/quantity.h"

namespace pg2athena::aws {
namespace {

std::string host_of(std::string_view origin) {
  const auto scheme = origin.find("://");
  const std::string_view host = scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
  // An IPv6 address has colons of its own, in brackets.
  const auto port = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  return std::string(host.substr(0, port));
}

Error too_slow(const TransferFailure& failure, const HttpRequest& request, const std::string& origin) {
  const HttpTimeouts& timeouts = request.timeouts;
  if (!failure.connected) {
    return Error(ErrorKind::Connection,
                 fmt::format("no connection with {} within {}", origin, duration_text(timeouts.connect)))
        .hint(
            "check that the network, its firewalls and the proxy (https_proxy) let us through to it, and "
            "that an endpoint of https speaks TLS");
  }
  return Error(ErrorKind::Connection,
               fmt::format("{} didn't answer within {}", origin, duration_text(timeouts.total)))
      .hint("the server or the way to it is overloaded or broken; run again");
}

Error untrusted(const TransferFailure& failure, const std::string& origin, const std::string& ca_file) {
  // libcurl has one code for both: "SSL: no alternative certificate subject name matches target host name
  // '…'".
  if (failure.words.find("subject name") == std::string::npos) {
    return Error(ErrorKind::Authentication,
                 fmt::format("the certificate of {} isn't trusted: {}", origin, failure.words))
        .hint(ca_file.empty()
                  ? "name the file with the certificate authority's certificate: AWS_CA_BUNDLE or the "
                    "configuration's aws.ca_file"
                  : fmt::format("{} has to have the certificate of the authority that signed it", ca_file));
  }
  return Error(ErrorKind::Authentication,
               fmt::format("the certificate of {} is one for another host: {}", origin, failure.words))
      .hint(fmt::format("use the endpoint by a name that its certificate has, or give it one for {}",
                        host_of(origin)));
}

Error not_http(const TransferFailure& failure, const std::string& origin) {
  return Error(ErrorKind::CorruptInput, fmt::format("{} doesn't answer in HTTP: {}", origin, failure.words))
      .hint("check the endpoint's host, port and scheme");
}

Error not_connected(const TransferFailure& failure, const std::string& origin) {
  if (failure.system_error == ECONNREFUSED) {
    return Error(ErrorKind::Connection, fmt::format("{} refuses the connection", origin))
        .hint("check the endpoint's host and port, and that the server runs");
  }
  const std::string why =
      failure.system_error == 0 ? failure.words : std::generic_category().message(failure.system_error);
  return Error(ErrorKind::Connection, fmt::format("can't connect to {}: {}", origin, why))
      .hint("check that the network, its firewalls and the proxy (https_proxy) let us through to it");
}

}  // namespace

Error stalled_error(const HttpRequest& request) {
  return Error(ErrorKind::Connection, fmt::format("{} stalled: no byte in {}", origin_of(request.url),
                                                  duration_text(request.timeouts.stall)))
      .hint("the server or the way to it is overloaded or broken; run again");
}

std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto path = url.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3);
  const std::string_view origin = url.substr(0, path);
  // Neither a user nor a password.
  if (const auto at = origin.rfind('@'); at != std::string_view::npos && scheme != std::string_view::npos) {
    return std::string(origin.substr(0, scheme + 3)) + std::string(origin.substr(at + 1));
  }
  return std::string(origin);
}

Error http_error(const TransferFailure& failure, const HttpRequest& request, const std::string& ca_file) {
  const std::string origin = origin_of(request.url);
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error(ErrorKind::Connection, fmt::format("the host name {} can't be resolved", host_of(origin)))
          .hint("check the endpoint, the region and the name server");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Error(ErrorKind::Connection, "the proxy's host name can't be resolved")
          .hint("check https_proxy, http_proxy and all_proxy; no_proxy lists the hosts that go without");
    case CURLE_COULDNT_CONNECT:
      return not_connected(failure, origin);
    case CURLE_OPERATION_TIMEDOUT:
      return too_slow(failure, request, origin);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return untrusted(failure, origin, ca_file);
    case CURLE_SSL_CACERT_BADFILE:
      return Error(ErrorKind::InvalidArgument, fmt::format("no certificates can be read from {}",
                                                           ca_file.empty() ? "the system's file" : ca_file))
          .hint(ca_file.empty()
                    ? "install the package ca-certificates, or name a file in AWS_CA_BUNDLE"
                    : "AWS_CA_BUNDLE or aws.ca_file of the configuration has to name a readable file in PEM");
    case CURLE_SSL_CONNECT_ERROR:
      return Error(ErrorKind::Connection, fmt::format("no TLS with {}: {}", origin, failure.words))
          .hint("check that the endpoint's port is one for https");
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (failure.words.find("HTTP/0.9") != std::string::npos) return not_http(failure, origin);
      [[fallthrough]];
    case CURLE_URL_MALFORMAT:
      return Error(ErrorKind::InvalidArgument, fmt::format("{} isn't a URL that can be asked", origin))
          .hint("an endpoint is https://host or https://host:port");
    case CURLE_WEIRD_SERVER_REPLY:
      return not_http(failure, origin);
    case CURLE_OUT_OF_MEMORY:
      return Error(ErrorKind::Internal, "libcurl has no memory left");
    default:
      return Error(ErrorKind::Connection,
                   fmt::format("the connection to {} was lost: {}", origin,
                               failure.words.empty() ? curl_easy_strerror(failure.code) : failure.words))
          .hint("the server or the way to it broke it off; run again");
  }
}

}  // namespace pg2athena::aws
