// A file on its way into a local folder: written under a hidden name beside the place where it will stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "storage/file_descriptor.h"
#include "storage/folder_tree.h"

namespace pg2athena::storage {

// The destructor removes it, and the folders that it made and leaves empty, unless it was placed. While it
// lives it holds an flock() on the hidden file, by which others see that somebody still writes it.
class PendingFile {
 public:
  // `tree` must outlive the file.
  static Result<std::unique_ptr<PendingFile>> create(const FolderTree& tree, std::string_view key);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  // Straight to the kernel: callers hand over big pieces.
  Result<void> write(std::span<const std::byte> bytes);
  // Content and size are on the disk.
  Result<void> sync();

  enum class Placed : std::uint8_t { Done, Exists };
  // Puts the file under its key, atomically and durably; what stands there already stays.
  Result<Placed> place_if_absent();
  // The same, in the place of what stands there.
  Result<void> place_over();

 private:
  PendingFile(const FolderTree& tree, std::string_view key) : tree_(tree), key_(key) {}
  Result<bool> try_create();
  int move_to_key() const;
  Result<void> sync_folder();
  void start_writeback();

  const FolderTree& tree_;
  std::string key_;
  std::string hidden_;  // its name until it is placed
  std::string name_;    // its name afterwards
  FileDescriptor folder_;
  FileDescriptor file_;
  bool created_ = false;
  bool placed_ = false;
  std::int64_t written_ = 0;
  std::int64_t handed_to_disk_ = 0;  // bytes whose way to the disk has begun
};

}  // namespace pg2athena::storage
