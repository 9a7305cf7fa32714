#include "storage/memory_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "storage/content_digest.h"

namespace pg2athena::storage {

class MemoryStore::Upload final : public ObjectUpload {
 public:
  Upload(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  Result<void> write(std::span<const std::byte> bytes) override {
    content_ += as_text(bytes);
    return {};
  }
  Result<void> complete() override {
    const std::lock_guard lock(store_.mutex_);
    if (store_.objects_.try_emplace(key_, Object{std::move(content_), store_.time_}).second) return {};
    return fail(ErrorKind::Storage, fmt::format("{} exists already", key_));
  }

 private:
  MemoryStore& store_;
  std::string key_;
  std::string content_;
};

class MemoryStore::Source final : public ByteSource {
 public:
  explicit Source(std::string content) : content_(std::move(content)) {}

  std::uint64_t size() const override { return content_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::byte> to) override {
    if (offset > content_.size() || to.size() > content_.size() - offset) {
      return fail(ErrorKind::Internal, "a read behind an object's end");
    }
    std::ranges::copy(as_bytes(content_).subspan(offset, to.size()), to.begin());
    return {};
  }

 private:
  const std::string content_;
};

Result<std::unique_ptr<ObjectUpload>> MemoryStore::start_upload(const std::string& key,
                                                                const UploadOptions& /*options*/) {
  PG2ATHENA_TRY(check_key(key));
  return std::make_unique<Upload>(*this, key);
}

Result<std::optional<StoredObject>> MemoryStore::get(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return std::nullopt;
  return StoredObject{.content = found->second.content, .etag = digest_of(as_bytes(found->second.content))};
}

Result<std::unique_ptr<ByteSource>> MemoryStore::open(const std::string& key,
                                                      const ReadOptions& /*options*/) {
  PG2ATHENA_TRY(check_key(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return fail(ErrorKind::NotFound, fmt::format("there is no object {}", key));
  return std::make_unique<Source>(found->second.content);
}

Result<PutOutcome> MemoryStore::put(const std::string& key, std::string_view content,
                                    const PutCondition& condition) {
  PG2ATHENA_TRY(check_key(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  const bool there = found != objects_.end();
  if (condition.kind == PutCondition::Kind::IfAbsent && there) return ConditionFailed{};
  if (condition.kind == PutCondition::Kind::IfMatches &&
      (!there || digest_of(as_bytes(found->second.content)) != condition.etag)) {
    return ConditionFailed{};
  }
  objects_[key] = {.content = std::string(content), .stored = time_};
  return Stored{digest_of(as_bytes(content))};
}

Result<std::vector<ObjectInfo>> MemoryStore::list(const std::string& prefix) {
  PG2ATHENA_TRY(check_prefix(prefix));
  const std::lock_guard lock(mutex_);
  std::vector<ObjectInfo> found;
  for (auto at = objects_.lower_bound(prefix); at != objects_.end() && at->first.starts_with(prefix); ++at) {
    found.push_back(
        {.key = at->first, .size = at->second.content.size(), .last_modified = at->second.stored});
  }
  return found;
}

Result<void> MemoryStore::remove(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  const std::lock_guard lock(mutex_);
  objects_.erase(key);
  return {};
}

namespace {

class FaultyUpload final : public ObjectUpload {
 public:
  FaultyUpload(std::unique_ptr<ObjectUpload> next, std::function<Result<void>(ObjectUpload&)> complete)
      : next_(std::move(next)), complete_(std::move(complete)) {}
  Result<void> write(std::span<const std::byte> bytes) override { return next_->write(bytes); }
  Result<void> complete() override { return complete_(*next_); }

 private:
  std::unique_ptr<ObjectUpload> next_;
  std::function<Result<void>(ObjectUpload&)> complete_;
};

class FaultySource final : public ByteSource {
 public:
  using Read = std::function<Result<void>(ByteSource&, std::uint64_t, std::span<std::byte>)>;

  FaultySource(std::unique_ptr<ByteSource> next, Read read)
      : next_(std::move(next)), read_(std::move(read)) {}
  std::uint64_t size() const override { return next_->size(); }
  Result<void> read(std::uint64_t offset, std::span<std::byte> to) override {
    return read_(*next_, offset, to);
  }

 private:
  std::unique_ptr<ByteSource> next_;
  Read read_;
};

}  // namespace

template <typename Function>
auto FaultyStore::call(std::string operation, const std::string& key, Function function)
    -> decltype(function()) {
  Fault fault = Fault::None;
  {
    const std::lock_guard lock(mutex_);
    fault = fault_({.number = calls_++, .operation = operation, .key = key});
  }
  if (fault == Fault::Refused)
    return fail(ErrorKind::Storage, fmt::format("{} {} was refused", operation, key));
  if (fault != Fault::Lost) {
    auto result = function();
    if (fault == Fault::None) return result;
  }
  if (fault == Fault::Unsynced) return fail(ErrorKind::Storage, fmt::format("can't sync {}", key));
  return fail(ErrorKind::Connection, fmt::format("no answer to {} {}", operation, key));
}

Result<std::unique_ptr<ObjectUpload>> FaultyStore::start_upload(const std::string& key,
                                                                const UploadOptions& options) {
  PG2ATHENA_ASSIGN(auto upload, next_.start_upload(key, options));
  return std::make_unique<FaultyUpload>(std::move(upload), [this, key](ObjectUpload& next) {
    return call("complete", key, [&] { return next.complete(); });
  });
}

Result<std::optional<StoredObject>> FaultyStore::get(const std::string& key) {
  return call("get", key, [&] { return next_.get(key); });
}

Result<std::unique_ptr<ByteSource>> FaultyStore::open(const std::string& key, const ReadOptions& options) {
  PG2ATHENA_ASSIGN(auto source, call("open", key, [&] { return next_.open(key, options); }));
  return std::make_unique<FaultySource>(
      std::move(source), [this, key](ByteSource& next, std::uint64_t offset, std::span<std::byte> to) {
        return call("read", key, [&] { return next.read(offset, to); });
      });
}

Result<PutOutcome> FaultyStore::put(const std::string& key, std::string_view content,
                                    const PutCondition& condition) {
  return call("put", key, [&] { return next_.put(key, content, condition); });
}

Result<std::vector<ObjectInfo>> FaultyStore::list(const std::string& prefix) {
  return call("list", prefix, [&] { return next_.list(prefix); });
}

Result<void> FaultyStore::remove(const std::string& key) {
  return call("remove", key, [&] { return next_.remove(key); });
}

}  // namespace pg2athena::storage
