#include "aws/base64.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::aws {
namespace {

TEST(Base64, The_examples_of_RFC_4648_section_10) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
}

}  // namespace
}  // namespace pg2athena::aws
