#include "catalog/type_widening.h"

#include <string>

#include <gtest/gtest.h>

namespace pg2athena::catalog {
namespace {

TEST(TypeWidening, A_type_is_itself_however_it_is_written) {
  EXPECT_TRUE(widens("string", "string"));
  EXPECT_TRUE(widens("DECIMAL(10, 2)", "decimal(10,2)"));
  EXPECT_TRUE(widens("integer", "int"));
  EXPECT_TRUE(widens("uniontype<int,string>", "uniontype<int,string>"));
  EXPECT_TRUE(widens("what?", "what?"));
}

TEST(TypeWidening, Numbers_grow) {
  EXPECT_TRUE(widens("smallint", "int"));
  EXPECT_TRUE(widens("int", "bigint"));
  EXPECT_TRUE(widens("tinyint", "bigint"));
  EXPECT_TRUE(widens("float", "double"));
  EXPECT_TRUE(widens("decimal(10,2)", "decimal(12,2)"));
  EXPECT_TRUE(widens("decimal(10,2)", "decimal(12,4)"));
}

TEST(TypeWidening, Nothing_shrinks_and_nothing_becomes_another) {
  EXPECT_FALSE(widens("bigint", "int"));
  EXPECT_FALSE(widens("double", "float"));
  EXPECT_FALSE(widens("int", "double"));
  EXPECT_FALSE(widens("int", "decimal(10,0)"));
  EXPECT_FALSE(widens("decimal(12,2)", "decimal(10,2)"));
  // 10 digits before the point, then 8.
  EXPECT_FALSE(widens("decimal(12,2)", "decimal(12,4)"));
  EXPECT_FALSE(widens("decimal(12,4)", "decimal(12,2)"));
  EXPECT_FALSE(widens("decimal", "decimal(10,2)"));
  EXPECT_FALSE(widens("int", "string"));
  EXPECT_FALSE(widens("date", "timestamp"));
  EXPECT_FALSE(widens("char(3)", "char(4)"));
  EXPECT_FALSE(widens("what?", "string"));
}

TEST(TypeWidening, What_is_inside_grows_too) {
  EXPECT_TRUE(widens("array<int>", "array<bigint>"));
  EXPECT_TRUE(widens("array<array<smallint>>", "array<array<int>>"));
  EXPECT_TRUE(widens("map<string,int>", "map<string,bigint>"));
  EXPECT_TRUE(widens("struct<a:int,b:string>", "struct<a:bigint,b:string>"));
  EXPECT_TRUE(widens("struct<a:int,b:string>", "struct<b:string,c:date,a:int>"));
  EXPECT_TRUE(widens("array<struct<p:decimal(10,2)>>", "array<struct<p:decimal(12,2),q:int>>"));
  EXPECT_FALSE(widens("struct<a:int,b:string>", "struct<a:int>"));
  EXPECT_FALSE(widens("array<bigint>", "array<int>"));
  EXPECT_FALSE(widens("array<int>", "int"));
  EXPECT_FALSE(widens("map<string,int>", "array<int>"));
}

TEST(TypeWidening, What_is_broken_is_only_itself) {
  for (const std::string broken : {"array<", "array<>", "struct<a>", "struct<a:int", "decimal(", "decimal(x)",
                                   "int)", "", "array<int>>"}) {
    EXPECT_FALSE(widens(broken, "int")) << broken;
    EXPECT_FALSE(widens("int", broken)) << broken;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "array<";
  EXPECT_FALSE(widens(deep, "int"));
}

}  // namespace
}  // namespace pg2athena::catalog
