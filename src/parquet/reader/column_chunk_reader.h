// Reads one column chunk: rows of one leaf, appended to the columns of a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/encoding/hybrid_decoder.h"
#include "parquet/metadata.h"
#include "parquet/read_schema.h"
#include "parquet/reader/page_reader.h"
#include "parquet/reader/slot_assembly.h"
#include "parquet/reader/value_conversion.h"
#include "parquet/reader/value_decoder.h"
#include "parquet/reader_options.h"

namespace pg2athena::parquet {

// Holds one page, the dictionary, and a few levels: however large the chunk. Errors name the column.
class ColumnChunkReader {
 public:
  // Source, leaf and metadata outlive the reader; the source has the range.
  static Result<ColumnChunkReader> open(ByteSource& source, FileRange range, const ColumnMetaData& metadata,
                                        const ReadLeaf& leaf, const ReaderOptions& options);

  // Rows go to these columns from now on, which are empty; they stay where they are.
  void start_batch(std::vector<columnar::Column>& columns);
  // Appends the next rows. CorruptInput when there are fewer, or what was read contradicts itself.
  Result<void> read(std::size_t rows);
  // CorruptInput when the leaf's columns aren't what other leaves made of them. After all leaves have read
  // the batch's rows.
  Result<void> end_batch() const;
  // CorruptInput when there is more in the chunk than its rows.
  Result<void> finish();

 private:
  ColumnChunkReader(PageReader pages, const ColumnMetaData& metadata, const ReadLeaf& leaf,
                    const ReaderOptions& options);

  Result<void> read_rows(std::size_t rows);
  Result<bool> next_data_page();
  Result<void> start_page(const Page& page);
  Result<void> end_page();
  Result<bool> next_levels();
  std::size_t levels_of(std::size_t& rows) const;
  Result<void> append(std::size_t count);
  Result<void> append_leaf_slots(std::size_t present);

  std::unexpected<Error> with_column(Error error) const;

  const ReadLeaf* leaf_;
  const ColumnMetaData* metadata_;
  std::size_t most_bytes_;
  PageReader pages_;
  SlotAssembly assembly_;
  ValueConversion conversion_;
  std::optional<Dictionary> dictionary_;
  bool any_page_ = false;
  std::uint64_t values_seen_ = 0;  // levels of all pages so far
  std::uint64_t batch_levels_ = 0;

  // The page.
  HybridDecoder repetitions_;
  HybridDecoder definitions_;
  std::unique_ptr<ValueDecoder> values_;
  std::size_t page_left_ = 0;             // levels that weren't decoded
  std::optional<std::size_t> rows_left_;  // rows and values of a page V2 that weren't there yet
  std::optional<std::size_t> values_left_;

  // Levels that were decoded, from level_at_ on; of the page.
  static constexpr std::size_t kLevelsAtOnce = 1024;
  Buffer<std::uint8_t> repetition_levels_;
  Buffer<std::uint8_t> definition_levels_;
  std::size_t level_at_ = 0;
  std::size_t level_count_ = 0;
  Buffer<std::uint8_t> present_;
};

}  // namespace pg2athena::parquet
