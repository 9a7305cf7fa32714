#include "cli/man_page.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "cli/exit_codes.h"

namespace pg2athena::cli {
namespace {

// What roff would take for something else (groff_char(7)): an ASCII quote or hyphen becomes a typographical
// one unless it is named.
std::string_view roff_character(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '"':
      return "\\(dq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    default:
      return {};
  }
}

// Text as roff shows it. Characters outside of ASCII are named by their code points: groff reads no UTF-8
// unless it is told to.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      const std::string_view name = roff_character(text[i]);
      // A line must not begin as a request.
      const bool request = text[i] == '.' && (i == 0 || text[i - 1] == '\n');
      out += request ? "\\&." : name.empty() ? std::string(1, text[i]) : std::string(name);
      continue;
    }
    const std::size_t more = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    std::uint32_t point = byte & (0x3FU >> more);
    for (std::size_t k = 0; k < more && i + 1 < text.size(); ++k) {
      point = (point << 6U) | (static_cast<unsigned char>(text[++i]) & 0x3FU);
    }
    out += fmt::format("\\[u{:04X}]", point);
  }
  return out;
}

std::string trimmed(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

// Lines as they are.
std::string verbatim(std::string_view text) {
  return ".EX\n" + roff(trimmed(text)) + "\n.EE\n";
}

std::string entry(const std::string& term, const std::string& text) {
  return ".TP\n" + term + "\n" + roff(text) + "\n";
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

// "\fB\-q\fR, \fB\-\-quiet\fR", "\fB\-\-table\fR \fIPATTERN\fR".
std::string option_term(const OptionModel& option) {
  std::string term;
  for (const std::string& name : option.names) term += (term.empty() ? "" : ", ") + bold(name);
  if (option.value_behind_equals)
    return fmt::format("{}[={}]", term, bold(fmt::format("{}", fmt::join(option.choices, "|"))));
  if (!option.choices.empty()) return term + " " + bold(fmt::format("{}", fmt::join(option.choices, "|")));
  return option.value.empty() ? term : term + " " + italic(option.value);
}

std::string option_entry(const OptionModel& option) {
  std::string text = option.description;
  if (!option.default_value.empty()) text += fmt::format(" (default: {})", option.default_value);
  if (option.required && !option.names.empty()) text += " (required)";
  return entry(option_term(option), text + ".");
}

std::string synopsis_line(const std::string& program, const CommandModel& command) {
  std::string line = bold(program + " " + command.name) + " [" + italic("OPTIONS") + "]";
  for (const OptionModel& argument : command.arguments) {
    const std::string value = argument.choices.empty()
                                  ? italic(argument.value)
                                  : bold(fmt::format("{}", fmt::join(argument.choices, "|")));
    line += argument.required ? " " + value : " [" + value + "]";
  }
  return line + "\n";
}

std::string command_section(const std::string& program, const CommandModel& command) {
  std::string out = ".SS " + roff(command.name) + "\n" + synopsis_line(program, command);
  out += ".PP\n" + roff(command.description) + ".\n";
  for (const OptionModel& argument : command.arguments) {
    out += entry(italic(argument.value), argument.description + ".");
  }
  for (const OptionModel& option : command.options) out += option_entry(option);
  if (!command.footer.empty()) out += ".PP\n" + verbatim(command.footer);
  return out;
}

struct Item {
  std::string_view term;
  std::string_view text;
};

// libpq reads these for us (libpq's documentation, "Environment Variables").
constexpr std::array kEnvironment = {
    Item{"PGPASSWORD", "The password of the database role."},
    Item{"PGPASSFILE", "The file of passwords to use instead of ~/.pgpass."},
    Item{"PGHOST, PGPORT, PGUSER, PGDATABASE",
         "What the source leaves out. All other environment variables of libpq work too, PGSERVICE and "
         "PGSSLROOTCERT "
         "among them."},
    Item{"TERM", "Progress is drawn only where the terminal can move its cursor."},
};

constexpr std::array kFiles = {
    Item{"~/.pgpass", "Passwords, one line of host:port:database:user:password for each; mode 0600."},
    Item{"LAKE/SCHEMA.TABLE/latest", "A link to the data of the run that was published last."},
    Item{"LAKE/_pg2athena/", "The lake's records: which run each table shows, and what every run did."},
};

template <std::size_t N>
std::string items(const std::array<Item, N>& list) {
  std::string out;
  for (const Item& item : list) out += entry(bold(item.term), std::string(item.text));
  return out;
}

// The program's footer is its examples, under a heading of the help's.
std::string examples(std::string_view footer) {
  constexpr std::string_view kHeading = "Examples:\n";
  const std::size_t at = footer.find(kHeading);
  return verbatim(at == std::string_view::npos ? footer : footer.substr(at + kHeading.size()));
}

}  // namespace

std::string man_page(const ProgramModel& model, std::string_view version) {
  const std::string& name = model.program.name;
  std::string summary = model.program.description;
  // "pg2athena moves … ." is a sentence; NAME wants "pg2athena - moves …".
  if (summary.starts_with(name + " ")) summary = summary.substr(name.size() + 1);
  if (summary.ends_with('.')) summary.pop_back();
  std::string page = fmt::format(".TH PG2ATHENA 1 \"\" \"{} {}\" \"User Commands\"\n", name, roff(version));
  page += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", roff(name), roff(summary));
  for (const CommandModel& command : model.commands) {
    if (&command != &model.commands.front()) page += ".br\n";
    page += synopsis_line(name, command);
  }
  page += ".SH DESCRIPTION\n" + roff(model.program.description) + "\n";
  for (const OptionModel& option : model.program.options) page += option_entry(option);
  page += ".SH COMMANDS\n";
  for (const CommandModel& command : model.commands) page += command_section(name, command);
  page += ".SH EXIT STATUS\n";
  for (const ExitCodeMeaning& code : exit_codes()) {
    page += entry(bold(fmt::format("{}", static_cast<int>(code.code))), std::string(code.meaning));
  }
  page += ".SH ENVIRONMENT\n" + items(kEnvironment) + ".SH FILES\n" + items(kFiles);
  return page + ".SH EXAMPLES\n" + examples(model.program.footer) +
         ".SH SEE ALSO\n.BR psql (1),\n.BR aws (1)\n";
}

}  // namespace pg2athena::cli
