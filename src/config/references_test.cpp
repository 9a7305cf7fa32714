#include "config/references.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::optional<std::string> environment(const char* name) {
  static const std::map<std::string, std::string> kVariables = {{"PW", "p@ss w/o'rd"},
                                                                {"HOST", "db.internal"},
                                                                {"URL", "postgresql://etl:secret@db/shop"},
                                                                {"EMPTY", ""}};
  const auto found = kVariables.find(name);
  return found == kVariables.end() ? std::nullopt : std::optional(found->second);
}

TEST(References, Are_replaced_so_that_the_value_means_itself) {
  EXPECT_EQ(expand_source("postgresql://etl:${PW}@${HOST}/shop", environment).value(),
            "postgresql://etl:p%40ss%20w%2Fo%27rd@db.internal/shop");
  EXPECT_EQ(expand_source("host=${HOST} password=${PW} dbname=shop", environment).value(),
            "host='db.internal' password='p@ss w/o\\'rd' dbname=shop");
  EXPECT_EQ(expand_source("${URL}", environment).value(), "postgresql://etl:secret@db/shop");
  EXPECT_EQ(expand_source("postgresql:///shop", environment).value(), "postgresql:///shop");
  EXPECT_EQ(expand_secret("${PW}", environment).value(), "p@ss w/o'rd");
}

TEST(References, A_password_in_the_text_is_refused_without_being_shown) {
  for (const char* text :
       {"postgresql://etl:hunter2@db/shop", "host=db password=hunter2 dbname=shop",
        "postgresql://etl:hunter2${PW}@db/shop", "postgresql://db/shop?password=hunter2"}) {
    const auto refused = expand_source(text, environment);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(refused.error().describe() + refused.error().hint(), Not(HasSubstr("hunter2")));
    EXPECT_THAT(refused.error().hint(), HasSubstr("PGPASSFILE"));
  }
  EXPECT_FALSE(expand_secret("hunter2", environment).has_value());
  EXPECT_FALSE(expand_secret("x${PW}", environment).has_value());
}

TEST(References, A_variable_that_is_not_there_or_empty_is_named) {
  for (const char* name : {"MISSING", "EMPTY"}) {
    const auto refused = expand_source("postgresql://etl:${" + std::string(name) + "}@db/shop", environment);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message(), HasSubstr(name));
  }
}

TEST(References, Only_a_dollar_with_a_name_in_braces_is_one) {
  EXPECT_TRUE(has_reference("a ${b} c"));
  EXPECT_TRUE(has_reference("${${b}"));
  for (const char* text : {"", "$b", "${}", "${b", "${b c}", "$ {b}", "a$b}"})
    EXPECT_FALSE(has_reference(text)) << text;
}

}  // namespace
}  // namespace pg2athena::config
