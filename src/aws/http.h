// HTTP as this folder uses it: a request, an answer, and the seam between what has to be said and how it gets
// there.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {

struct HttpHeader {
  std::string name;
  std::string value;

  bool operator==(const HttpHeader&) const = default;
};
using HttpHeaders = std::vector<HttpHeader>;

// The value of the first header of that name, in whatever case; empty if there is none.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);
// Replaces the header of that name, or adds it.
void set_header(HttpHeaders& headers, std::string_view name, std::string value);
void remove_header(HttpHeaders& headers, std::string_view name);

struct HttpTimeouts {
  // Name, TCP and TLS together.
  std::chrono::milliseconds connect = std::chrono::seconds(5);
  // Not one byte in either direction for so long, once there is a connection; while the server thinks, too.
  std::chrono::milliseconds stall = std::chrono::seconds(8);
  // All of it; 0 is without limit.
  std::chrono::milliseconds total = std::chrono::seconds(0);
};

struct HttpRequest {
  std::string method = "GET";
  // "https://host[:port]/path[?query]", percent-encoded: it goes over the wire as it stands.
  std::string url;
  HttpHeaders headers;
  // Not owned: has to stay until the answer is there.
  std::span<const std::byte> body;
  HttpTimeouts timeouts;
  std::size_t max_response_bytes = std::size_t{16} << 20;
  // Ends the request with Interrupted when stop is requested. What cleans up after a stop goes without. Not
  // owned: has to stay until the answer is there.
  Cancellation* cancellation = nullptr;
};

// Any answer is one, 403 and 503 too: what it means is for others to say.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
};

// Thread-safe. Errors are those of the way, not of the answer: Connection when another try may help (not
// resolved, refused, reset, too slow), Authentication when the server can't prove who it is, InvalidArgument
// for what is wrong with the request or the CA file, CorruptInput for what isn't HTTP or is too much,
// Interrupted.
class HttpTransport {
 public:
  using Done = std::move_only_function<void(Result<HttpResponse>)>;

  HttpTransport() = default;
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;
  virtual ~HttpTransport() = default;

  // Returns at once. `done` is called once, on a thread of the transport's or on this one; it must not wait,
  // and must not call send().
  virtual void start(HttpRequest request, Done done) = 0;

  // Waits for the answer.
  Result<HttpResponse> send(HttpRequest request);
};

}  // namespace pg2athena::aws
