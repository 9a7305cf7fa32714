#include "aws/cached_credentials.h"

#include <gtest/gtest.h>

#include "aws/fakes_for_tests.h"

namespace pg2athena::aws {
namespace {

using namespace std::chrono_literals;

// Gives "key1", "key2", …, each for `life`; or an error while `broken`.
struct CountingSource final : CredentialsProvider {
  explicit CountingSource(const Clock& source_clock) : clock(source_clock) {}
  Result<Credentials> get() override {
    ++asked;
    if (broken) return fail(ErrorKind::Connection, "no answer");
    Credentials credentials{.access_key_id = "key" + std::to_string(asked)};
    if (life) credentials.expiration = clock.now() + *life;
    return credentials;
  }
  const Clock& clock;
  int asked = 0;
  bool broken = false;
  std::optional<std::chrono::seconds> life = 1h;
};

class CachedCredentialsTest : public testing::Test {
 protected:
  CachedCredentialsTest() {
    auto owned = std::make_unique<CountingSource>(clock);
    source = owned.get();
    cached = std::make_unique<CachedCredentials>(std::move(owned), clock);
  }
  std::string key() const {
    auto found = cached->get();
    return found ? found->access_key_id : found.error().message();
  }
  FakeClock clock;
  CountingSource* source;
  std::unique_ptr<CachedCredentials> cached;
};

TEST_F(CachedCredentialsTest, Credentials_that_last_are_asked_for_once) {
  source->life.reset();
  EXPECT_EQ(key(), "key1");
  clock.advance(1000h);
  EXPECT_EQ(key(), "key1");
}

TEST_F(CachedCredentialsTest, They_are_refreshed_five_minutes_before_they_expire) {
  EXPECT_EQ(key(), "key1");
  clock.advance(54min);
  EXPECT_EQ(key(), "key1");
  clock.advance(1min);
  EXPECT_EQ(key(), "key2");
}

TEST_F(CachedCredentialsTest, Short_lived_ones_are_refreshed_at_half_their_life) {
  source->life = 2min;
  EXPECT_EQ(key(), "key1");
  clock.advance(59s);
  EXPECT_EQ(key(), "key1");
  clock.advance(1s);
  EXPECT_EQ(key(), "key2");
}

TEST_F(CachedCredentialsTest, A_refresh_that_fails_leaves_the_old_ones_until_they_expire) {
  EXPECT_EQ(key(), "key1");
  source->broken = true;
  clock.advance(55min);
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(source->asked, 2);
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(source->asked, 2) << "the source is left alone for a while";
  clock.advance(30s);
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(source->asked, 3);
  clock.advance(5min);
  EXPECT_EQ(key(), "no answer");
  source->broken = false;
  EXPECT_EQ(key(), "key5") << "an error isn't kept";
}

TEST_F(CachedCredentialsTest, Rejected_ones_are_asked_for_again_and_only_they) {
  EXPECT_EQ(key(), "key1");
  cached->reject({.access_key_id = "another"});
  EXPECT_EQ(key(), "key1");
  cached->reject({.access_key_id = "key1"});
  EXPECT_EQ(key(), "key2");
}

TEST(Credentials, An_expiration_is_RFC_3339_and_stays_within_the_systems_clock) {
  EXPECT_EQ(parse_expiration("2026-01-31T00:00:00Z"),
            std::chrono::sys_days(std::chrono::January / 31 / 2026));
  EXPECT_EQ(parse_expiration("9999-12-31T23:59:59Z"), std::chrono::system_clock::time_point::max());
  EXPECT_EQ(parse_expiration("0001-01-01T00:00:00Z"), std::chrono::system_clock::time_point());
  EXPECT_EQ(parse_expiration("soon"), std::nullopt);
}

}  // namespace
}  // namespace pg2athena::aws
