// What the tests of tests/aws run: one question to src/aws. The answer is JSON on standard output, with exit
// code 0; or the error is, with exit code 1.
//
//   aws_probe send URL                     without a signature; the options of a request are
//       --method M --header 'N: V' --body TEXT --times N --stall-ms MS --connect-ms MS --total-ms MS
//       --cancel-after-ms MS --max-bytes N --max-connections N
//   aws_probe many URL COUNT               at once: how many had which status, or kind of error; with
//       --leave-ms MS the client is destroyed so soon
//   aws_probe signed URL SERVICE REGION    signed with what the chain of credentials finds; --s3 --unsigned
//   aws_probe credentials                  --profile P --role ARN --external-id X --session-name N --region R
//       --sts URL
//   aws_probe secret ID                    --stage S, and the options of credentials
//   aws_probe rds-token HOST PORT USER REGION SECONDS    at that time since 1970; the options of credentials
//   aws_probe checksums TEXT
#include <charconv>
#include <chrono>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "aws/checksum.h"
#include "aws/clock_skew.h"
#include "aws/credentials_chain.h"
#include "aws/crt.h"
#include "aws/http_client.h"
#include "aws/rds_token.h"
#include "aws/secrets_manager.h"
#include "aws/service_client.h"
#include "aws/signer.h"
#include "base/bytes.h"
#include "base/cancellation.h"
#include "base/retry.h"

namespace pg2athena::aws {
namespace {

int number_of(const std::string& text, int otherwise) {
  int number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

struct Arguments {
  std::vector<std::string> positional;
  std::multimap<std::string, std::string> options;

  Arguments(int count, char** values) {
    for (int i = 1; i < count; ++i) {
      const std::string word = values[i];
      if (!word.starts_with("--")) {
        positional.push_back(word);
      } else if (word == "--s3" || word == "--unsigned") {
        options.emplace(word, "");
      } else {
        options.emplace(word, ++i < count ? values[i] : "");
      }
    }
  }
  bool has(const std::string& name) const { return options.contains(name); }
  std::string text(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
  int number(const std::string& name, int otherwise) const { return number_of(text(name), otherwise); }
  std::chrono::milliseconds millis(const std::string& name, std::chrono::milliseconds otherwise) const {
    return std::chrono::milliseconds(number(name, static_cast<int>(otherwise.count())));
  }
  std::string at(std::size_t place) const { return place < positional.size() ? positional[place] : ""; }
};

int print(const nlohmann::json& answer) {
  std::cout << answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  return 0;
}

int print(const Error& error) {
  nlohmann::json context;
  for (const auto& [key, value] : error.context()) context[key] = value;
  print({{"kind", to_string(error.kind())},
         {"message", error.message()},
         {"hint", error.hint()},
         {"context", context},
         {"description", error.describe()}});
  return 1;
}

nlohmann::json described(const HttpResponse& response) {
  nlohmann::json headers;
  for (const auto& [name, value] : response.headers) headers[name] = value;
  return {{"status", response.status}, {"headers", headers}, {"body", response.body}};
}

class Probe {
 public:
  Probe(const Arguments& arguments, std::unique_ptr<HttpClient> client)
      : arguments_(arguments), client_(std::move(client)), signer_(library_) {
    if (const auto after = arguments.millis("--cancel-after-ms", {}); after.count() > 0) {
      stopper_ = std::jthread([this, after] {
        std::this_thread::sleep_for(after);
        cancellation_.request(Cancellation::Reason::Operator);
      });
    }
  }

  int run() {
    const std::string command = arguments_.at(0);
    if (command == "send") return send();
    if (command == "many") return send_many();
    if (command == "signed") return send_signed();
    if (command == "credentials") return credentials();
    if (command == "secret") return secret();
    if (command == "rds-token") return token();
    std::cerr << "aws_probe: no such question: " << command << "\n";
    return 2;
  }

 private:
  ServiceParts parts() { return {*client_, signer_, times_, clock_offset_}; }

  HttpRequest request() {
    HttpRequest request{.url = arguments_.at(1), .cancellation = &cancellation_};
    if (arguments_.has("--method")) request.method = arguments_.text("--method");
    const auto [begin, end] = arguments_.options.equal_range("--header");
    for (auto option = begin; option != end; ++option) {
      const auto colon = option->second.find(": ");
      request.headers.push_back({option->second.substr(0, colon), option->second.substr(colon + 2)});
    }
    body_ = arguments_.text("--body");
    request.body = as_bytes(body_);
    request.timeouts.connect = arguments_.millis("--connect-ms", request.timeouts.connect);
    request.timeouts.total = arguments_.millis("--total-ms", request.timeouts.total);
    request.timeouts.stall = arguments_.millis("--stall-ms", request.timeouts.stall);
    request.max_response_bytes = static_cast<std::size_t>(
        arguments_.number("--max-bytes", static_cast<int>(request.max_response_bytes)));
    return request;
  }

  int send() {
    Result<HttpResponse> answer = fail(ErrorKind::Internal, "nothing was sent");
    const int times = arguments_.number("--times", 1);
    for (int i = 0; i < times; ++i) answer = client_->send(request());
    return answer ? print(described(*answer)) : print(answer.error());
  }

  // Half of them by start(), from this thread; half by send(), from four others.
  int send_many() {
    const int count = number_of(arguments_.at(2), 0);
    std::mutex mutex;
    std::map<std::string, int> outcomes;
    const auto note = [&](const Result<HttpResponse>& answer) {
      const std::lock_guard lock(mutex);
      ++outcomes[answer ? std::to_string(answer->status) : std::string(to_string(answer.error().kind()))];
    };
    const HttpRequest prototype = request();
    {
      constexpr int kThreads = 4;
      std::vector<std::jthread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          for (int i = thread; i < count / 2; i += kThreads) note(client_->send(prototype));
        });
      }
      for (int i = count / 2; i < count; ++i) client_->start(prototype, note);
      if (arguments_.has("--leave-ms")) {
        threads.clear();
        std::this_thread::sleep_for(arguments_.millis("--leave-ms", {}));
      }
    }
    const auto all_there = [&] {
      const std::lock_guard lock(mutex);
      int sum = 0;
      for (const auto& outcome : outcomes) sum += outcome.second;
      return sum == count;
    };
    while (!arguments_.has("--leave-ms") && !all_there())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    client_.reset();
    return print(outcomes);
  }

