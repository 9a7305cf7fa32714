// Where a lake's objects live: whole byte strings under keys, as in S3, so that a local folder and S3 are the
// same to everything above. Nothing here knows what the objects mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/byte_sink.h"
#include "base/byte_source.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::storage {

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;  // bytes
  // When it was stored, by the store's clock, where the store says so.
  std::optional<std::chrono::system_clock::time_point> last_modified = {};

  // Of the same name and size; when it was stored doesn't make it another.
  bool operator==(const ObjectInfo& other) const { return key == other.key && size == other.size; }
};

// The most bytes that a record may have (ObjectStore::get).
inline constexpr std::size_t kLargestRecord = std::size_t{256} << 20U;

// Whether a folder may have what is looked for, by its key: "a/b". Of others' folders that have no right for
// us, or thousands of files, nobody needs to know more.
using WantedFolder = std::function<bool(std::string_view folder)>;
inline bool any_folder(std::string_view /*folder*/) {
  return true;
}

struct StoredObject {
  std::string content;
  std::string etag;  // opaque; equal ETags of one key mean equal content
};

// What has to be true of the key at the moment of a put.
struct PutCondition {
  enum class Kind : std::uint8_t { None, IfAbsent, IfMatches };

  Kind kind = Kind::None;
  std::string etag;  // of IfMatches

  static PutCondition none() { return {}; }
  static PutCondition if_absent() { return {.kind = Kind::IfAbsent, .etag = {}}; }
  static PutCondition if_matches(std::string etag) {
    return {.kind = Kind::IfMatches, .etag = std::move(etag)};
  }
};

struct Stored {
  std::string etag;
};
struct ConditionFailed {};
using PutOutcome = std::variant<Stored, ConditionFailed>;

// One object on its way into the store; used by one thread. Nothing is visible under the key until complete()
// succeeds. The destructor of an upload that isn't complete aborts it and leaves nothing behind.
class ObjectUpload : public ByteSink {
 public:
  ObjectUpload() = default;
  ObjectUpload(const ObjectUpload&) = delete;
  ObjectUpload& operator=(const ObjectUpload&) = delete;

  // Makes the object durable and visible. Fails when the key exists: an upload never overwrites. To be called
  // once; nothing may be written afterwards. Only success says that the object is there: after an error it
  // mostly isn't, but may be (an answer that got lost).
  virtual Result<void> complete() = 0;
};

struct UploadOptions {
  // The most that the upload may hold of what it was given, where a store has to hold it; two of its smallest
  // parts at least (part_size.h).
  std::uint64_t memory_bytes = std::uint64_t{32} << 20U;
  // Ends write() and complete() with Interrupted. Not owned: has to outlive the upload.
  Cancellation* stop = nullptr;
};

struct ReadOptions {
  // From how many places the object is read in turn, each on its way forward: a Parquet file's columns.
  std::size_t places = 1;
  // The most that is held of what lies behind those places, where bytes come from afar; 64 KiB at least. So
  // many places may have to share.
  std::size_t memory_bytes = std::size_t{4} << 20U;
  // Ends open() and read() with Interrupted. Not owned: has to outlive the source.
  Cancellation* stop = nullptr;
};

// Thread-safe. Keys are relative paths of parts between '/' (see check_key). A key once written by an upload
// is never written again; only put() replaces what is there.
class ObjectStore {
 public:
  ObjectStore() = default;
  ObjectStore(const ObjectStore&) = delete;
  ObjectStore& operator=(const ObjectStore&) = delete;
  virtual ~ObjectStore() = default;

  // For data: big, streamed, new. The upload may not outlive the store.
  virtual Result<std::unique_ptr<ObjectUpload>> start_upload(const std::string& key,
                                                             const UploadOptions& options) = 0;
  Result<std::unique_ptr<ObjectUpload>> start_upload(const std::string& key) { return start_upload(key, {}); }

  // For records: small, whole. None when there is no such object; an error for one that is larger than
  // kLargestRecord.
  virtual Result<std::optional<StoredObject>> get(const std::string& key) = 0;

  // For data: big, read in ranges by one thread. All bytes are of the object that was there when it was
  // opened; where another takes its place, reading goes on with the old one or fails. NotFound when there is
  // no such object. The source may not outlive the store.
  virtual Result<std::unique_ptr<ByteSource>> open(const std::string& key, const ReadOptions& options) = 0;
  Result<std::unique_ptr<ByteSource>> open(const std::string& key) { return open(key, {}); }

  // Stores all of `content` or nothing, and only when the condition holds: of several puts at once with one
  // condition at most one wins. After an error of kind Connection the object may be stored or not, now or
  // later; after any other error get() tells which.
  virtual Result<PutOutcome> put(const std::string& key, std::string_view content,
                                 const PutCondition& condition) = 0;

  // The finished objects whose keys begin with `prefix` (a text, not a folder: "a/b" finds "a/bc"), sorted by
  // key.
  virtual Result<std::vector<ObjectInfo>> list(const std::string& prefix) = 0;
  // The same, one after the other and in no order: for whoever looks at a whole lake, which may have more
  // objects than memory should hold. The first error of `visit` ends it, and is the result.
  // A store of folders may pass over those that `wanted` doesn't want.
  using Visit = std::function<Result<void>(const ObjectInfo&)>;
  virtual Result<void> visit(const std::string& prefix, const WantedFolder& wanted, const Visit& visit);
  Result<void> visit(const std::string& prefix, const Visit& each) { return visit(prefix, any_folder, each); }

  // What lies in the folder `prefix`, which ends in '/', and below, and isn't an object, though readers of
  // the folder may take it for one: links, hidden files but for unfinished uploads, pipes. S3 has nothing
  // else.
  virtual Result<std::vector<std::string>> non_objects(const std::string& /*prefix*/) {
    return std::vector<std::string>();
  }

  // An object that isn't there is no error.
  virtual Result<void> remove(const std::string& key) = 0;
};

// Refuses what isn't a key of ours: empty or longer than 1024 bytes (S3's limit), not UTF-8, with control
// characters, absolute, with an empty part or a part that begins with a dot ("..", and the names of
// unfinished uploads).
Result<void> check_key(std::string_view key);
// The same for a prefix, which may be empty and whose last part may be empty or cut short.
Result<void> check_prefix(std::string_view prefix);

}  // namespace pg2athena::storage
