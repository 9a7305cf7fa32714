// A local file for the writer. What the library asks for is one method, so that bytes can go anywhere.
#pragma once

#include <cstddef>
#include <fstream>
#include <span>
#include <string>

#include "base/byte_sink.h"
#include "base/error.h"

class LocalFile final : public pg2athena::ByteSink {
 public:
  explicit LocalFile(const std::string& path) : file_(path, std::ios::binary | std::ios::trunc) {}

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
