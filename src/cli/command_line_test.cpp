#include "cli/command_line.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Parsed = Result<std::variant<CommandLine, PrintAndExit>>;

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "pg2athena");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

CommandLine line(const std::vector<const char*>& arguments) {
  const Parsed parsed = parse(arguments);
  if (!parsed) ADD_FAILURE() << parsed.error();
  return parsed && std::holds_alternative<CommandLine>(*parsed) ? std::get<CommandLine>(*parsed)
                                                                : CommandLine();
}

TEST(CommandLine, A_run_needs_no_more_than_a_source_and_a_target) {
  const CommandLine read = line({"run", "postgresql://localhost/shop", "./lake"});
  EXPECT_EQ(read.command, Command::Run);
  EXPECT_EQ(read.configuration.login.url, "postgresql://localhost/shop");
  EXPECT_EQ(read.configuration.target, "./lake");
  EXPECT_TRUE(read.configuration.run.selection.whole_database());
  EXPECT_GE(read.configuration.run.workers, 1);
}

TEST(CommandLine, Options_may_stand_before_or_behind_and_be_repeated) {
  const CommandLine read =
      line({"run", "--table", "a", "postgresql:///shop", "--table", "b", "./lake", "--exclude", "c",
            "--workers", "3", "--query", "SELECT 1", "--as", "one", "--lock-timeout", "5s"});
  const std::vector<postgres::TableSelection>& tables = read.configuration.run.selection.tables;
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].pattern, "a");
  EXPECT_EQ(tables[1].pattern, "b");
  EXPECT_THAT(read.configuration.run.selection.excludes, ElementsAre("c"));
  EXPECT_EQ(read.configuration.run.workers, 3);
  ASSERT_EQ(read.configuration.run.queries.size(), 1U);
  EXPECT_EQ(read.configuration.run.queries[0].name, "one");
  EXPECT_EQ(read.configuration.run.lock_timeout, std::chrono::seconds(5));
}

TEST(CommandLine, A_plan_needs_no_target) {
  EXPECT_EQ(line({"plan", "postgresql:///shop"}).command, Command::Plan);
}

TEST(CommandLine, Verify_takes_a_lake_and_no_source) {
  const CommandLine all = line({"verify", "lake"});
  EXPECT_EQ(all.command, Command::Verify);
  EXPECT_EQ(all.configuration.target, "lake");
  EXPECT_FALSE(all.verify.deep || all.verify.athena);
  EXPECT_TRUE(all.verify.tables.empty());
  const CommandLine some = line({"verify", "s3://acme-lake/shop", "--deep", "--athena", "--table", "a",
                                 "--table", "b.*", "--workers", "7"});
  EXPECT_TRUE(some.verify.deep && some.verify.athena);
  EXPECT_EQ(some.verify.tables, (std::vector<std::string>{"a", "b.*"}));
  EXPECT_EQ(some.configuration.run.workers, 7);
  EXPECT_FALSE(parse({"verify"}).has_value());
  EXPECT_FALSE(parse({"verify", "lake", "--workers", "0"}).has_value());
  EXPECT_FALSE(parse({"verify", "lake", "--table", "a.b.c"}).has_value());
}

TEST(CommandLine, Garbage_is_listed_unless_it_is_to_be_removed) {
  const CommandLine listed = line({"gc", "lake"});
  EXPECT_EQ(listed.command, Command::Gc);
  EXPECT_FALSE(listed.gc.remove);
  EXPECT_EQ(listed.gc.older_than, std::chrono::hours(24));
  const CommandLine removed = line({"gc", "--delete", "--older-than", "7d", "s3://acme-lake/shop"});
  EXPECT_TRUE(removed.gc.remove);
  EXPECT_EQ(removed.gc.older_than, std::chrono::days(7));
  EXPECT_EQ(line({"gc", "lake", "--older-than", "0"}).gc.older_than, std::chrono::hours(0));
  EXPECT_THAT(parse({"gc", "lake", "--older-than", "soon"}).error().message(), HasSubstr("--older-than"));
  EXPECT_FALSE(parse({"gc"}).has_value());
}

TEST(CommandLine, The_doctor_and_the_policy_look_at_a_source_and_a_lake) {
  for (const char* const command : {"doctor", "iam-policy"}) {
    const CommandLine read = line({command, "postgresql:///shop", "s3://acme-lake/shop"});
    EXPECT_EQ(to_string(read.command), command);
    EXPECT_EQ(read.configuration.target, "s3://acme-lake/shop");
    EXPECT_TRUE(line({command, "postgresql:///shop"}).configuration.target.empty());
    EXPECT_THAT(parse({command}).error().message(), HasSubstr("SOURCE"));
  }
  EXPECT_EQ(line({"iam-policy", "postgresql:///shop", "--for", "role"}).iam_policy.which, PolicyFor::Role);
}

TEST(CommandLine, Output_is_text_unless_JSON_is_asked_for) {
  EXPECT_EQ(line({"plan", "postgresql:///shop"}).output, OutputFormat::Text);
  EXPECT_EQ(line({"plan", "postgresql:///shop", "--output", "json"}).output, OutputFormat::Json);
  EXPECT_EQ(line({"run", "--output=json", "postgresql:///shop", "lake"}).output, OutputFormat::Json);
  EXPECT_EQ(line({"publish", "lake", "--output", "json"}).output, OutputFormat::Json);
}

