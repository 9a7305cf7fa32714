// Small files of our writer, with bytes changed, cut away, and put where they don't belong: each gives values
// or an Error that blames the file. Under AddressSanitizer it shows reads and writes out of bounds.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "parquet/file_reader.h"
#include "parquet/memory_source.h"
#include "parquet/test_equality.h"
#include "parquet/test_tables.h"

namespace pg2athena::parquet {
namespace {

using Random = std::mt19937_64;

// Reads everything, in limits that show that none are passed.
Result<void> read_all(const std::string& file) {
  constexpr std::size_t kMost = std::size_t{8} << 20U;
  MemorySource source(file);
  PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source, {.most_page_bytes = kMost,
                                                                      .most_column_bytes = kMost,
                                                                      .batch_bytes = std::size_t{1} << 20U,
                                                                      .verify_checksums = false}));
  columnar::Batch batch(reader.schema());
  for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
    for (std::size_t leaf = 0; leaf < reader.leaves().size(); ++leaf) {
      PG2ATHENA_TRY(reader.offset_index(i, leaf));
      PG2ATHENA_TRY(reader.column_index(i, leaf));
      PG2ATHENA_TRY(reader.bloom_filter(i, leaf));
    }
    PG2ATHENA_ASSIGN(RowGroupReader row_group, reader.row_group(i));
    // A run of a few bytes may stand for billions of rows.
    for (int batches = 0; batches < 4; ++batches) {
      PG2ATHENA_ASSIGN(const std::size_t rows, row_group.read(batch, 500));
      if (rows == 0) break;
      for (const columnar::Column& column : batch.columns) EXPECT_EQ(broken_layout(column), "");
    }
  }
  return {};
}

void flip_bit(char& byte, std::uint64_t bit) {
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << bit));
}

std::string changed(std::string file, const std::string& other, Random& random) {
  const auto place = [&](std::size_t size) { return size == 0 ? 0 : random() % size; };
  switch (random() % 5) {
    case 0:
      flip_bit(file[place(file.size())], random() % 8);
      break;
    case 1:  // some bytes
      for (std::size_t i = 0; i < 1 + random() % 8; ++i)
        file[place(file.size())] = static_cast<char>(random());
      break;
    case 2:  // bytes of another file
      file.replace(place(file.size()), random() % 40, other, place(other.size()), random() % 40);
      break;
    case 3:  // bytes that are gone, or there twice
      if (random() % 2 == 0) {
        file.erase(place(file.size()), random() % 20);
      } else {
        const std::size_t from = place(file.size());
        file.insert(place(file.size()), file.substr(from, random() % 40));
      }
      break;
    default:  // the end
      file.resize(place(file.size()));
      break;
  }
  return file;
}

TEST(CorruptFile, It_gives_values_or_an_error) {
  constexpr int kFiles = 60;
  constexpr int kChanges = 60;
  Random random(20261123);  // NOLINT(cert-msc51-cpp): the same every time
  std::string other = "PAR1";
  std::size_t errors = 0;
  for (int i = 0; i < kFiles; ++i) {
    std::vector<std::uint8_t> bytes(300);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    Choices choices(bytes);
    const auto file = written(table_of(choices));
    ASSERT_TRUE(file.has_value()) << file.error();
    const auto whole = read_all(*file);
    ASSERT_TRUE(whole.has_value()) << whole.error();
    for (int change = 0; change < kChanges; ++change) {
      const auto read = read_all(changed(*file, other, random));
      if (read) continue;
      ++errors;
      const ErrorKind kind = read.error().kind();
      ASSERT_TRUE(kind == ErrorKind::CorruptInput || kind == ErrorKind::Unsupported ||
                  kind == ErrorKind::ValueTooLarge)
          << read.error();
    }
    other = *file;
  }
  EXPECT_GT(errors, kFiles * kChanges / 2U) << "the changes changed something";
}

}  // namespace
}  // namespace pg2athena::parquet
