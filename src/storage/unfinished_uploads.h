// What uploads leave in a store when their program ends before them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "storage/object_store.h"

namespace pg2athena::storage {

struct UnfinishedUpload {
  std::string key;  // of the object that it was to be; of a hidden file its own path
  std::string id;   // of several uploads of one key; empty where a key has only one
  std::optional<std::chrono::system_clock::time_point> begun = {};
  // A hidden file that only this program makes, as its name says, and that no living process holds.
  bool hidden_file = false;

  bool operator==(const UnfinishedUpload& other) const { return key == other.key && id == other.id; }
};

// The part of a store that only what cleans up needs. Used by one thread.
class UnfinishedUploads {
 public:
  UnfinishedUploads() = default;
  UnfinishedUploads(const UnfinishedUploads&) = delete;
  UnfinishedUploads& operator=(const UnfinishedUploads&) = delete;
  virtual ~UnfinishedUploads() = default;

  // Those whose keys begin with `prefix` (a text, as in ObjectStore::list), in folders that are wanted.
  virtual Result<std::vector<UnfinishedUpload>> unfinished(const std::string& prefix,
                                                           const WantedFolder& wanted) = 0;
  Result<std::vector<UnfinishedUpload>> unfinished(const std::string& prefix) {
    return unfinished(prefix, any_folder);
  }

  // Whether unfinished() may find some only by their whole keys, as in MinIO.
  virtual bool by_whole_keys_only() const = 0;

  // One that isn't there any more is no error. An object that it has become stays.
  virtual Result<void> abort(const UnfinishedUpload& upload) = 0;
};

}  // namespace pg2athena::storage
