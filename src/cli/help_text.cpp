#include "cli/help_text.h"

#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command_model.h"

namespace pg2athena::cli {
namespace {

class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, is_positional);
    const OptionModel model = option_model(*option);
    // The braces have the value that the option has alone, which its description says.
    if (!model.value_behind_equals) return name;
    return fmt::format("{}[={}]", name.substr(0, name.find('{')), fmt::join(model.choices, "|"));
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option_model(*option).value_behind_equals ? "" : CLI::Formatter::make_option_opts(option);
  }
};

}  // namespace

std::shared_ptr<CLI::Formatter> help_formatter() {
  return std::make_shared<HelpFormatter>();
}

}  // namespace pg2athena::cli
