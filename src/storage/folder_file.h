// A file of a folder tree, as an object that is read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/byte_source.h"
#include "base/cancellation.h"
#include "storage/file_descriptor.h"
#include "storage/folder_tree.h"

namespace pg2athena::storage {

struct FolderFile {
  FileDescriptor descriptor;
  std::uint64_t size = 0;
};

// None when there is no file of this name; links and whatever else isn't a file are none.
Result<std::optional<FolderFile>> open_file(const FolderTree& tree, const std::string& key);

// All of it; CorruptInput for more than kLargestRecord.
Result<std::optional<std::string>> read_file(const FolderTree& tree, const std::string& key);

// Holds the file, so that its bytes stay what they were when another takes its name.
class FolderFileSource final : public ByteSource {
 public:
  // `tree`, and `stop` if there is one, outlive it.
  FolderFileSource(const FolderTree& tree, std::string key, FolderFile file, Cancellation* stop)
      : tree_(tree), key_(std::move(key)), file_(std::move(file)), stop_(stop) {}

  std::uint64_t size() const override { return file_.size; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> to) override;

 private:
  const FolderTree& tree_;
  std::string key_;
  FolderFile file_;
  Cancellation* stop_;
};

}  // namespace pg2athena::storage
