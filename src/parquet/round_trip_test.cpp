// What our writer writes, read by our reader.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/test_columns.h"
#include "parquet/test_tables.h"

namespace pg2athena::parquet {
namespace {

using columnar::Type;
using columnar::TypeId;

RC_GTEST_PROP(RoundTrip, What_is_written_is_read, ()) {
  const auto bytes = *rc::gen::resize(600, rc::gen::arbitrary<std::vector<std::uint8_t>>());
  Choices choices(bytes);
  const std::string wrong = round_trip(table_of(choices));
  if (!wrong.empty()) RC_FAIL(wrong);
}

TEST(RoundTrip, A_column_of_empty_text_is_read) {
  for (const Profile profile : {Profile::Athena, Profile::Modern}) {
    TestTable table{.schema = {{{.name = "t", .type = Type::of(TypeId::String)}}},
                    .rows = columnar::Batch({{{.name = "t", .type = Type::of(TypeId::String)}}}),
                    .options = {.profile = profile, .columns = {{.path = "t", .bloom_filter = true}}}};
    for (int i = 0; i < 3; ++i) append(table.rows.columns[0], "");
    EXPECT_EQ(round_trip(table), "");
  }
}

}  // namespace
}  // namespace pg2athena::parquet
