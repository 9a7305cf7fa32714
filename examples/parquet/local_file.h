// Local files for the writer and the reader. What the library asks for is small, so that bytes can go
// anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>

#include "base/byte_sink.h"
#include "base/byte_source.h"
#include "base/error.h"

class NewFile final : public pg2athena::ByteSink {
 public:
  explicit NewFile(const std::string& path) : file_(path, std::ios::binary | std::ios::trunc) {}

  pg2athena::Result<void> write(std::span<const std::byte> bytes) override {
    file_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return check();
  }
  // Bytes that are still in the stream's buffer may not fit on the disk.
  pg2athena::Result<void> close() {
    file_.close();
    return check();
  }

 private:
  pg2athena::Result<void> check() const {
    if (file_) return {};
    return pg2athena::fail(pg2athena::ErrorKind::Storage, "the file can't be written");
  }

  std::ofstream file_;
};

class ExistingFile final : public pg2athena::ByteSource {
 public:
  explicit ExistingFile(const std::string& path)
      : file_(path, std::ios::binary | std::ios::ate), size_(file_ ? file_.tellg() : std::streampos(0)) {}

  std::uint64_t size() const override { return static_cast<std::uint64_t>(size_); }
  pg2athena::Result<void> read(std::uint64_t offset, std::span<std::byte> to) override {
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
    if (file_) return {};
    return pg2athena::fail(pg2athena::ErrorKind::Storage, "the file can't be read");
  }

 private:
  std::ifstream file_;
  std::streamoff size_;
};
