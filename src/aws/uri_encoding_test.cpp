#include "aws/uri_encoding.h"

#include <gtest/gtest.h>

namespace pg2athena::aws {
namespace {

TEST(UriEncoding, All_but_the_unreserved_characters_is_encoded) {
  EXPECT_EQ(uri_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(uri_encode("a b/c+d=e&f%ü\x01"), "a%20b%2Fc%2Bd%3De%26f%25%C3%BC%01");
  EXPECT_EQ(uri_encode_path("dt=2026-01-31/x y.parquet"), "dt%3D2026-01-31/x%20y.parquet");
  EXPECT_EQ(query_text({{"a b", "1&2"}, {"uploads", ""}}), "a%20b=1%262&uploads=");
  EXPECT_EQ(query_text({}), "");
}

}  // namespace
}  // namespace pg2athena::aws
