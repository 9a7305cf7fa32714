// How the folders of a partitioned table's files are named: as Hive does, so that whatever reads Hive's
// layout knows the column and its value from the path.
#pragma once

#include <string>
#include <string_view>

namespace pg2athena::catalog {

// What stands for NULL (hive.exec.default.partition.name), and for empty text, since a folder's name can't
// end with '=' for all readers: Hive does the same (FileUtils.makePartName in Apache Hive). It is no value:
// a text that is spelled like it could not be told from NULL.
inline constexpr std::string_view kDefaultPartition = "__HIVE_DEFAULT_PARTITION__";

// The most bytes of a folder's name in a local file system (NAME_MAX on Linux). For S3 too: a lake may be
// copied.
inline constexpr std::size_t kLongestPartitionFolder = 255;

// "created_at_day=2026-01-31". The column is a name of the lake, the value not empty. Characters that a path
// can't have, or that Hive doesn't leave in one, are percent-encoded; what is above ASCII stays.
std::string partition_folder(std::string_view column, std::string_view value);
// Of the files in it, below the prefix of a run's data; ends in '/'.
std::string partition_prefix(std::string_view data, std::string_view column, std::string_view value);

}  // namespace pg2athena::catalog
