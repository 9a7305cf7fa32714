#include "config/settings.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/number_text.h"
#include "base/quantity.h"
#include "config/references.h"

namespace pg2athena::config {
namespace {

using std::chrono::milliseconds;

std::optional<std::uint64_t> parse_number(const Setting& setting, std::string_view text) {
  switch (setting.kind) {
    case ValueKind::Count:
      return parse_whole<std::uint64_t>(text);
    case ValueKind::Size: {
      const auto bytes = parse_byte_size(text);
      return bytes ? std::optional(*bytes) : std::nullopt;
    }
    case ValueKind::Duration: {
      if (setting.or_never && text == kNever) return 0;
      const auto duration = parse_duration(text);
      return duration ? std::optional(static_cast<std::uint64_t>(duration->count())) : std::nullopt;
    }
    case ValueKind::Choice:
    case ValueKind::Flag: {
      const auto found = std::ranges::find(setting.choices, text);
      if (found == setting.choices.end()) return std::nullopt;
      return static_cast<std::uint64_t>(found - setting.choices.begin());
    }
    case ValueKind::SecretId:
      return is_secret_id(text) ? std::optional<std::uint64_t>(0) : std::nullopt;
    case ValueKind::Text:
    case ValueKind::Pairs:
      break;
  }
  return 0;
}

bool in_range(const Setting& setting, std::string_view text, std::uint64_t number) {
  if (setting.or_never && text == kNever) return true;
  const bool ranged = setting.kind == ValueKind::Count || setting.kind == ValueKind::Size ||
                      setting.kind == ValueKind::Duration;
  return !ranged || (number >= setting.min && number <= setting.max);
}

}  // namespace

std::string describe_values(const Setting& setting) {
  const auto duration = [](std::uint64_t number) {
    return duration_text(milliseconds(static_cast<std::int64_t>(number)));
  };
  switch (setting.kind) {
    case ValueKind::Text:
      return "a text";
    case ValueKind::Count:
      return fmt::format("a whole number from {} to {}", setting.min, setting.max);
    case ValueKind::Size:
      return fmt::format("a size from {} to {}, such as {}", byte_size_text(setting.min),
                         byte_size_text(setting.max), setting.example);
    case ValueKind::Duration:
      return fmt::format("a time from {} to {}, such as {}{}", duration(setting.min), duration(setting.max),
                         setting.example, setting.or_never ? ", or never" : "");
    case ValueKind::Choice:
      return fmt::format("one of {}", fmt::join(setting.choices, ", "));
    case ValueKind::Flag:
      return "true or false";
    case ValueKind::Pairs:
      return fmt::format("names and values, such as {}", setting.example);
    case ValueKind::SecretId:
      return "the name or the ARN of a secret of AWS Secrets Manager";
  }
  return "";
}

Result<void> apply(const Setting& setting, std::string_view text, std::string_view name,
                   Configuration& configuration) {
  const auto number = parse_number(setting, text);
  const bool empty = setting.kind == ValueKind::Text && text.empty();
  // What stands there may be the secret itself.
  if (!number && setting.kind == ValueKind::SecretId) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{} takes {}", name, describe_values(setting)));
  }
  if (!number || !in_range(setting, text, *number) || empty) {
    return fail(ErrorKind::InvalidArgument,
                fmt::format("{} takes {}, not '{}'", name, describe_values(setting), text));
  }
  setting.set(configuration, {.text = std::string(text), .number = *number});
  return {};
}

}  // namespace pg2athena::config
