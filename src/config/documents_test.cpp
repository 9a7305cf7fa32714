#include "config/documents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/configuration_file.h"
#include "config/settings.h"

namespace pg2athena::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::optional<std::string> no_environment(const char*) {
  return std::nullopt;
}

TEST(Documents, Every_setting_is_in_schema_page_and_first_configuration) {
  const auto schema = nlohmann::json::parse(json_schema());
  const std::string page = reference_page();
  const std::string initial = initial_configuration("postgresql:///shop", "./lake", {});
  for (const Setting& setting : settings()) {
    const auto& properties = schema["properties"][std::string(setting.section)]["properties"];
    const auto& among =
        setting.group().empty() ? properties : properties[std::string(setting.group())]["properties"];
    EXPECT_TRUE(among.contains(std::string(setting.name()))) << setting.path();
    EXPECT_THAT(page, HasSubstr("| `" + setting.path() + "` |"));
    EXPECT_THAT(initial, HasSubstr(std::string(setting.name()) + ": "));
  }
  for (const Key& key : table_keys()) {
    EXPECT_TRUE(
        schema["properties"]["tables"]["items"]["oneOf"][1]["properties"].contains(std::string(key.key)));
    EXPECT_THAT(page, HasSubstr("| `" + std::string(key.key) + "` |"));
  }
  for (const Key& key : type_choice_keys()) {
    const auto& choice = schema["properties"]["types"]["additionalProperties"]["properties"];
    EXPECT_TRUE(choice.contains(std::string(key.key))) << key.key;
    EXPECT_THAT(page, HasSubstr("| `" + std::string(key.key) + "` |"));
  }
}

TEST(Documents, A_first_configuration_can_be_read_and_means_what_it_was_made_from) {
  const std::string url = "postgresql://e'tl@db/shop?sslmode=require";
  const std::vector<InitialTable> tables = {
      {.name = "public.orders", .remark = "table", .refusal = ""},
      {.name = "public.\"Order Items\"", .remark = "view", .refusal = ""},
      {.name = "public.\"it's: # odd\"", .remark = "table", .refusal = ""},
      {.name = "public.\"line\nbreak\"", .remark = "table", .refusal = ""},
      {.name = "public.\"höhe\"", .remark = "table", .refusal = ""},
      {.name = "public.\"${HOME} $${x}\"", .remark = "table", .refusal = ""},
      {.name = "public.broken", .remark = "table", .refusal = "it has\nno columns"}};
  const std::string text = initial_configuration(url, "./my lake", tables);
  const auto read = read_configuration(text, "shop.yaml", UnsetVariable::Refuse, no_environment);
  ASSERT_TRUE(read.has_value()) << read.error() << text;
  EXPECT_EQ(read->login.url, url);
  EXPECT_EQ(read->target, "my lake");
  ASSERT_EQ(read->run.selection.tables.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(read->run.selection.tables[i].pattern, tables[i].name);
  EXPECT_EQ(read->run.workers, Configuration().run.workers);
}

TEST(Documents, A_database_without_tables_gives_a_configuration_that_can_be_read) {
  const std::string text = initial_configuration("postgresql:///shop", "./lake", {});
  EXPECT_TRUE(read_configuration(text, "shop.yaml", UnsetVariable::Refuse, no_environment).has_value());
  EXPECT_THAT(text, Not(HasSubstr("\ntables:")));
}

TEST(Documents, Uncommented_lines_of_a_first_configuration_are_right) {
  std::string text = initial_configuration("postgresql:///shop", "s3://bucket/lake", {});
  const auto uncomment = [&text](const std::string& commented) {
    const auto at = text.find(commented);
    if (at != std::string::npos) text.replace(at, 4, "  ");
  };
  for (const Setting& setting : settings()) {
    if (setting.reference) continue;
    const bool grouped = !setting.group().empty();
    if (grouped) uncomment(fmt::format("  # {}:\n", setting.group()));
    uncomment(fmt::format("  # {}{}: ", grouped ? "  " : "", setting.name()));
  }
  const auto read = read_configuration(text, "shop.yaml", UnsetVariable::Refuse, no_environment);
  EXPECT_TRUE(read.has_value()) << read.error() << text;
}

}  // namespace
}  // namespace pg2athena::config
