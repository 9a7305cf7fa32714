#include "aws/transfer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "aws/http_error.h"
#include "base/quantity.h"

namespace pg2athena::aws {
namespace {

// All of AWS's together have a few kilobytes.
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;

template <typename Value>
Result<void> set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code == CURLE_OK) return {};
  return fail(ErrorKind::Internal, fmt::format("libcurl refuses option {}: {}", static_cast<int>(option),
                                               curl_easy_strerror(code)));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

Transfer::Transfer(HttpRequest request, HttpTransport::Done done, const Settings& settings)
    : request_(std::move(request)), done_(std::move(done)), settings_(settings), handle_(curl_easy_init()) {}

Result<void> Transfer::prepare(std::function<void()> wake) {
  if (!handle_) return fail(ErrorKind::Internal, "libcurl makes no handle");
  PG2ATHENA_TRY(set_method_and_body());
  PG2ATHENA_TRY(set_headers());
  PG2ATHENA_TRY(set_network());
  if (request_.cancellation != nullptr) registration_.emplace(*request_.cancellation, std::move(wake));
  return {};
}

Result<void> Transfer::set_method_and_body() {
  CURL* const handle = handle_.get();
  PG2ATHENA_TRY(set(handle, CURLOPT_URL, request_.url.c_str()));
  // A key like "a/./b" is what it says.
  PG2ATHENA_TRY(set(handle, CURLOPT_PATH_AS_IS, 1L));
  if (request_.method == "HEAD") return set(handle, CURLOPT_NOBODY, 1L);
  if (request_.method == "GET") return set(handle, CURLOPT_HTTPGET, 1L);
  if (request_.method != "DELETE" || !request_.body.empty()) {
    // "POST" with the body where it lies, also for PUT.
    PG2ATHENA_TRY(set(handle, CURLOPT_POST, 1L));
    PG2ATHENA_TRY(set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size())));
    const void* const bytes = request_.body.empty() ? "" : static_cast<const void*>(request_.body.data());
    PG2ATHENA_TRY(set(handle, CURLOPT_POSTFIELDS, bytes));
  }
  return set(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

bool Transfer::has_own_header(std::string_view name) const {
  return !find_header(request_.headers, name).empty();
}

Result<void> Transfer::set_headers() {
  const auto add = [this](const std::string& line) {
    curl_slist* const longer = curl_slist_append(header_list_.get(), line.c_str());
    if (longer == nullptr) return false;
    std::ignore = header_list_.release();
    header_list_.reset(longer);
    return true;
  };
  bool added = true;
  for (const auto& [name, value] : request_.headers) {
    constexpr std::string_view kLineEnds("\r\n\0", 3);
    if (name.empty() || name.find_first_of(kLineEnds) != std::string::npos ||
        value.find_first_of(kLineEnds) != std::string::npos) {
      return fail(ErrorKind::InvalidArgument, fmt::format("the value of the header {} has a line end", name));
    }
    // libcurl takes "name;" for a header without a value, and "name:" for one to leave out.
    added = added && add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  // What libcurl would add, and nobody asked for or signed: a wait for "100 Continue", a form's type.
  added = added && add("Expect:");
  if (!has_own_header("Content-Type")) added = added && add("Content-Type:");
  if (!added) return fail(ErrorKind::Internal, "libcurl has no memory left");
  return set(handle_.get(), CURLOPT_HTTPHEADER, header_list_.get());
}

Result<void> Transfer::set_network() {
  CURL* const handle = handle_.get();
  // libcurl's numbers are longs.
  const long connect_ms = request_.timeouts.connect.count();
  const long total_ms = request_.timeouts.total.count();
  PG2ATHENA_TRY(set(handle, CURLOPT_NOSIGNAL, 1L));
  PG2ATHENA_TRY(set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)));
  PG2ATHENA_TRY(set(handle, CURLOPT_PROTOCOLS_STR, "http,https"));
  PG2ATHENA_TRY(set(handle, CURLOPT_USERAGENT, settings_.user_agent.c_str()));
  PG2ATHENA_TRY(set(handle, CURLOPT_SSL_VERIFYPEER, 1L));
  PG2ATHENA_TRY(set(handle, CURLOPT_SSL_VERIFYHOST, 2L));
  PG2ATHENA_TRY(set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)));
  if (!settings_.ca_file.empty()) {
    PG2ATHENA_TRY(set(handle, CURLOPT_CAINFO, settings_.ca_file.c_str()));
    // The system's folder of authorities would be trusted beside the file.
    PG2ATHENA_TRY(set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr)));
  }
  PG2ATHENA_TRY(set(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_ms));
  PG2ATHENA_TRY(set(handle, CURLOPT_TIMEOUT_MS, total_ms));
  PG2ATHENA_TRY(set(handle, CURLOPT_TCP_NODELAY, 1L));
  PG2ATHENA_TRY(set(handle, CURLOPT_ERRORBUFFER, words_.data()));
  PG2ATHENA_TRY(set(handle, CURLOPT_PRIVATE, static_cast<void*>(this)));
  PG2ATHENA_TRY(set(handle, CURLOPT_HEADERFUNCTION, &Transfer::take_header));
  PG2ATHENA_TRY(set(handle, CURLOPT_HEADERDATA, static_cast<void*>(this)));
  PG2ATHENA_TRY(set(handle, CURLOPT_PREREQFUNCTION, &Transfer::allow_once));
  PG2ATHENA_TRY(set(handle, CURLOPT_PREREQDATA, static_cast<void*>(this)));
  PG2ATHENA_TRY(set(handle, CURLOPT_WRITEFUNCTION, &Transfer::take_body));
  return set(handle, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

// When a connection that libcurl had kept ends without an answer, it sends the request again by itself
// (Curl_retry_request in lib/transfer.c), and nobody knows then that the first one may have had its effect.
// That is for those to decide who know what the request does.
int Transfer::allow_once(void* transfer, char* /*ip*/, char* /*local_ip*/, int /*port*/, int /*local_port*/) {
  return ++static_cast<Transfer*>(transfer)->sent_ == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t Transfer::take_header(char* bytes, std::size_t size, std::size_t count, void* transfer) {
  const std::size_t length = size * count;
  return static_cast<Transfer*>(transfer)->take_header_line({bytes, length}) ? length : 0;
}

bool Transfer::take_header_line(std::string_view line) {
  // "HTTP/1.1 200 OK" begins the headers anew: after "100 Continue", or behind those of a proxy.
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    header_bytes_ = 0;
  }
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    refused_ =
        Error(ErrorKind::CorruptInput, fmt::format("the headers of the answer of {} have more than {}",
                                                   origin_of(request_.url), byte_size_text(kMaxHeaderBytes)))
            .hint("check that the endpoint is one of AWS or speaks like it");
    return false;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    response_.headers.push_back(
        {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  }
  return true;
}

std::size_t Transfer::take_body(char* bytes, std::size_t size, std::size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  const std::size_t length = size * count;
  if (length > self.request_.max_response_bytes - self.response_.body.size()) {
    self.refused_ = Error(ErrorKind::CorruptInput,
                          fmt::format("the answer of {} has more than {}", origin_of(self.request_.url),
                                      byte_size_text(self.request_.max_response_bytes)))
                        .hint("check that the endpoint is one of AWS or speaks like it");
    return 0;
  }
  self.response_.body.append(bytes, length);
  return length;
}

// libcurl's own limit of speed takes an average over five seconds first, and isn't exact to the second.
bool Transfer::stalled(std::chrono::steady_clock::time_point now) {
  CURL* const handle = handle_.get();
  curl_off_t connected = 0;
  curl_off_t sent = 0;
  curl_off_t received = 0;
  curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &connected);
  curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &received);
  const curl_off_t moved = sent + received + static_cast<curl_off_t>(header_bytes_);
  // Before there is a connection its own clock runs; a request may also wait until one is free.
  if (connected == 0 || moved != moved_) {
    moved_ = moved;
    last_move_ = now;
    return false;
  }
  return request_.timeouts.stall.count() > 0 && now - last_move_ >= request_.timeouts.stall;
}

void Transfer::end_stalled() {
  fail_with(stalled_error(request_));
}

void Transfer::finish(CURLcode code) {
  if (refused_) return fail_with(std::move(*refused_));
  if (sent_ > 1) code = CURLE_GOT_NOTHING;
  CURL* const handle = handle_.get();
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    registration_.reset();
    return done_(std::move(response_));
  }
  long system_error = 0;
  curl_off_t connected = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &system_error);
  curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &connected);
  fail_with(http_error({.code = code,
                        .words = words_.data(),
                        .system_error = static_cast<int>(system_error),
                        .connected = connected > 0},
                       request_, settings_.ca_file));
}

void Transfer::interrupt() {
  Result<void> why;
  if (request_.cancellation != nullptr) why = request_.cancellation->check();
  fail_with(why ? Error(ErrorKind::Interrupted, "the HTTP client was stopped") : std::move(why).error());
}

void Transfer::fail_with(Error error) {
  registration_.reset();
  done_(fail(std::move(error)));
}

}  // namespace pg2athena::aws
