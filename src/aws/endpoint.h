// Where a service listens.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace pg2athena::aws {

// "https://<host>.<region>.amazonaws.com", in China with ".cn".
std::string default_endpoint(std::string_view host_prefix, std::string_view region);

// `configured`, or what AWS_ENDPOINT_URL_<SERVICE> names, or AWS_ENDPOINT_URL, or the service's own.
// `service` is as in the variable's name: "SECRETS_MANAGER". InvalidArgument for what isn't
// http(s)://host[:port][/path], and where the region is needed and isn't known. Without a slash at its end.
Result<std::string> service_endpoint(std::string_view configured, std::string_view service,
                                     std::string_view host_prefix, std::string_view region);

// The same for STS and SSO, which give out credentials: AWS_ENDPOINT_URL alone mustn't reach them. It is what
// people set to speak to another S3 (MinIO), which has neither.
Result<std::string> credentials_endpoint(std::string_view configured, std::string_view service,
                                         std::string_view host_prefix, std::string_view region);

}  // namespace pg2athena::aws
