// Texts as PostgreSQL 15 prints them (format('%s', …)), taken apart.
#include "types/text_form.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::types {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Values = std::vector<std::string>;

Values values_of(const TextValues& texts) {
  Values values;
  texts.for_each([&](WireValue value) {
    values.push_back(value.is_null() ? "NULL" : fmt::format("'{}'", as_text(value.bytes())));
  });
  return values;
}

// The parts of an array or multirange; the problem, or "broken", where it isn't one.
template <typename Form>
Values take_all(Form form, std::string_view text) {
  const ValueProblem problem = form.begin(as_bytes(text));
  if (problem != ValueProblem::None) return {std::string(to_string(problem))};
  TextValues texts;
  while (true) {
    const auto step = form.next(texts);
    if (step == ArrayText::Step::Broken) return {"broken"};
    if (step == ArrayText::Step::End) return values_of(texts);
  }
}

Values array(std::string_view text, char delimiter = ',') {
  return take_all(ArrayText(delimiter), text);
}

Values record(std::string_view text, std::size_t attributes) {
  TextValues texts;
  return take_record_text(as_bytes(text), attributes, texts) ? values_of(texts) : Values{"broken"};
}

Values range(std::string_view text) {
  TextValues texts;
  RangeFlags flags;
  if (!take_range_text(as_bytes(text), flags, texts)) return {"broken"};
  Values values = values_of(texts);
  values.push_back(std::to_string(flags.bits));
  return values;
}

TEST(TextForm, Arrays_give_their_elements_without_quotes) {
  EXPECT_THAT(array("{}"), IsEmpty());
  EXPECT_THAT(array("{1,NULL,\"NULL\"}"), ElementsAre("'1'", "NULL", "'NULL'"));
  EXPECT_THAT(array(R"({"","a b","a\"b","a\\b","{x}","a,b"})"),
              ElementsAre("''", "'a b'", R"('a"b')", R"('a\b')", "'{x}'", "'a,b'"));
  EXPECT_THAT(array("{(1,2),(3,4);(5,6),(7,8)}", ';'), ElementsAre("'(1,2),(3,4)'", "'(5,6),(7,8)'"));
}

TEST(TextForm, Arrays_that_are_no_lists_say_why) {
  EXPECT_THAT(array("{{1,2},{3,4}}"), ElementsAre("an array with more than one dimension"));
  EXPECT_THAT(array("[0:1][5:5]={{1},{2}}"), ElementsAre("an array with more than one dimension"));
  EXPECT_THAT(array("[0:1]={1,2}"), ElementsAre("an array whose first subscript is not 1"));
}

TEST(TextForm, Records_give_a_value_for_each_attribute) {
  EXPECT_THAT(record("(1,a)", 2), ElementsAre("'1'", "'a'"));
  EXPECT_THAT(record("(,)", 2), ElementsAre("NULL", "NULL"));
  EXPECT_THAT(record("()", 1), ElementsAre("NULL"));
  EXPECT_THAT(record("\"\"", 1), ElementsAre("broken"));
  EXPECT_THAT(record(R"((""))", 1), ElementsAre("''"));
  EXPECT_THAT(record(R"x(("a ""b""","c\\d",[x],"(1,""a"")"))x", 4),
              ElementsAre(R"x('a "b"')x", R"x('c\d')x", "'[x]'", R"x('(1,"a")')x"));
}

TEST(TextForm, Ranges_give_their_bounds_and_flags) {
  EXPECT_THAT(range("empty"), ElementsAre("NULL", "NULL", "1"));
  EXPECT_THAT(range("[1,10)"), ElementsAre("'1'", "'10'", "2"));
  EXPECT_THAT(range("(1,10]"), ElementsAre("'1'", "'10'", "4"));
  EXPECT_THAT(range("(,)"), ElementsAre("NULL", "NULL", "24"));
  EXPECT_THAT(range("[5,)"), ElementsAre("'5'", "NULL", "18"));
  EXPECT_THAT(range(R"(["2024-01-01 10:00:00+00",infinity))"),
              ElementsAre("'2024-01-01 10:00:00+00'", "'infinity'", "2"));
  EXPECT_THAT(range(R"(["","a""b]"])"), ElementsAre("''", R"('a"b]')", "6"));
}

TEST(TextForm, Multiranges_give_the_texts_of_their_ranges) {
  const auto multirange = [](std::string_view text) { return take_all(MultirangeText(), text); };
  EXPECT_THAT(multirange("{}"), IsEmpty());
  EXPECT_THAT(multirange("{[1,3),[5,9)}"), ElementsAre("'[1,3)'", "'[5,9)'"));
  EXPECT_THAT(multirange(R"x({["a)""","b\\]"),(c,)})x"), ElementsAre(R"x('["a)""","b\\]")')x", "'(c,)'"));
}

TEST(TextForm, Hstores_give_keys_and_behind_each_its_value) {
  const auto hstore = [](std::string_view text) {
    TextValues texts;
    return take_hstore_text(as_bytes(text), texts) ? values_of(texts) : Values{"broken"};
  };
  EXPECT_THAT(hstore(""), IsEmpty());
  EXPECT_THAT(hstore(R"("a"=>"1", "b"=>NULL, ""=>"NULL")"),
              ElementsAre("'a'", "'1'", "'b'", "NULL", "''", "'NULL'"));
  EXPECT_THAT(hstore(R"("o\"k\\"=>"=>, ")"), ElementsAre(R"('o"k\')", "'=>, '"));
  for (const std::string_view text :
       {"a", "\"a\"", "\"a\"=>", "\"a\"=>1", "\"a\"=>\"1", "\"a\"=>\"1\",", "\"a\"=>\"1\",\"b\"=>\"2\"",
        "\"a\"=>\"1\", ", "\"a\"=>NULLx", "NULL=>\"a\""}) {
    EXPECT_THAT(hstore(text), ElementsAre("broken")) << text;
  }
}

TEST(TextForm, What_no_output_function_prints_is_broken) {
  for (const std::string_view text : {"", "{", "}", "{1", "1}", "{1,}", "{,1}", "{1,,2}", "{\"a}", "{\"a\"b}",
                                      "{a\"b\"}", "{1}x", "{ 1}", "{a b}", "{\"a\\", "[1:2]"}) {
    const Values values = array(text);
    EXPECT_EQ(values.size(), 1U) << text;
    EXPECT_TRUE(values[0] == "broken" || values[0].contains("break")) << text << ": " << values[0];
  }
  for (const std::string_view text :
       {"", "(", "(1", "(1,2", "1,2)", "(1,2,3)", "(1)", "(1,2)x", "(\"a,2)", "(a\"b\",2)", "(a(b,2)"}) {
    EXPECT_THAT(record(text, 2), ElementsAre("broken")) << text;
  }
  for (const std::string_view text :
       {"", "emptyx", "[1,2", "1,2)", "[1)", "[1,2,3)", "[1,2)x", "[\"1,2)", "[", "[,", "{1,2)"}) {
    EXPECT_THAT(range(text), ElementsAre("broken")) << text;
  }
  for (const std::string_view text : {"", "{", "{[1,2)", "{[1,2),}", "{[1,2)[3,4)}", "{1}", "{[1,2)}x"}) {
    const Values values = take_all(MultirangeText(), text);
    EXPECT_EQ(values.size(), 1U) << text;
    EXPECT_TRUE(values[0] == "broken" || values[0].contains("break")) << text << ": " << values[0];
  }
}

}  // namespace
}  // namespace pg2athena::types
