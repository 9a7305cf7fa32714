// One request on libcurl's way, for the loop of http_client.cpp.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "aws/http.h"
#include "base/cancellation.h"

namespace pg2athena::aws {

class Transfer {
 public:
  struct Settings {
    std::string ca_file;
    std::string user_agent;
  };

  // `settings` has to outlive it.
  Transfer(HttpRequest request, HttpTransport::Done done, const Settings& settings);

  // Prepares the handle; an error when libcurl refuses something. `wake` is called when stop is requested, by
  // whoever requests it.
  Result<void> prepare(std::function<void()> wake);
  CURL* handle() const { return handle_.get(); }
  bool cancelled() const { return request_.cancellation != nullptr && request_.cancellation->requested(); }

  // Whether no byte has come or gone for too long; to be asked every now and then.
  bool stalled(std::chrono::steady_clock::time_point now);

  // One of these is to be called, once, last. The handle must not be in a multi handle any more.
  void finish(CURLcode code);
  void interrupt();
  void end_stalled();
  void fail_with(Error error);

 private:
  struct CloseHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* transfer);
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* transfer);

  Result<void> set_method_and_body();
  Result<void> set_headers();
  Result<void> set_network();
  bool has_own_header(std::string_view name) const;
  bool take_header_line(std::string_view line);
  static int allow_once(void* transfer, char*, char*, int, int);

  HttpRequest request_;
  HttpTransport::Done done_;
  const Settings& settings_;
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  curl_off_t moved_ = -1;  // bytes in both directions, when last asked
  std::chrono::steady_clock::time_point last_move_;
  int sent_ = 0;                  // how often libcurl was about to send it
  std::optional<Error> refused_;  // why the answer wasn't taken
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::unique_ptr<curl_slist, FreeList> header_list_;
  std::unique_ptr<CURL, CloseHandle> handle_;
  std::optional<Cancellation::Registration> registration_;
};

}  // namespace pg2athena::aws
