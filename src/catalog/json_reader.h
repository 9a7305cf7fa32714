// Records as JSON: strict reading, with errors that name what is wrong, and one way of writing. Only for the
// .cpp files of this folder.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace pg2athena::catalog {

// Keys in the order in which they were written.
using Json = nlohmann::ordered_json;

// The version of all records' form. A reader refuses what is newer than it.
inline constexpr std::uint64_t kRecordFormat = 1;

// Indented, with a newline at the end. The same value is always the same text; what isn't UTF-8 becomes
// U+FFFD.
std::string write_json(const Json& value);

// Reads the keys of one JSON object. Calls go on after a failure, with empty values; result() has the first
// error. Every key has to be asked for: one that wasn't is an error too.
class JsonReader {
 public:
  // `what` names the record in errors: "the receipt".
  static Result<JsonReader> parse(std::string_view text, std::string_view what);

  std::string text(const char* key);
  std::uint64_t number(const char* key);
  // A number that fits an int and isn't negative.
  int small_number(const char* key);
  std::optional<std::string> optional_text(const char* key);
  std::vector<std::string> texts(const char* key);  // an array of texts
  // Calls `read` with a reader for the object, if the key is there.
  void optional_object(const char* key, const std::function<void(JsonReader&)>& read);
  // Calls `read` with a reader for each object of an array.
  void each(const char* key, const std::function<void(JsonReader&)>& read);
  // Anything else that is wrong.
  void reject(std::string_view why);

  // The first error, or one about a key that nobody asked for.
  Result<void> result();

 private:
  JsonReader(Json value, std::string path) : value_(std::move(value)), path_(std::move(path)) {}
  const Json* find(const char* key);
  const Json* require(const char* key, bool (Json::*is_type)() const noexcept, std::string_view type);

  Json value_;
  std::string path_;  // "the receipt", "the receipt: files[2]"
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace pg2athena::catalog
