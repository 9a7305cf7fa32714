#include "aws/http.h"

#include <algorithm>
#include <future>
#include <utility>

#include "base/ascii.h"

namespace pg2athena::aws {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

}  // namespace

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [&](const HttpHeader& header) { return same_name(header.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

void set_header(HttpHeaders& headers, std::string_view name, std::string value) {
  remove_header(headers, name);
  headers.push_back({std::string(name), std::move(value)});
}

void remove_header(HttpHeaders& headers, std::string_view name) {
  std::erase_if(headers, [&](const HttpHeader& header) { return same_name(header.name, name); });
}

Result<HttpResponse> HttpTransport::send(HttpRequest request) {
  std::promise<Result<HttpResponse>> answer;
  auto arrived = answer.get_future();
  start(std::move(request), [&answer](Result<HttpResponse> result) { answer.set_value(std::move(result)); });
  return arrived.get();
}

}  // namespace pg2athena::aws
