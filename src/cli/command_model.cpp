#include "cli/command_model.h"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>

namespace pg2athena::cli {
namespace {

// "TEXT:{zstd,snappy,none}" → zstd, snappy, none: how CLI11 writes an IsMember behind the name of the type.
std::vector<std::string> choices_of(const std::string& type_name) {
  const std::size_t open = type_name.find(":{");
  const std::size_t close = type_name.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return CLI::detail::split(type_name.substr(open + 2, close - open - 2), ',');
}

Offer offer_of(const OptionModel& option) {
  const auto is_value = [&](std::string_view name) { return option.value == name; };
  if (!option.choices.empty()) return Offer::Choices;
  if (is_value("TARGET") || is_value("LAKE") || is_value("FOLDER")) return Offer::Folder;
  if (is_value("FILE") || std::ranges::find(option.names, "--config") != option.names.end())
    return Offer::File;
  return Offer::Nothing;
}

CommandModel command_model(const CLI::App& app) {
  CommandModel model{.name = app.get_name(),
                     .description = app.get_description(),
                     .options = {},
                     .arguments = {},
                     .footer = app.get_footer()};
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? model.arguments : model.options).push_back(option_model(*option));
  }
  return model;
}

}  // namespace

OptionModel option_model(const CLI::Option& option) {
  const std::string type_name = option.get_type_name();
  OptionModel model{.names = {},
                    .value = {},
                    .description = option.get_description(),
                    .choices = choices_of(type_name),
                    .default_value = option.get_default_str(),
                    .required = option.get_required(),
                    .repeatable = option.get_items_expected_max() > 1};
  for (const std::string& name : option.get_snames()) model.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) model.names.push_back("--" + name);
  const bool flag = option.get_items_expected_max() == 0;
  model.value_behind_equals = flag && !model.choices.empty();
  if (option.get_positional()) {
    model.value = option.get_name(true);
  } else if (!flag) {
    model.value = type_name.substr(0, type_name.find(':'));
  }
  model.offer = offer_of(model);
  return model;
}

ProgramModel program_model(const CLI::App& app) {
  ProgramModel model{.program = command_model(app), .commands = {}};
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) model.commands.push_back(command_model(*command));
  }
  return model;
}

std::string brief(const std::string& description) {
  std::size_t end = description.size();
  for (const std::string_view mark : {". ", ": ", "; ", " ("}) {
    end = std::min(end, description.find(mark));
  }
  return description.substr(0, end);
}

}  // namespace pg2athena::cli
