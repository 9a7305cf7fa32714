// For tests: an object store in memory, and one that fails where it is told to.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/object_store.h"

namespace pg2athena::storage {

class MemoryStore final : public ObjectStore {
 public:
  using ObjectStore::open;
  using ObjectStore::start_upload;
  Result<std::unique_ptr<ObjectUpload>> start_upload(const std::string& key,
                                                     const UploadOptions& options) override;
  Result<std::optional<StoredObject>> get(const std::string& key) override;
  Result<std::unique_ptr<ByteSource>> open(const std::string& key, const ReadOptions& options) override;
  Result<PutOutcome> put(const std::string& key, std::string_view content,
                         const PutCondition& condition) override;
  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override;
  Result<void> remove(const std::string& key) override;

  // Of whatever is stored from now on: when that was. Without it no object says so.
  void set_time(std::optional<std::chrono::system_clock::time_point> time) { time_ = time; }

 private:
  class Upload;
  class Source;
  struct Object {
    std::string content;
    std::optional<std::chrono::system_clock::time_point> stored = {};
  };

  std::mutex mutex_;
  std::map<std::string, Object> objects_;
  std::optional<std::chrono::system_clock::time_point> time_;
};

// Hands calls on to another store, and asks `fault` about each of them first.
class FaultyStore final : public ObjectStore {
 public:
  enum class Fault : std::uint8_t {
    None,
    Refused,     // fails before it takes effect: kind Storage
    Lost,        // fails before it takes effect, and nobody can tell: kind Connection
    LostAnswer,  // takes effect, and fails: kind Connection
    Unsynced,    // takes effect, and fails: kind Storage, as when a folder can't be synced
  };
  struct Call {
    int number;             // from 0, over all calls that are asked about
    std::string operation;  // "get", "open", "read", "put", "list", "remove", "complete"
    std::string key;
  };

  FaultyStore(ObjectStore& next, std::function<Fault(const Call&)> fault)
      : next_(next), fault_(std::move(fault)) {}

  using ObjectStore::open;
  using ObjectStore::start_upload;
  Result<std::unique_ptr<ObjectUpload>> start_upload(const std::string& key,
                                                     const UploadOptions& options) override;
  Result<std::optional<StoredObject>> get(const std::string& key) override;
  Result<std::unique_ptr<ByteSource>> open(const std::string& key, const ReadOptions& options) override;
  Result<PutOutcome> put(const std::string& key, std::string_view content,
                         const PutCondition& condition) override;
  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override;
  Result<void> remove(const std::string& key) override;

 private:
  template <typename Function>
  auto call(std::string operation, const std::string& key, Function function) -> decltype(function());

  ObjectStore& next_;
  std::function<Fault(const Call&)> fault_;
  std::mutex mutex_;
  int calls_ = 0;
};

}  // namespace pg2athena::storage
