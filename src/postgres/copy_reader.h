// Reader 1: rows through COPY in its binary form, which every server speaks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "postgres/connection.h"
#include "postgres/row_block.h"
#include "postgres/row_guard.h"
#include "postgres/scan.h"
#include "types/decoded_size.h"

namespace pg2athena::postgres {

// The seam between where rows come from and the rest of the pipeline.
class ShardReader {
 public:
  virtual ~ShardReader() = default;
  // Appends the next rows, some thousands at most, to a batch of the shard's columns. False when there are no
  // more. After an error the batch is unusable until cleared, and the reader is at its end.
  virtual Result<bool> read(columnar::Batch& batch) = 0;
  // Bytes that have come from the server.
  virtual std::uint64_t bytes_read() const = 0;
  // After read() failed on a value: the number, from 0, of the row that holds it.
  virtual std::optional<std::uint64_t> failed_row() const = 0;
  // After read() failed with ValueTooLarge: the bytes that the row's values have together.
  virtual std::optional<std::uint64_t> too_large_bytes() const = 0;
  // Memory that is held between two reads.
  virtual std::uint64_t bytes_held() const = 0;
  // How many values of each column became something else so far, as the column's policy says.
  virtual std::span<const types::CoercedValues> coerced() const = 0;
};

class CopyReader final : public ShardReader {
 public:
  // Starts the COPY on a session that has entered `source`; `order_by` as copy_statement() takes it. Both
  // must outlive the reader. To give up before the end, close the connection or cancel its query.
  static Result<std::unique_ptr<CopyReader>> start(Connection& connection, const ScanSource& source,
                                                   const ShardRange& range, bool check_utf8,
                                                   std::optional<std::size_t> order_by = {});

  Result<bool> read(columnar::Batch& batch) override;
  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::optional<std::uint64_t> failed_row() const override { return failed_row_; }
  std::optional<std::uint64_t> too_large_bytes() const override { return too_large_bytes_; }
  std::uint64_t bytes_held() const override;
  std::span<const types::CoercedValues> coerced() const override { return coerced_; }

 private:
  CopyReader(Connection& connection, const ScanSource& source, bool check_utf8);
  Result<bool> fill_block();
  std::span<const std::byte> keep(Connection::Message message);
  Result<void> decode_block(columnar::Batch& batch);
  Result<void> check_last_row(std::size_t message_bytes);
  std::uint64_t last_row_growth() const;
  LargeRow last_row_size() const;
  Error if_too_large(Error error);
  Error value_error(std::size_t column, const types::DecodeFailure& failure);

  Connection& connection_;
  const ScanSource& source_;
  std::vector<types::CoercedValues> coerced_;  // of each column; the decoders count there
  std::vector<types::DecoderPtr> decoders_;
  std::vector<std::size_t> growing_;  // columns whose values become more than they are on the wire
  RowBlock block_;
  // What the block points into: small messages behind one another, and larger ones.
  std::unique_ptr<std::byte[]> small_messages_;
  std::size_t small_bytes_ = 0;
  std::vector<CopyMessage> messages_;
  std::uint64_t rows_read_ = 0;  // in blocks before the present one
  std::uint64_t bytes_read_ = 0;
  std::uint64_t largest_message_ = 0;
  std::uint64_t block_bytes_ = 0;  // as they travelled, and by how much decoding makes them more
  bool started_ = false;
  bool ended_ = false;
  std::optional<std::uint64_t> failed_row_;
  std::optional<std::uint64_t> too_large_bytes_;
};

}  // namespace pg2athena::postgres
