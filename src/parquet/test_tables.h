// For tests and fuzzers: a schema, rows and writer's options made of any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "columnar/batch.h"
#include "columnar/schema.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// Decisions, one after the other; 0 when the bytes have ended.
class Choices {
 public:
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool any_left() const { return !bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  // A number less than `count`, which is at most 256.
  std::size_t below(std::size_t count) { return byte() % count; }
  bool one_in(std::size_t count) { return below(count) + 1 == count; }
  std::uint64_t bits(std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number = (number << 8U) | byte();
    return number;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

struct TestTable {
  columnar::Schema schema;
  columnar::Batch rows;
  WriterOptions options;
  std::size_t write_rows = 1;  // at a time
  std::size_t read_rows = 1;
};

// A few columns of any type, nested or not; runs of equal values and of NULLs; any options that the writer
// takes, with small pages, dictionaries and row groups.
TestTable table_of(Choices& choices);

// The file that the writer makes of the table.
Result<std::string> written(const TestTable& table);

// Writes the table, and reads what was written. Empty when that is what was written, with indexes and Bloom
// filters that are true of it; otherwise what is wrong.
std::string round_trip(const TestTable& table);

}  // namespace pg2athena::parquet
