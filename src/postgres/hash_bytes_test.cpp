#include "postgres/hash_bytes.h"

#include <string_view>

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::postgres {
namespace {

// SELECT hashtextextended('…' COLLATE "C", 0), PostgreSQL 15.
TEST(HashBytes, The_server_hashes_the_same) {
  const struct {
    std::string_view text;
    std::int64_t hash;
  } cases[] = {
      {"", -6939563903564495251},
      {"a", 3591986179850072241},
      {"ab", 2833316173711343549},
      {"abc", -6747756470228489321},
      {"abcdefgh", -8882191227074733005},
      {"abcdefghi", -3278210106038014113},
      {"abcdefghij", -3183301415634409076},
      {"abcdefghijk", 3112909444737856467},
      {"abcdefghijkl", -7556637188122330412},
      {"abcdefghijklm", 8871624171452417744},
      {"ünïcödé with blanks, longer than two blocks", 7102674525572542657},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(static_cast<std::int64_t>(hash_bytes(as_bytes(c.text))), c.hash) << c.text;
  }
}

}  // namespace
}  // namespace pg2athena::postgres
