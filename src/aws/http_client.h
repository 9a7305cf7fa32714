// The HTTP client: libcurl, driven by one thread of its own. HTTP/1.1, connections are kept and used again,
// TLS is verified always. Proxies are taken from the environment (https_proxy, no_proxy, …), as curl does.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "aws/http.h"

namespace pg2athena::aws {

struct HttpClientOptions {
  // A file in PEM with the authorities to trust instead of the system's; empty: what AWS_CA_BUNDLE names, if
  // it is set.
  std::string ca_file;
  // At once, to all hosts together; what is more waits. 0 is without limit.
  std::size_t max_connections = 0;
  std::string user_agent = "pg2athena";
};

class HttpClient final : public HttpTransport {
 public:
  static Result<std::unique_ptr<HttpClient>> create(HttpClientOptions options);
  // Requests that are still on their way end with Interrupted.
  ~HttpClient() override;

  void start(HttpRequest request, Done done) override;

 private:
  class Loop;
  explicit HttpClient(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace pg2athena::aws
