// What every ObjectStore promises, as tests for each of them: INSTANTIATE_TYPED_TEST_SUITE_P with a Backing
// that has a `store`.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "storage/object_store.h"

namespace pg2athena::storage {

template <typename Backing>
class EveryStore : public testing::Test {
 protected:
  using Keys = std::vector<std::string>;

  Result<void> upload(const std::string& key, std::string_view content) {
    PG2ATHENA_ASSIGN(const auto upload, store().start_upload(key));
    PG2ATHENA_TRY(upload->write(as_bytes(content)));
    return upload->complete();
  }
  std::string content(const std::string& key) {
    const Result<std::optional<StoredObject>> object = store().get(key);
    return !object ? object.error().describe() : *object ? (*object)->content : "(absent)";
  }
  // The bytes, or the error's text.
  std::string range(ByteSource& source, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '?');
    const auto read = source.read(offset, std::as_writable_bytes(std::span(bytes)));
    return read ? bytes : read.error().describe();
  }
  bool put(const std::string& key, std::string_view text, const PutCondition& condition) {
    return std::holds_alternative<Stored>(store().put(key, text, condition).value());
  }
  std::string etag(const std::string& key) { return store().get(key).value().value().etag; }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> found;
    const std::vector<ObjectInfo> objects = store().list(prefix).value();
    found.reserve(objects.size());
    for (const ObjectInfo& object : objects) found.push_back(object.key);
    return found;
  }
  ObjectStore& store() { return backing_.store; }

 private:
  Backing backing_;
};
TYPED_TEST_SUITE_P(EveryStore);

TYPED_TEST_P(EveryStore, An_upload_is_visible_once_it_is_complete) {
  {
    auto upload = this->store().start_upload("t/data/1.parquet").value();
    ASSERT_TRUE(upload->write(as_bytes("all of it")).has_value());
    EXPECT_EQ(this->content("t/data/1.parquet"), "(absent)");
    EXPECT_EQ(this->keys(""), typename TestFixture::Keys{});
    ASSERT_TRUE(upload->complete().has_value());
  }
  EXPECT_EQ(this->content("t/data/1.parquet"), "all of it");
  EXPECT_EQ(this->keys(""), typename TestFixture::Keys{"t/data/1.parquet"});
}

TYPED_TEST_P(EveryStore, An_upload_never_overwrites) {
  ASSERT_TRUE(this->upload("a/b", "first").has_value());
  EXPECT_FALSE(this->upload("a/b", "second").has_value());
  EXPECT_EQ(this->content("a/b"), "first");
}

TYPED_TEST_P(EveryStore, Conditions_are_kept) {
  EXPECT_FALSE(this->put("r/x", "1", PutCondition::if_matches("no such etag")));
  EXPECT_EQ(this->content("r/x"), "(absent)");
  EXPECT_TRUE(this->put("r/x", "1", PutCondition::if_absent()));
  EXPECT_FALSE(this->put("r/x", "2", PutCondition::if_absent()));
  const std::string first = this->etag("r/x");
  EXPECT_TRUE(this->put("r/x", "2", PutCondition::if_matches(first)));
  EXPECT_FALSE(this->put("r/x", "3", PutCondition::if_matches(first)));
  EXPECT_EQ(this->content("r/x"), "2");
  EXPECT_TRUE(this->put("r/x", "4", PutCondition::none()));
  EXPECT_EQ(this->content("r/x"), "4");
}

TYPED_TEST_P(EveryStore, A_put_answers_with_the_ETag_that_get_finds) {
  const PutOutcome outcome = this->store().put("r/x", "content", PutCondition::none()).value();
  EXPECT_EQ(std::get<Stored>(outcome).etag, this->etag("r/x"));
}

TYPED_TEST_P(EveryStore, A_listing_goes_by_text_and_is_sorted) {
  for (const char* const key : {"run/10/a", "run/1/b", "run/1/a", "run/1.json", "other"}) {
    ASSERT_TRUE(this->upload(key, "x").has_value());
  }
  EXPECT_EQ(this->keys("run/1"),
            (typename TestFixture::Keys{"run/1.json", "run/1/a", "run/1/b", "run/10/a"}));
  EXPECT_EQ(this->keys("run/1/"), (typename TestFixture::Keys{"run/1/a", "run/1/b"}));
  EXPECT_EQ(this->keys("nothing/here/"), typename TestFixture::Keys{});
  EXPECT_EQ(this->keys("").size(), 5U);
  EXPECT_EQ(this->store().list("other").value().front(), (ObjectInfo{.key = "other", .size = 1}));
}

