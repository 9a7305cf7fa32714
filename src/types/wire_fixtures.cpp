#include "types/wire_fixtures.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace pg2athena::types {
namespace {

constexpr std::string_view kSection = "# == ";

[[noreturn]] void give_up(int line, std::string_view why) {
  std::cerr << "wire_fixtures.txt:" << line << ": " << why << "\n";
  std::abort();
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

std::vector<std::byte> from_hex(std::string_view hex, int line) {
  std::vector<std::byte> bytes;
  for (; !hex.empty(); hex.remove_prefix(std::min<std::size_t>(hex.size(), 2))) {
    unsigned value = 0;
    const auto [end, problem] =
        std::from_chars(hex.data(), hex.data() + std::min<std::size_t>(hex.size(), 2), value, 16);
    if (problem != std::errc() || end != hex.data() + 2) give_up(line, "no hex digits");
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

nlohmann::json parse_json(std::string_view text, int line) {
  nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) give_up(line, "no JSON");
  return json;
}

}  // namespace

std::vector<std::byte> WireFixture::field() const {
  constexpr std::size_t kLength = 4;
  std::vector<std::byte> field(kLength + bytes.size());
  for (std::size_t i = 0; i < kLength; ++i) {
    field[i] = static_cast<std::byte>(bytes.size() >> (8 * (kLength - 1 - i)));
  }
  std::ranges::copy(bytes, field.begin() + kLength);
  return field;
}

std::vector<WireFixture> parse_wire_fixtures(std::string_view file) {
  std::vector<WireFixture> fixtures;
  WireFixture next;
  for (int line = 1; !file.empty(); ++line) {
    const std::string_view text = take_line(file);
    if (text.empty() || text[0] == '#') continue;
    const std::string_view key = text.substr(0, text.find(':'));
    const std::string_view value = text.substr(std::min(key.size() + 2, text.size()));
    if (key == "is") {
      next.type = type_from_json(parse_json(value, line));
    } else if (key == "sql") {
      next.sql = value;
      next.line = line;
    } else if (key == "text") {
      next.text = parse_json(value, line).get<std::string>();
    } else if (key == "hex") {
      next.bytes = from_hex(value, line);
      fixtures.push_back(next);
    } else if (key != "type") {
      give_up(line, "no such key");
    }
  }
  return fixtures;
}

std::vector<WireFixture> wire_fixtures(std::string_view section) {
  std::ifstream stream(PG2ATHENA_WIRE_FIXTURES, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  std::string file = content.str();
  if (!section.empty()) {
    const std::size_t begin = file.find(std::string(kSection) + std::string(section) + " (");
    if (begin == std::string::npos) give_up(0, "no section " + std::string(section));
    file = file.substr(begin, file.find(kSection, begin + 1) - begin);
  }
  return parse_wire_fixtures(file);
}

PgType type_from_json(const nlohmann::json& json) {
  PgType type{.oid = json.at("oid").get<Oid>(),
              .typmod = json.value("typmod", -1),
              .kind = static_cast<PgKind>(json.value("kind", "b").at(0)),
              .name = json.at("name").get<std::string>(),
              .sent_oid = json.value("sent_oid", Oid{0}),
              .type_name = json.at("type_name").get<std::string>(),
              .extension = json.value("extension", ""),
              .delimiter = json.value("delimiter", ",").at(0),
              .has_send = json.value("has_send", true)};
  if (json.contains("element")) type.element.push_back(type_from_json(json["element"]));
  for (const nlohmann::json& attribute : json.value("attributes", nlohmann::json::array())) {
    type.attributes.push_back({.name = attribute.at("name"), .type = type_from_json(attribute.at("type"))});
  }
  return type;
}

nlohmann::json type_to_json(const PgType& type) {
  nlohmann::json json = {{"name", type.name}, {"oid", type.oid}, {"type_name", type.type_name}};
  if (type.typmod != -1) json["typmod"] = type.typmod;
  if (type.kind != PgKind::Base) json["kind"] = std::string(1, static_cast<char>(type.kind));
  if (type.sent_oid != 0) json["sent_oid"] = type.sent_oid;
  if (!type.extension.empty()) json["extension"] = type.extension;
  if (type.delimiter != ',') json["delimiter"] = std::string(1, type.delimiter);
  if (!type.has_send) json["has_send"] = false;
  if (!type.element.empty()) json["element"] = type_to_json(type.element[0]);
  for (const PgAttribute& attribute : type.attributes) {
    json["attributes"].push_back({{"name", attribute.name}, {"type", type_to_json(attribute.type)}});
  }
  return json;
}

}  // namespace pg2athena::types
