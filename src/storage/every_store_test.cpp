#include "storage/every_store_for_tests.h"
#include "storage/local_folder.h"
#include "storage/memory_store.h"
#include "storage/temporary_folder.h"

namespace pg2athena::storage {
namespace {

struct MemoryBacked {
  MemoryStore store;
};
struct FolderBacked {
  TemporaryFolder folder;
  std::unique_ptr<LocalFolder> owned = LocalFolder::open(folder.path(), LocalFolder::Access::Write).value();
  LocalFolder& store = *owned;
};

using Backings = testing::Types<MemoryBacked, FolderBacked>;
INSTANTIATE_TYPED_TEST_SUITE_P(Here, EveryStore, Backings);

TEST(FaultyStore, It_fails_before_or_after_the_effect) {
  using Fault = FaultyStore::Fault;
  MemoryStore memory;
  Fault next = Fault::None;
  FaultyStore store(memory, [&](const FaultyStore::Call&) { return next; });
  const auto put = [&](Fault fault, const char* key) {
    next = fault;
    return store.put(key, "x", PutCondition::none());
  };
  EXPECT_TRUE(put(Fault::None, "a").has_value());
  EXPECT_EQ(put(Fault::Refused, "b").error().kind(), ErrorKind::Storage);
  EXPECT_EQ(put(Fault::Lost, "c").error().kind(), ErrorKind::Connection);
  EXPECT_EQ(put(Fault::LostAnswer, "d").error().kind(), ErrorKind::Connection);
  EXPECT_EQ(memory.list("").value().size(), 2U);
  EXPECT_EQ(store.open("a").error().kind(), ErrorKind::Connection);
  next = Fault::None;
  const auto source = store.open("a").value();
  next = Fault::Refused;
  std::byte byte{};
  EXPECT_EQ(source->read(0, std::span(&byte, 1)).error().kind(), ErrorKind::Storage);
}

}  // namespace
}  // namespace pg2athena::storage