TEST(CommandLine, A_ddl_is_of_a_lake_at_a_location) {
  const CommandLine read = line({"ddl", "./lake", "--location", "s3://bucket/x", "--database", "shop",
                                 "--table", "a", "--table", "b.*"});
  EXPECT_EQ(read.command, Command::Ddl);
  EXPECT_EQ(read.configuration.target, "./lake");
  EXPECT_EQ(read.ddl.location, "s3://bucket/x");
  EXPECT_EQ(read.ddl.database, "shop");
  EXPECT_THAT(read.ddl.tables, ElementsAre("a", "b.*"));
}

TEST(CommandLine, Completions_and_the_man_page_are_of_this_command_line) {
  const auto text = [](const std::vector<const char*>& arguments) {
    const Parsed parsed = parse(arguments);
    return parsed ? std::get<PrintAndExit>(*parsed).text : parsed.error().describe();
  };
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(text({"completion", shell}), AllOf(HasSubstr("compression"), HasSubstr("publish")));
  }
  EXPECT_THAT(text({"man"}), AllOf(HasSubstr(".SS run\n"), HasSubstr("\\-\\-compression")));
}

TEST(CommandLine, What_can_not_be_meant_is_refused_with_a_way_out) {
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {},
           {"export"},
           {"run"},
           {"run", "postgresql:///shop"},
           {"run", "postgresql:///shop", "lake", "--tables", "a"},
           {"run", "postgresql:///shop", "lake", "--workers", "0"},
           {"run", "postgresql:///shop", "lake", "--workers", "many"},
           {"run", "postgresql:///shop", "lake", "--compression", "rar"},
           {"run", "postgresql:///shop", "lake", "--query", "SELECT 1"},
           {"run", "postgresql:///shop", "lake", "--compression", "none", "--compression-level", "3"},
           {"run", "postgresql://a:b@localhost/shop", "lake"},
           {"run", "no source", "lake"},
           {"plan", "postgresql:///shop", "--output", "xml"},
           {"run", "postgresql:///shop", "s3a://acme-lake/x"},
           {"plan", "postgresql:///shop", "gs://b/x"},
           {"doctor", "postgresql:///shop", "S3://acme-lake/x"},
           {"verify", "s3:/acme-lake/x"},
           {"gc", "file:///tmp/x"},
           {"publish", "https://acme-lake.s3.amazonaws.com/x"},
           {"ddl", "s3n://acme-lake/x"},
           {"ddl", "lake", "--location", "s3a://acme-lake/x"},
           {"init", "postgresql:///shop", "--target", "s3a://acme-lake/x"},
           {"run", "postgresql:///shop", "lake", "--verify="},
           {"run", "postgresql:///shop", "lake", "--verify=most"},
           {"ddl", "lake", "--location", "somewhere"},
           {"completion", "tcsh"},
           {"completion"}}) {
    const Parsed parsed = parse(arguments);
    ASSERT_FALSE(parsed) << testing::PrintToString(arguments);
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidArgument);
  }
}

TEST(CommandLine, A_folder_may_be_called_like_a_URL) {
  EXPECT_EQ(line({"verify", "./s3a:/x"}).configuration.target, "./s3a:/x");
  EXPECT_EQ(line({"run", "postgresql:///shop", "C:/x"}).configuration.target, "C:/x");
}

TEST(CommandLine, What_a_run_compares_is_told_behind_an_equals_sign) {
  const auto verify = [](const char* option) {
    return line({"run", option, "postgresql:///shop", "lake"}).configuration.run.verify;
  };
  EXPECT_EQ(verify("--verify"), pipeline::Verify::Totals);
  EXPECT_EQ(verify("--verify=deep"), pipeline::Verify::Deep);
  EXPECT_EQ(verify("--verify=none"), pipeline::Verify::None);
  EXPECT_THAT(parse({"run", "--verify=", "postgresql:///shop", "lake"}).error().message(),
              HasSubstr("--verify takes one of none, totals, deep, not ''"));
  EXPECT_THAT(std::get<PrintAndExit>(*parse({"run", "--help"})).text,
              AllOf(HasSubstr("--verify[=none|totals|deep] Whether"), Not(HasSubstr("{totals}")),
                    HasSubstr(" 4 different")));
}

TEST(CommandLine, A_hint_names_the_help_of_the_command) {
  EXPECT_EQ(parse({"gc", "lake", "--keep-for", "7"}).error().hint(),
            "pg2athena gc --help shows how it is used");
}

TEST(CommandLine, What_is_wrong_together_is_no_setting_where_there_is_no_file) {
  const Parsed parsed = parse({"plan", "postgresql:///shop", "s3://acme_lake/x"});
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message(), HasSubstr("s3://acme_lake/x"));
  EXPECT_EQ(parsed.error().context("setting"), "");
}

TEST(CommandLine, Help_has_examples_for_every_command) {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{"--help"},
                                             {"run", "--help"},
                                             {"plan", "--help"},
                                             {"publish", "--help"},
                                             {"ddl", "--help"},
                                             {"completion", "--help"},
                                             {"man", "--help"}}) {
    const Parsed parsed = parse(arguments);
    ASSERT_TRUE(parsed);
    ASSERT_TRUE(std::holds_alternative<PrintAndExit>(*parsed));
    EXPECT_THAT(std::get<PrintAndExit>(*parsed).text, HasSubstr("Examples:"));
  }
  EXPECT_THAT(std::get<PrintAndExit>(*parse({"--version"})).text, HasSubstr("libpq"));
}

}  // namespace
}  // namespace pg2athena::cli
