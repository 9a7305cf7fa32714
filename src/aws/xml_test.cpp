#include "aws/xml.h"

#include <gtest/gtest.h>

namespace pg2athena::aws {
namespace {

TEST(Xml, Elements_and_text_are_found) {
  const auto root = parse_xml(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- a > comment -->\n"
      "<List xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Key a='1' b = \"/>\">x</Key ><Empty/>"
      "<Key>y</Key><Deep><Key>z</Key></Deep></List>\n");
  ASSERT_TRUE(root) << root.error();
  EXPECT_EQ(root->name, "List");
  EXPECT_EQ(root->children.size(), 4U);
  EXPECT_EQ(root->child_text("Key"), "x");
  EXPECT_EQ(root->child_text("Empty"), "");
  EXPECT_EQ(root->child("None"), nullptr);
  EXPECT_EQ(root->child("Deep")->child_text("Key"), "z");
  EXPECT_EQ(root->find("Deep")->name, "Deep");
  EXPECT_EQ(root->find("None"), nullptr);
}

TEST(Xml, Entities_and_CDATA_become_what_they_stand_for) {
  const auto root =
      parse_xml("<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x20AC;&#x1F600;<![CDATA[<&]]> b<!-- c --></a>");
  ASSERT_TRUE(root) << root.error();
  EXPECT_EQ(root->text, "<&>\"'A€😀<& b");
}

TEST(Xml, What_is_not_well_formed_is_refused) {
  for (const char* const document : {"",
                                     "text",
                                     "<a>",
                                     "<a></b>",
                                     "<a",
                                     "<a b></a>",
                                     "<a b=c></a>",
                                     "<a b='c></a>",
                                     "<a/><b/>",
                                     "<a>&nbsp;</a>",
                                     "<a>&#0;</a>",
                                     "<a>&#xD800;</a>",
                                     "<a>&#x110000;</a>",
                                     "<a>&#;</a>",
                                     "<a>&amp</a>",
                                     "<!DOCTYPE a><a/>",
                                     "<a><!-- </a>",
                                     "<a><![CDATA[</a>",
                                     "<?xml <a/>",
                                     "< a/>",
                                     "<a></a",
                                     "</a>",
                                     "<a>&#65 ;</a>"}) {
    const auto root = parse_xml(document);
    ASSERT_FALSE(root) << document;
    EXPECT_EQ(root.error().kind(), ErrorKind::CorruptInput);
  }
}

TEST(Xml, Depth_is_bounded) {
  std::string document;
  for (int i = 0; i < 100'000; ++i) document += "<a>";
  EXPECT_FALSE(parse_xml(document));
}

}  // namespace
}  // namespace pg2athena::aws
