// A folder of this machine as an object store: a key is a path below the folder.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file_descriptor.h"
#include "storage/object_store.h"
#include "storage/unfinished_uploads.h"

namespace pg2athena::storage {

// What is promised, and how:
// * An object appears whole and durable or not at all. It is written under a hidden name beside its key
//   (".<random>.unfinished"), synced, moved to its key by renameat2(RENAME_NOREPLACE) or link(), and then the
//   folder is synced. A program killed on the way leaves a hidden file, which list() doesn't show and
//   remove_unfinished() removes.
// * Compare-and-set takes flock() on ".lock" in the folder, compares, and renames; so it also holds between
//   processes. The ETag of an object is the digest of its content.
// * Folders have no meaning: they are made when a key needs them and go with the last object in them.
// * Nothing outside the folder is ever touched, wherever the process's current directory is by then:
// everything goes
//   through a descriptor of the folder, and symbolic links below it are never followed. (The folder itself
//   may be reached through links.)
// * Files are made with mode 0666 and folders with 0777, less the process's umask, from the start and for
// records
//   and data alike: a lake is there for others to read, and whoever wants it private says so by the umask or
//   by the rights on the folder. Mode 0600 would break every reader under another account.
class LocalFolder final : public ObjectStore, public UnfinishedUploads {
 public:
  enum class Access : std::uint8_t {
    Read,   // the folder has to be there, and isn't changed
    Write,  // makes the folder where it is missing, and tries now whether files can be made in it
  };

  ~LocalFolder() override;
  static Result<std::unique_ptr<LocalFolder>> open(const std::filesystem::path& path, Access access);

  using ObjectStore::open;
  using ObjectStore::start_upload;
  using ObjectStore::visit;
  using UnfinishedUploads::unfinished;
  Result<std::unique_ptr<ObjectUpload>> start_upload(const std::string& key,
                                                     const UploadOptions& options) override;
  Result<std::optional<StoredObject>> get(const std::string& key) override;
  Result<std::unique_ptr<ByteSource>> open(const std::string& key, const ReadOptions& options) override;
  Result<PutOutcome> put(const std::string& key, std::string_view content,
                         const PutCondition& condition) override;
  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override;
  Result<void> visit(const std::string& prefix, const WantedFolder& wanted, const Visit& visit) override;
  Result<std::vector<std::string>> non_objects(const std::string& prefix) override;
  Result<void> remove(const std::string& key) override;

  // Makes the symbolic link `key`, or swaps it in one step. `decide` answers with the target, relative to the
  // link's own folder ("data/<run>"), or with none to leave the link as it is; while it decides, no put,
  // remove or set_link happens in this folder, by any process: a link that is derived from an object can't
  // fall behind it. `decide` may only read from this store.
  using LinkTarget = std::function<Result<std::optional<std::string>>()>;
  Result<void> set_link(const std::string& key, const LinkTarget& decide);
  // Where the symbolic link `key` leads; none where there is no link of this name.
  Result<std::optional<std::string>> link_target(const std::string& key) const;

  // Hidden files that no living process holds, in folders whose keys begin with `prefix`.
  Result<std::vector<UnfinishedUpload>> unfinished(const std::string& prefix,
                                                   const WantedFolder& wanted) override;
  bool by_whole_keys_only() const override { return false; }
  Result<void> abort(const UnfinishedUpload& upload) override;

  // Removes what killed programs left under the prefix: unfinished uploads that no living process holds, and
  // empty folders.
  Result<void> remove_unfinished(const std::string& prefix);

  // The absolute path that the folder had when it was opened.
  const std::filesystem::path& path() const;

 private:
  struct Root;
  class Upload;
  class Lock;

  explicit LocalFolder(std::unique_ptr<Root> root);
  Result<Lock> lock();

  std::unique_ptr<Root> root_;
  std::mutex mutex_;  // flock() doesn't hold between the threads of one process that share a descriptor
};

}  // namespace pg2athena::storage
