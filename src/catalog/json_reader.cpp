#include "catalog/json_reader.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace pg2athena::catalog {

std::string write_json(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<JsonReader> JsonReader::parse(std::string_view text, std::string_view what) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(ErrorKind::CorruptInput, fmt::format("{} is not JSON", what));
  if (!value.is_object()) return fail(ErrorKind::CorruptInput, fmt::format("{} is not a JSON object", what));
  JsonReader reader(std::move(value), std::string(what));
  if (const std::uint64_t format = reader.number("format"); !reader.error_ && format != kRecordFormat) {
    return fail(
        Error(ErrorKind::CorruptInput, fmt::format("{} has format {}, this version of pg2athena knows {}",
                                                   what, format, kRecordFormat))
            .hint("use the version of pg2athena that wrote it, or a newer one"));
  }
  if (reader.error_) return fail(*reader.error_);
  return reader;
}

void JsonReader::reject(std::string_view why) {
  if (!error_) error_ = Error(ErrorKind::CorruptInput, fmt::format("{}: {}", path_, why));
}

const Json* JsonReader::find(const char* key) {
  known_.emplace_back(key);
  const auto found = value_.find(key);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

const Json* JsonReader::require(const char* key, bool (Json::*is_type)() const noexcept,
                                std::string_view type) {
  const Json* const found = find(key);
  if (found != nullptr && (found->*is_type)()) return found;
  reject(found == nullptr ? fmt::format("\"{}\" is missing", key)
                          : fmt::format("\"{}\" is not {}", key, type));
  return nullptr;
}

std::string JsonReader::text(const char* key) {
  const Json* const found = require(key, &Json::is_string, "a text");
  return found == nullptr ? std::string() : *found->get_ptr<const std::string*>();
}

std::optional<std::string> JsonReader::optional_text(const char* key) {
  if (!value_.contains(key)) {
    find(key);
    return std::nullopt;
  }
  return text(key);
}

std::uint64_t JsonReader::number(const char* key) {
  const Json* const found = require(key, &Json::is_number_unsigned, "a whole number");
  return found == nullptr ? 0 : *found->get_ptr<const Json::number_unsigned_t*>();
}

int JsonReader::small_number(const char* key) {
  const std::uint64_t value = number(key);
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<int>::max())) return static_cast<int>(value);
  reject(fmt::format("\"{}\" is too large", key));
  return 0;
}

std::vector<std::string> JsonReader::texts(const char* key) {
  std::vector<std::string> all;
  const Json* const found = require(key, &Json::is_array, "an array");
  if (found == nullptr) return all;
  for (const Json& element : *found) {
    if (!element.is_string()) reject(fmt::format("\"{}[{}]\" is not a text", key, all.size()));
    all.push_back(element.is_string() ? element.get<std::string>() : std::string());
  }
  return all;
}

void JsonReader::optional_object(const char* key, const std::function<void(JsonReader&)>& read) {
  if (!value_.contains(key)) {
    find(key);
    return;
  }
  const Json* const found = require(key, &Json::is_object, "an object");
  if (found == nullptr || error_) return;
  JsonReader inner(*found, fmt::format("{}: {}", path_, key));
  read(inner);
  if (const Result<void> result = inner.result(); !result) error_ = result.error();
}

void JsonReader::each(const char* key, const std::function<void(JsonReader&)>& read) {
  const Json* const found = require(key, &Json::is_array, "an array");
  if (found == nullptr) return;
  for (std::size_t i = 0; i < found->size() && !error_; ++i) {
    if (!(*found)[i].is_object()) return reject(fmt::format("\"{}[{}]\" is not an object", key, i));
    JsonReader element((*found)[i], fmt::format("{}: {}[{}]", path_, key, i));
    read(element);
    if (const Result<void> result = element.result(); !result) error_ = result.error();
  }
}

Result<void> JsonReader::result() {
  for (const auto& [key, value] : value_.items()) {
    if (std::ranges::find(known_, key) == known_.end()) reject(fmt::format("\"{}\" is not known", key));
  }
  if (error_) return fail(*error_);
  return {};
}

}  // namespace pg2athena::catalog
