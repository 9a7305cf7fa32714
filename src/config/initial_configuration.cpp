#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.h"
#include "config/documents.h"
#include "config/references.h"
#include "config/settings.h"

namespace pg2athena::config {
namespace {

constexpr std::size_t kWidth = 100;

// A comment, broken into lines.
std::string comment(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > kWidth) {
      end = text.rfind(' ', kWidth);
      if (end == std::string_view::npos) end = text.find(' ');
      if (end == std::string_view::npos) end = text.size();
    }
    out += fmt::format("{}# {}\n", indent, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// Whether a text can stand in YAML without quotes and mean itself.
bool is_plain(std::string_view text) {
  constexpr std::string_view kSafe = "_.-/@";
  constexpr std::array<std::string_view, 8> kWords = {"true", "false", "null", "yes", "no", "on", "off", "y"};
  if (text.empty() ||
      !std::ranges::all_of(text, [&](char c) { return is_ascii_alphanumeric(c) || kSafe.contains(c); })) {
    return false;
  }
  const bool begins_plainly = (is_ascii_alphanumeric(text[0]) && !(text[0] >= '0' && text[0] <= '9')) ||
                              text[0] == '_' || text.starts_with("./") || text[0] == '/';
  return begins_plainly && std::ranges::find(kWords, text) == kWords.end();
}

// A text as a YAML scalar on one line (YAML 1.2.2, 7.3).
std::string yaml_scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  const bool control =
      std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  std::string out;
  if (!control) {
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return fmt::format("'{}'", out);
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    }
  }
  return fmt::format("\"{}\"", out);
}

std::string section_text(const Section& section, const std::string& source_url, const std::string& target) {
  const Configuration defaults;
  std::string out = fmt::format("\n# {}.\n{}:\n", section.summary, section.key);
  std::string_view group;
  for (const Setting& setting : settings()) {
    if (setting.section != section.key) continue;
    if (setting.group() != group && !setting.group().empty())
      out += fmt::format("  # {}:\n", setting.group());
    group = setting.group();
    out += comment(fmt::format("{}.", setting.summary), group.empty() ? "  " : "  #   ");
    if (setting.required) {
      const std::string& value = setting.section == "source" ? source_url : target;
      out += fmt::format("  {}: {}\n", setting.key, yaml_scalar(escaped(value)));
    } else {
      const std::string value = setting.get(defaults);
      out += fmt::format("  # {}{}: {}\n", group.empty() ? "" : "  ", setting.name(),
                         value.empty() ? setting.example : std::string_view(value));
    }
  }
  return out;
}

std::string types_text() {
  return fmt::format(
      "\n{}"
      "types:\n"
      "  # numeric: {{as: \"decimal(38,9)\"}}\n"
      "  # date: {{on_unrepresentable: null}}\n"
      "  # char: {{trim: true}}\n",
      comment(fmt::format("{}.", kTypesSummary), ""));
}

std::string tables_text(const std::vector<InitialTable>& tables) {
  std::string out = fmt::format("\n{}", comment(fmt::format("{}.", kTablesSummary), ""));
  const bool any =
      std::ranges::any_of(tables, [](const InitialTable& table) { return table.refusal.empty(); });
  out += any ? "tables:\n" : "# tables:\n";
  for (const InitialTable& table : tables) {
    if (table.refusal.empty()) {
      out += fmt::format("  - {}  # {}\n", yaml_scalar(escaped(table.name)), table.remark);
    } else {
      out += fmt::format("  # not exported: {}\n  # - {}  # {}\n", yaml_scalar(table.refusal),
                         yaml_scalar(escaped(table.name)), table.remark);
    }
  }
  out +=
      "  # More about a table:\n"
      "  # - name: public.events\n"
      "  #   columns: [id, created_at, kind]\n"
      "  #   where: created_at >= date '2026-01-01'\n"
      "  #   encoding: {id: delta_binary_packed}\n"
      "  #   bloom_filters: [id]\n"
      "  #   types: {price: {as: \"decimal(18,4)\", on_unrepresentable: null}}\n"
      "  #   rename: {\"Net Price\": net_price}\n"
      "  #   shard_by: id\n"
      "  #   partition_by: {month: created_at}\n"
      "  #   as: events_2026\n"
      "  # The result of a query, from a file beside this one (or from `sql:`):\n"
      "  # - query: queries/revenue.sql\n"
      "  #   as: revenue\n";
  return out;
}

}  // namespace

std::string initial_configuration(const std::string& source_url, const std::string& target,
                                  const std::vector<InitialTable>& tables) {
  std::string out =
      "# A run of pg2athena, made by `pg2athena init`. What is commented out shows the default or an "
      "example.\n"
      "#   pg2athena plan --config FILE    what it will do, column by column\n"
      "#   pg2athena run --config FILE     do it\n";
  for (const Section& section : sections()) out += section_text(section, source_url, target);
  out += types_text() + tables_text(tables);
  for (const Section& list : name_lists()) {
    out += fmt::format("\n{}# {}:\n#   - name\n", comment(fmt::format("{}.", list.summary), ""), list.key);
  }
  return out;
}

}  // namespace pg2athena::config
