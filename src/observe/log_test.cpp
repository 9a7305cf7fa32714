#include "observe/log.h"

#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::observe {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class FixedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::milliseconds(10'801'125);
  }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

class Lines final : public LineOutput {
 public:
  void write_line(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  Log text(Level level = Level::Info) {
    return Log({.format = LogFormat::Text, .level = level}, output_, clock_);
  }
  Log as_json() { return Log({.format = LogFormat::Json}, output_, clock_); }

  FixedClock clock_;
  Lines output_;
};

TEST_F(LogTest, Text_is_readable) {
  const Log log = text().with({{"table", "public.orders"}}).with({{"shard", 3}});
  log.info("shard_done", "shard done", {{"rows", std::uint64_t{1250000}}, {"ratio", 0.5}, {"retried", true}});
  log.warn("slow", "slow");
  EXPECT_THAT(
      output_.lines,
      ElementsAre(
          "03:00:01 INFO  shard done  table=public.orders shard=3 rows=1250000 ratio=0.5 retried=true",
          "03:00:01 WARN  slow  table=public.orders shard=3"));
}

TEST_F(LogTest, Json_is_one_object_a_line) {
  as_json().with({{"table", "public.orders"}}).info("shard_done", "shard done", {{"rows", 3}, {"bytes", 1U}});
  EXPECT_THAT(output_.lines,
              ElementsAre(R"({"ts":"2026-01-31T03:00:01.125Z","level":"info","event":"shard_done",)"
                          R"("message":"shard done","table":"public.orders","rows":3,"bytes":1})"));
}

TEST_F(LogTest, Events_below_the_level_are_left_out) {
  const Log quiet = text(Level::Warning);
  quiet.info("a", "a");
  quiet.error("b", "b");
  text().debug("c", "c");
  text(Level::Debug).debug("d", "d");
  EXPECT_THAT(output_.lines, ElementsAre("03:00:01 ERROR b", "03:00:01 DEBUG d"));
  EXPECT_FALSE(quiet.enabled(Level::Info));
  Log::none().error("e", "e");
}

TEST_F(LogTest, The_newest_value_of_a_field_counts_and_the_first_four_keys_are_ours) {
  as_json().with({{"shard", 1}, {"event", "mine"}}).info("name", "text", {{"shard", 2}});
  const json line = json::parse(output_.lines.at(0));
  EXPECT_EQ(line["shard"], 2);
  EXPECT_EQ(line["event"], "name");
}

// Each value, as the text format has it.
TEST_F(LogTest, No_bytes_break_a_line_or_a_terminal) {
  using namespace std::string_view_literals;
  const struct {
    std::string_view value;
    std::string_view text;
  } cases[] = {
      {""sv, R"("")"},
      {"Größe東京🐘"sv, "Größe東京🐘"},
      {"two words"sv, R"("two words")"},
      {"a=b"sv, R"("a=b")"},
      {"say \"hi\" \\"sv, R"("say \"hi\" \\")"},
      {"line\nline"sv, R"(line\nline)"},
      {"\x1B[2J"sv, R"(\x1b[2J)"},
      {"\0"sv, R"(\x00)"},
      {"\x7F"sv, R"(\x7f)"},
      {"\xC2\x9B"sv, R"(\xc2\x9b)"},
      {"\xFF\xFE"sv, R"(\xff\xfe)"},
      {"\xC3"sv, R"(\xc3)"},
      {"\xED\xA0\x80"sv, R"(\xed\xa0\x80)"},
      {"\xF4\x90\x80\x80"sv, R"(\xf4\x90\x80\x80)"},
  };
  for (const auto& [value, expected] : cases) {
    output_.lines.clear();
    text().info("e", "m", {{"v", value}});
    EXPECT_EQ(output_.lines.at(0), "03:00:01 INFO  m  v=" + std::string(expected));
    as_json().info("e", value, {{"v", value}});
    EXPECT_EQ(output_.lines.at(1).find_first_of("\n\x1B\xFF"), std::string::npos);
    EXPECT_TRUE(json::accept(output_.lines.at(1))) << output_.lines.at(1);
  }
  text().info("e", "a\nforged line", {{"k\n", 1}});
  EXPECT_EQ(output_.lines.back(), R"(03:00:01 INFO  a\nforged line  k\n=1)");
}

TEST_F(LogTest, All_single_bytes_and_pairs_make_valid_json) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; b += 5) {
      output_.lines.clear();
      const std::string value = {static_cast<char>(a), static_cast<char>(b)};
      as_json().info("e", "m", {{"v", std::string_view(value)}});
      ASSERT_TRUE(json::accept(output_.lines.at(0))) << a << ' ' << b;
    }
  }
}

TEST_F(LogTest, An_error_brings_its_kind_context_cause_and_hint) {
  const Error error = Error(ErrorKind::Database, "it broke")
                          .with("table", "public.a")
                          .with("sqlstate", "40001")
                          .hint("mend it")
                          .because(Error(ErrorKind::Connection, "reset"));
  text().error("shard_failed", error);
  EXPECT_THAT(output_.lines,
              ElementsAre("03:00:01 ERROR it broke  kind=database table=public.a sqlstate=40001 "
                          "cause=\"connection: reset\" hint=\"mend it\""));
  text().error("retry", error, Level::Warning);
  EXPECT_THAT(output_.lines.back(), HasSubstr(" WARN "));
}

TEST_F(LogTest, Threads_do_not_mix_their_lines) {
  const Log log = text();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      const Log own = log.with({{"worker", t}});
      for (int i = 0; i < 250; ++i) own.info("e", "m", {{"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(output_.lines.size(), 1000U);
  for (const std::string& line : output_.lines) EXPECT_THAT(line, HasSubstr("03:00:01 INFO  m  worker="));
}

}  // namespace
}  // namespace pg2athena::observe
