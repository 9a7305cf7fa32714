// An event as one line, for people and for machines.
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/utf8.h"
#include "observe/log.h"

namespace pg2athena::observe {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warning:
      return "warning";
    case Level::Error:
      return "error";
  }
  return "error";
}

std::string_view padded_name_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "DEBUG";
    case Level::Info:
      return "INFO ";
    case Level::Warning:
      return "WARN ";
    case Level::Error:
      return "ERROR";
  }
  return "ERROR";
}

// Bytes of the character that begins `text`, or 0 when it is malformed.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return text.size() >= length && is_utf8(as_bytes(text.substr(0, length))) ? length : 0;
}

// Control characters, those of ISO 6429's C1 in UTF-8 (C2 80 to C2 9F) included: a terminal may obey them.
bool is_control(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return byte < 0x20 || byte == 0x7F;
  return byte == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

// Appends text that can't break a line or a terminal; `also` is escaped by a backslash.
void append_escaped(std::string& out, std::string_view text, std::string_view also) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (character == "\n") {
      out += "\\n";
    } else if (length == 0 || is_control(character)) {
      for (const char c : character) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      if (also.find(character) != std::string_view::npos) out += '\\';
      out += character;
    }
    text.remove_prefix(character.size());
  }
}

void append_value(std::string& out, const std::string& text) {
  if (!text.empty() && text.find_first_of(" =\"\\") == std::string::npos)
    return append_escaped(out, text, "");
  out += '"';
  append_escaped(out, text, "\"\\");
  out += '"';
}

std::string text_line(const LogEvent& event, const std::vector<LogField>& fields) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(event.time);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::string line = fmt::format("{:02}:{:02}:{:02} {} ", local.tm_hour, local.tm_min, local.tm_sec,
                                 padded_name_of(event.level));
  append_escaped(line, event.message, "");
  std::string_view separator = "  ";
  for (const LogField& field : fields) {
    line += separator;
    append_escaped(line, field.key, "");
    line += '=';
    if (const auto* const text = std::get_if<std::string>(&field.value)) {
      append_value(line, *text);
    } else {
      std::visit([&](const auto& value) { line += fmt::format("{}", value); }, field.value);
    }
    separator = " ";
  }
  return line;
}

std::string json_line(const LogEvent& event, const std::vector<LogField>& fields) {
  Json json = {{"ts", rfc3339(event.time)},
               {"level", name_of(event.level)},
               {"event", event.name},
               {"message", event.message}};
  // emplace: a field can't take the place of one of these four.
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { json.emplace(field.key, value); }, field.value);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string format_event(LogFormat format, const LogEvent& event, const std::vector<LogField>& fields) {
  return format == LogFormat::Json ? json_line(event, fields) : text_line(event, fields);
}

}  // namespace pg2athena::observe
