// Percent-encoding as AWS's signatures have it: all but the unreserved characters of RFC 3986.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pg2athena::aws {

// For a name or a value in a query.
std::string uri_encode(std::string_view text);
// For an object's key in a path: the slashes stay.
std::string uri_encode_path(std::string_view path);
// "a=1&b=2", encoded; also a form's body.
std::string query_text(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace pg2athena::aws
