#include "aws/http_client.h"

#include <chrono>
#include <cstdlib>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <fmt/format.h>

#include "aws/transfer.h"

namespace pg2athena::aws {
namespace {

// Milliseconds. libcurl's clocks wake the loop on their own, and so do new requests: these are upper bounds.
// While something is on its way, how often it is looked at for a stall.
constexpr int kSleepWhenIdle = 60'000;
constexpr int kSleepWhenBusy = 200;

}  // namespace

// All that touches libcurl's handles runs on the loop's thread; others put requests into the inbox and wake
// it.
class HttpClient::Loop {
 public:
  explicit Loop(HttpClientOptions options)
      : settings_{.ca_file = std::move(options.ca_file), .user_agent = std::move(options.user_agent)},
        multi_(curl_multi_init()) {
    if (multi_ == nullptr) return;
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options.max_connections));
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    if (thread_.joinable()) {
      curl_multi_wakeup(multi_);
      thread_.join();
    }
    curl_multi_cleanup(multi_);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  bool ready() const { return multi_ != nullptr; }

  void add(std::unique_ptr<Transfer> transfer) {
    {
      const std::lock_guard lock(mutex_);
      inbox_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
  }

  const Transfer::Settings& settings() const { return settings_; }

 private:
  using Active = std::list<std::unique_ptr<Transfer>>;

  void run() {
    while (take_inbox()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_done();
      end_overdue();
      curl_multi_poll(multi_, nullptr, 0, active_.empty() ? kSleepWhenIdle : kSleepWhenBusy, nullptr);
    }
    while (!active_.empty()) detach(active_.begin())->interrupt();
  }

  // False when it is time to stop.
  bool take_inbox() {
    std::vector<std::unique_ptr<Transfer>> arrived;
    bool stopping = false;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(inbox_);
      stopping = stopping_;
    }
    for (auto& transfer : arrived) {
      if (auto prepared = transfer->prepare([this] { curl_multi_wakeup(multi_); }); !prepared) {
        transfer->fail_with(std::move(prepared).error());
        continue;
      }
      curl_multi_add_handle(multi_, transfer->handle());
      active_.push_back(std::move(transfer));
    }
    return !stopping;
  }

  // What was cancelled, and what stalls.
  void end_overdue() {
    const auto now = std::chrono::steady_clock::now();
    for (auto place = active_.begin(); place != active_.end();) {
      const auto current = place++;
      if ((*current)->cancelled()) {
        detach(current)->interrupt();
      } else if ((*current)->stalled(now)) {
        detach(current)->end_stalled();
      }
    }
  }

  void finish_done() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* const handle = message->easy_handle;
      for (auto place = active_.begin(); place != active_.end(); ++place) {
        if ((*place)->handle() != handle) continue;
        detach(place)->finish(code);
        break;
      }
    }
  }

  std::unique_ptr<Transfer> detach(Active::iterator place) {
    std::unique_ptr<Transfer> transfer = std::move(*place);
    active_.erase(place);
    curl_multi_remove_handle(multi_, transfer->handle());
    return transfer;
  }

  const Transfer::Settings settings_;
  CURLM* multi_;
  Active active_;  // the thread's own
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> inbox_;
  bool stopping_ = false;
  std::thread thread_;
};

Result<std::unique_ptr<HttpClient>> HttpClient::create(HttpClientOptions options) {
  if (const char* const bundle = std::getenv("AWS_CA_BUNDLE"); options.ca_file.empty() && bundle != nullptr) {
    options.ca_file = bundle;
  }
  // Counted, and safe from several threads since libcurl 7.84.
  if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    return fail(ErrorKind::Internal, fmt::format("libcurl doesn't start: {}", curl_easy_strerror(code)));
  }
  std::unique_ptr<HttpClient> client(new HttpClient(std::make_unique<Loop>(std::move(options))));
  if (!client->loop_->ready()) return fail(ErrorKind::Internal, "libcurl makes no handle");
  return client;
}

HttpClient::HttpClient(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

HttpClient::~HttpClient() {
  loop_.reset();
  curl_global_cleanup();
}

void HttpClient::start(HttpRequest request, Done done) {
  loop_->add(std::make_unique<Transfer>(std::move(request), std::move(done), loop_->settings()));
}

}  // namespace pg2athena::aws