TYPED_TEST_P(EveryStore, A_visit_sees_what_a_listing_has_until_it_fails) {
  for (const char* const key : {"a/1", "a/2", "b"}) ASSERT_TRUE(this->upload(key, key).has_value());
  typename TestFixture::Keys seen;
  const auto see = [&](const ObjectInfo& object) -> Result<void> {
    seen.push_back(object.key);
    if (object.key == "b") return fail(ErrorKind::Interrupted, "enough");
    return {};
  };
  ASSERT_TRUE(this->store().visit("a/", see).has_value());
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (typename TestFixture::Keys{"a/1", "a/2"}));
  EXPECT_EQ(this->store().visit("", see).error().kind(), ErrorKind::Interrupted);
}

TYPED_TEST_P(EveryStore, Removing_twice_is_no_error) {
  ASSERT_TRUE(this->upload("a/b/c", "x").has_value());
  EXPECT_TRUE(this->store().remove("a/b/c").has_value());
  EXPECT_TRUE(this->store().remove("a/b/c").has_value());
  EXPECT_EQ(this->keys(""), typename TestFixture::Keys{});
}

TYPED_TEST_P(EveryStore, Bad_keys_are_refused_by_every_call) {
  const std::string key = "../x";
  EXPECT_EQ(this->store().start_upload(key).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(this->store().open(key).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(this->store().get(key).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(this->store().put(key, "", PutCondition::none()).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(this->store().list(key).error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(this->store().remove(key).error().kind(), ErrorKind::InvalidArgument);
}

TYPED_TEST_P(EveryStore, Of_many_puts_at_once_one_wins) {
  std::atomic<int> wins = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      if (this->put("r/once", std::to_string(i), PutCondition::if_absent())) ++wins;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wins, 1);
}

TYPED_TEST_P(EveryStore, Empty_objects_are_objects) {
  ASSERT_TRUE(this->upload("empty", "").has_value());
  EXPECT_TRUE(this->put("also-empty", "", PutCondition::if_absent()));
  EXPECT_EQ(this->keys(""), (typename TestFixture::Keys{"also-empty", "empty"}));
  EXPECT_EQ(this->content("empty"), "");
  EXPECT_EQ(this->store().open("empty").value()->size(), 0U);
}

TYPED_TEST_P(EveryStore, An_object_is_read_in_ranges) {
  ASSERT_TRUE(this->upload("t/1.parquet", "0123456789").has_value());
  const auto source = this->store().open("t/1.parquet").value();
  EXPECT_EQ(source->size(), 10U);
  EXPECT_EQ(this->range(*source, 6, 4), "6789");
  EXPECT_EQ(this->range(*source, 0, 10), "0123456789");
  EXPECT_EQ(this->range(*source, 3, 1), "3");
  EXPECT_EQ(this->range(*source, 10, 0), "");
}

TYPED_TEST_P(EveryStore, No_object_to_read_is_not_found) {
  ASSERT_TRUE(this->upload("t/1.parquet", "x").has_value());
  EXPECT_EQ(this->store().open("t/2.parquet").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(this->store().open("other/1.parquet").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(this->store().open("t").error().kind(), ErrorKind::NotFound);
}

TYPED_TEST_P(EveryStore, An_object_is_read_as_it_was_when_it_was_opened_or_not_at_all) {
  const std::string old(200'000, 'o');
  ASSERT_TRUE(this->put("t/1", old, PutCondition::none()));
  const auto source = this->store().open("t/1").value();
  EXPECT_EQ(this->range(*source, 0, 1), "o");
  ASSERT_TRUE(this->put("t/1", std::string(200'000, 'n'), PutCondition::none()));
  const std::string rest = this->range(*source, 1, old.size() - 1);
  EXPECT_TRUE(rest == old.substr(1) || rest.contains("storage")) << rest.substr(0, 200);
}

REGISTER_TYPED_TEST_SUITE_P(EveryStore, An_upload_is_visible_once_it_is_complete, An_upload_never_overwrites,
                            Conditions_are_kept, A_put_answers_with_the_ETag_that_get_finds,
                            A_listing_goes_by_text_and_is_sorted,
                            A_visit_sees_what_a_listing_has_until_it_fails, Removing_twice_is_no_error,
                            Bad_keys_are_refused_by_every_call, Of_many_puts_at_once_one_wins,
                            Empty_objects_are_objects, An_object_is_read_in_ranges,
                            No_object_to_read_is_not_found,
                            An_object_is_read_as_it_was_when_it_was_opened_or_not_at_all);

}  // namespace pg2athena::storage
