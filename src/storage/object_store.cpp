#include "storage/object_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/bytes.h"
#include "base/utf8.h"

namespace pg2athena::storage {
namespace {

constexpr std::size_t kLongestKey = 1024;  // "Creating object key names" in Amazon S3's user guide

std::unexpected<Error> refuse(std::string_view key, std::string_view why) {
  return fail(ErrorKind::InvalidArgument, fmt::format("\"{}\" can't be the name of an object: {}",
                                                      is_utf8(as_bytes(key)) ? key : "(not UTF-8)", why));
}

Result<void> check_characters(std::string_view key) {
  if (key.size() > kLongestKey) return refuse(key, "it is longer than 1024 bytes");
  if (!is_utf8(as_bytes(key))) return refuse(key, "it isn't UTF-8");
  if (std::ranges::any_of(key, is_ascii_control)) {
    return fail(ErrorKind::InvalidArgument, "the name of an object can't hold control characters");
  }
  return {};
}

Result<void> check_part(std::string_view key, std::string_view part) {
  if (part.empty()) return refuse(key, "it has an empty part");
  if (part.front() == '.') return refuse(key, "a part of it begins with a dot");
  return {};
}

}  // namespace

Result<void> check_key(std::string_view key) {
  PG2ATHENA_TRY(check_characters(key));
  std::string_view rest = key;
  for (std::size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    PG2ATHENA_TRY(check_part(key, rest.substr(0, slash)));
    rest.remove_prefix(slash + 1);
  }
  return check_part(key, rest);
}

Result<void> check_prefix(std::string_view prefix) {
  // Any letter makes a key of a prefix that ends in a slash or is empty.
  return check_key(std::string(prefix) + 'x');
}

Result<void> ObjectStore::visit(const std::string& prefix, const WantedFolder& /*wanted*/,
                                const Visit& visit) {
  PG2ATHENA_ASSIGN(const std::vector<ObjectInfo> objects, list(prefix));
  for (const ObjectInfo& object : objects) PG2ATHENA_TRY(visit(object));
  return {};
}

}  // namespace pg2athena::storage
