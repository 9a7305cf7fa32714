// What went wrong on the way to a server, as an Error for the operator: what, where, what to do.
#pragma once

#include <string>

#include <curl/curl.h>

#include "aws/http.h"
#include "base/error.h"

namespace pg2athena::aws {

// What libcurl says about a request that got no answer.
struct TransferFailure {
  CURLcode code = CURLE_OK;
  std::string words;       // libcurl's own
  int system_error = 0;    // errno, 0 when the system had none
  bool connected = false;  // TCP and TLS were there
};

// `ca_file` is where the certificates that are trusted come from; empty for the system's.
Error http_error(const TransferFailure& failure, const HttpRequest& request, const std::string& ca_file);

// That no byte came or went for HttpTimeouts::stall.
Error stalled_error(const HttpRequest& request);

// "https://host:port" of a URL: what a message may say of it. A query may have secrets.
std::string origin_of(std::string_view url);

}  // namespace pg2athena::aws
