#include "aws/endpoint.h"

#include <algorithm>

#include <fmt/format.h>

#include "aws/environment.h"
#include "base/ascii.h"

namespace pg2athena::aws {
namespace {

Result<std::string> checked(std::string url, std::string_view whence) {
  const auto scheme = url.find("://");
  const bool known = url.starts_with("https://") || url.starts_with("http://");
  constexpr std::string_view kNotInIt = " \t\r\n?#@";
  if (!known || url.size() == scheme + 3 || url[scheme + 3] == '/' ||
      url.find_first_of(kNotInIt) != std::string::npos) {
    return fail(Error(ErrorKind::InvalidArgument, fmt::format("the endpoint in {} isn't a URL", whence))
                    .hint("an endpoint is https://host or https://host:port"));
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::string> own_endpoint(std::string_view host_prefix, std::string_view region) {
  if (region.empty()) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("no AWS region is known, which {} needs", host_prefix))
            .hint("set AWS_REGION, or aws.region in the configuration, or the AWS profile's region"));
  }
  // It becomes a part of a host name.
  if (!std::ranges::all_of(region, [](char c) { return is_ascii_alphanumeric(c) || c == '-'; })) {
    return fail(Error(ErrorKind::InvalidArgument, "an AWS region has letters, digits and hyphens only")
                    .hint("a region is eu-central-1 or the like: look at AWS_REGION and the AWS profile"));
  }
  return default_endpoint(host_prefix, region);
}

}  // namespace

std::string default_endpoint(std::string_view host_prefix, std::string_view region) {
  // The partitions that other people than governments have (AWS's endpoints.json).
  const std::string_view suffix = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return fmt::format("https://{}.{}.{}", host_prefix, region, suffix);
}

Result<std::string> credentials_endpoint(std::string_view configured, std::string_view service,
                                         std::string_view host_prefix, std::string_view region) {
  if (!configured.empty()) return checked(std::string(configured), "the configuration");
  const std::string variable = fmt::format("AWS_ENDPOINT_URL_{}", service);
  if (std::string url = environment_variable(variable.c_str()); !url.empty())
    return checked(std::move(url), variable);
  return own_endpoint(host_prefix, region);
}

Result<std::string> service_endpoint(std::string_view configured, std::string_view service,
                                     std::string_view host_prefix, std::string_view region) {
  const std::string variable = fmt::format("AWS_ENDPOINT_URL_{}", service);
  const bool named = !configured.empty() || !environment_variable(variable.c_str()).empty();
  if (std::string url = environment_variable("AWS_ENDPOINT_URL"); !named && !url.empty()) {
    return checked(std::move(url), "AWS_ENDPOINT_URL");
  }
  return credentials_endpoint(configured, service, host_prefix, region);
}

}  // namespace pg2athena::aws
