#include "parquet/type_text.h"

#include <gtest/gtest.h>

namespace pg2athena::parquet {
namespace {

using columnar::Type;
using columnar::TypeId;

TEST(TypeText, Every_type_is_named_as_Parquet_names_it) {
  const Type range = Type::structure({{.name = "lower", .type = Type::of(TypeId::Date)},
                                      {.name = "empty", .type = Type::of(TypeId::Boolean)}});
  const struct {
    Type type;
    const char* text;
  } cases[] = {
      {Type::of(TypeId::Boolean), "BOOLEAN"},
      {Type::of(TypeId::Int16), "INT32 INT(16, signed)"},
      {Type::of(TypeId::Int32), "INT32"},
      {Type::of(TypeId::Int64), "INT64"},
      {Type::of(TypeId::Float32), "FLOAT"},
      {Type::of(TypeId::Float64), "DOUBLE"},
      {Type::decimal(9, 2), "INT32 DECIMAL(9,2)"},
      {Type::decimal(15, 2), "INT64 DECIMAL(15,2)"},
      {Type::decimal(19, 0), "FIXED_LEN_BYTE_ARRAY(9) DECIMAL(19,0)"},
      {Type::decimal(38, 10), "FIXED_LEN_BYTE_ARRAY(16) DECIMAL(38,10)"},
      {Type::of(TypeId::Date), "INT32 DATE"},
      {Type::timestamp(false), "INT64 TIMESTAMP(MICROS)"},
      {Type::timestamp(true), "INT64 TIMESTAMP(MICROS, UTC)"},
      {Type::of(TypeId::Time), "INT64 TIME(MICROS)"},
      {Type::of(TypeId::String), "BYTE_ARRAY STRING"},
      {Type::of(TypeId::Binary), "BYTE_ARRAY"},
      {Type::list(Type::of(TypeId::Int32)), "LIST<INT32>"},
      {Type::map(Type::of(TypeId::String), Type::of(TypeId::Float64)), "MAP<BYTE_ARRAY STRING, DOUBLE>"},
      {range, "group {lower INT32 DATE, empty BOOLEAN}"},
      {Type::list(range), "LIST<group {lower INT32 DATE, empty BOOLEAN}>"},
  };
  for (const auto& [type, text] : cases) EXPECT_EQ(type_text(type), text);
}

}  // namespace
}  // namespace pg2athena::parquet
