#include "catalog/partition_name.h"

#include <gtest/gtest.h>

#include "base/run_id.h"
#include "catalog/object_keys.h"
#include "catalog/run_for_tests.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {
namespace {

TEST(PartitionName, What_a_path_can_not_have_is_encoded_as_Hive_does) {
  const struct {
    std::string_view value;
    std::string_view folder;
  } cases[] = {
      {"2026-01-31", "c=2026-01-31"},
      {"a/b", "c=a%2Fb"},
      {"a=b", "c=a%3Db"},
      {"100%", "c=100%25"},
      {"%2F", "c=%252F"},
      {" ", "c= "},
      {".", "c=."},
      {"..", "c=.."},
      {"\"#%'*/:=?\\{[]^\x7F", "c=%22%23%25%27%2A%2F%3A%3D%3F%5C%7B%5B%5D%5E%7F"},
      {"\x01\t\n\x1F", "c=%01%09%0A%1F"},
      {"-_!~()}+,;@$&<>|`", "c=-_!~()}+,;@$&<>|`"},
      {"Größe 🐘", "c=Größe 🐘"},
      {kDefaultPartition, "c=__HIVE_DEFAULT_PARTITION__"},
  };
  for (const auto& [value, folder] : cases) {
    EXPECT_EQ(partition_folder("c", value), folder);
    const std::string key = data_key("public.t", run_number(1), partition_folder("c", value) + "/", 0, 0, 0);
    EXPECT_TRUE(storage::check_key(key).has_value()) << key;
    const auto object = run_object(key);
    ASSERT_TRUE(object.has_value()) << key;
    EXPECT_EQ(object->partition, std::string(folder) + "/");
  }
}

}  // namespace
}  // namespace pg2athena::catalog
