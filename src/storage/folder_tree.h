// A folder of the file system and the folders below it, reached through descriptors: neither the current
// directory nor a symbolic link can lead a caller elsewhere.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "storage/file_descriptor.h"

namespace pg2athena::storage {

// "a/b/c" as "a/b" and "c".
struct SplitKey {
  std::string_view folder;  // may be empty: the root
  std::string_view name;
};
SplitKey split_key(std::string_view key);

// Where an unfinished file stands: ".<16 hexadecimal digits>.unfinished".
std::string unfinished_name();
bool is_unfinished_name(std::string_view name);

// Relative paths here are those of checked keys: no "..", no empty part.
class FolderTree {
 public:
  // Opens the root; with `make` it is made where it is missing, with its parents.
  static Result<FolderTree> open(const std::filesystem::path& path, bool make);

  int root() const { return root_.get(); }
  const std::filesystem::path& path() const { return path_; }

  // A folder below; not open when it isn't there.
  Result<FileDescriptor> open_folder(std::string_view relative) const;
  // The same, made durably with its parents where it is missing. Not open when another process removed it
  // just now: try again.
  Result<FileDescriptor> make_folder(std::string_view relative) const;
  // Removes the folder and its parents as far as they are empty; never the root.
  void prune(std::string_view relative) const;

  struct Entry {
    int folder;            // a descriptor of the folder that it is in
    std::string relative;  // its path below the root
    std::string name;
    bool regular;  // a file; neither a link nor anything else
  };
  // Calls `visit` for whatever isn't a folder under `relative`, hidden names included, in no order; only
  // folders and entries right in `relative` whose names begin with `stem` count, and below it only folders
  // that are `wanted`. What vanishes meanwhile is passed over.
  Result<void> walk(std::string_view relative, std::string_view stem,
                    const std::function<bool(std::string_view)>& wanted,
                    const std::function<Result<void>(const Entry&)>& visit) const;
  // Removes empty folders below `relative` and then itself.
  Result<void> remove_empty_folders(std::string_view relative) const;

  // An error about a path of this tree, from errno's value.
  Error error(int code, std::string_view action, std::string_view relative) const;

 private:
  FolderTree(std::filesystem::path path, FileDescriptor root)
      : path_(std::move(path)), root_(std::move(root)) {}

  std::filesystem::path path_;  // absolute
  FileDescriptor root_;
};

}  // namespace pg2athena::storage