  int send_signed() {
    const auto provider = cached_credentials_chain(parts(), library_, options());
    const ServiceCall call{.operation = arguments_.text("--method"),
                           .request = request(),
                           .scope = {.service = arguments_.at(2),
                                     .region = arguments_.at(3),
                                     .s3 = arguments_.has("--s3"),
                                     .unsigned_payload = arguments_.has("--unsigned")},
                           .credentials = provider.get()};
    const auto answer = call_service(parts(), call);
    return answer ? print(described(*answer)) : print(answer.error());
  }

  CredentialsOptions options() {
    CredentialsOptions options{.profile = arguments_.text("--profile"),
                               .region = arguments_.text("--region"),
                               .sts_endpoint = arguments_.text("--sts"),
                               .cancellation = &cancellation_};
    if (arguments_.has("--role")) {
      options.role = Role{.arn = arguments_.text("--role"),
                          .session_name = arguments_.text("--session-name"),
                          .external_id = arguments_.text("--external-id")};
    }
    return options;
  }

  int credentials() {
    const auto provider = cached_credentials_chain(parts(), library_, options());
    const auto found = provider->get();
    if (!found) return print(found.error());
    nlohmann::json answer = {{"access_key_id", found->access_key_id},
                             {"secret_access_key", found->secret_access_key},
                             {"session_token", found->session_token},
                             {"source", found->source}};
    if (found->expiration) answer["expiration"] = rfc3339(*found->expiration);
    return print(answer);
  }

  int secret() {
    const auto provider = cached_credentials_chain(parts(), library_, options());
    std::string region = arguments_.text("--region");
    if (region.empty()) region = configured_region(library_, "");
    const auto manager = SecretsManager::create(parts(), *provider, region, "", &cancellation_);
    if (!manager) return print(manager.error());
    const auto value =
        manager->get_secret_value({.id = arguments_.at(1), .version_stage = arguments_.text("--stage")});
    if (!value) return print(value.error());
    nlohmann::json answer = {{"text", value->text}, {"version_id", value->version_id}};
    if (value->members) answer["members"] = *value->members;
    return print(answer);
  }

  int token() {
    const auto provider = cached_credentials_chain(parts(), library_, options());
    const auto found = provider->get();
    if (!found) return print(found.error());
    const auto made = rds_token(
        signer_, *found,
        {.host = arguments_.at(1),
         .port = static_cast<std::uint16_t>(number_of(arguments_.at(2), 0)),
         .user = arguments_.at(3),
         .region = arguments_.at(4)},
        std::chrono::system_clock::time_point(std::chrono::seconds(number_of(arguments_.at(5), 0))));
    return made ? print({{"token", *made}}) : print(made.error());
  }

  const Arguments& arguments_;
  const CrtLibrary library_;
  std::string body_;
  Cancellation cancellation_;
  std::unique_ptr<HttpClient> client_;
  const Signer signer_;
  SystemRetryTimes times_;
  ClockOffset clock_offset_;
  std::jthread stopper_;
};

int run(const Arguments& arguments) {
  auto client = HttpClient::create(
      {.max_connections = static_cast<std::size_t>(arguments.number("--max-connections", 0))});
  if (!client) return print(client.error());
  return Probe(arguments, std::move(*client)).run();
}

}  // namespace
}  // namespace pg2athena::aws

int main(int count, char** values) {
  try {
    return pg2athena::aws::run(pg2athena::aws::Arguments(count, values));
  } catch (const std::exception& error) {
    std::cerr << "aws_probe: " << error.what() << "\n";
    return 2;
  }
}
