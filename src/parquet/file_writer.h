// Writes one Parquet file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/byte_sink.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "columnar/schema.h"
#include "parquet/block_pool.h"
#include "parquet/file_summary.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// A file is the magic bytes, row groups, and a footer that says where everything is. Rows are encoded as they
// come; a row group's bytes go to the sink when it closes, so that the sink sees the file from front to back.
//
//   PG2ATHENA_ASSIGN(FileWriter writer, FileWriter::open(sink, schema, {}));
//   while (…) PG2ATHENA_TRY(writer.write(batch));
//   PG2ATHENA_ASSIGN(const FileSummary summary, writer.close());
//
// Not thread-safe: one worker, one file. After an error the file can't be finished; drop the writer and the
// file.
class FileWriter {
 public:
  // Writes the magic bytes. The sink outlives the writer. InvalidArgument, Unsupported and NameCollision
  // for a schema that has no Parquet form, InvalidArgument for options that contradict themselves; a sink's
  // errors as they are, here and below.
  //
  // `blocks`, which outlives the writer, is for those who write one file after the other; without one the
  // writer has its own.
  [[nodiscard]] static Result<FileWriter> open(ByteSink& sink, const columnar::Schema& schema,
                                               WriterOptions options, BlockPool* blocks = nullptr);

  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) noexcept;
  ~FileWriter();

  // Appends all rows of a batch with the schema's columns, which is not needed afterwards. Closes row groups
  // that are full. Unsupported when one row has more bytes in a column than a page can hold (2 GiB).
  [[nodiscard]] Result<void> write(const columnar::Batch& batch);

  // From here on in place of the options' memory_bytes: for those who write several files side by side and
  // share memory out among them.
  void limit_memory(std::size_t bytes);

  // Closes the open row group, if it has rows, and gives back all memory that the next one could use again.
  [[nodiscard]] Result<void> end_row_group();

  // Closes the last row group and writes the footer. A file without rows has no row group. Without this call
  // the bytes are no Parquet file, and no reader takes them for one.
  [[nodiscard]] Result<FileSummary> close();

  // Handed to the sink so far.
  std::uint64_t bytes_written() const;
  // Memory that the writer holds now, spare capacity included: the open row group, buffers, the codec's
  // context, the footer to be, free blocks of the pool.
  std::size_t bytes_held() const;
  // Of these the part that grows with each row group until the file is closed: the footer to be.
  std::size_t footer_bytes_held() const;

 private:
  struct State;
  explicit FileWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace pg2athena::parquet
