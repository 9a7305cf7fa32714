// The pages of one column chunk, from the source one after the other: header, checksum, decompression, and
// where in the page its levels and values lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "base/error.h"
#include "parquet/decompression.h"
#include "parquet/metadata.h"
#include "parquet/read_schema.h"
#include "parquet/reader_options.h"

namespace pg2athena::parquet {

struct FileRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The bytes of a range of the source. It holds those that were asked for last, and some behind them.
class SourceWindow {
 public:
  SourceWindow(ByteSource& source, FileRange range) : source_(&source), range_(range) {}

  // Bytes of the range, which are good until the next call.
  Result<std::span<const std::byte>> view(std::uint64_t offset, std::size_t size);

 private:
  ByteSource* source_;
  FileRange range_;
  std::uint64_t begin_ = 0;  // of buffer_, in the file
  ByteBuffer buffer_;
};

struct Page {
  PageType type = PageType::DataPage;
  Encoding encoding = Encoding::Plain;
  std::size_t num_values = 0;  // levels of a data page, values of a dictionary
  // Runs, without a length; empty where the levels are always 0.
  std::span<const std::byte> repetition_levels;
  std::span<const std::byte> definition_levels;
  std::span<const std::byte> values;
  // Of a page V2.
  std::optional<std::size_t> num_rows;
  std::optional<std::size_t> num_nulls;
};

class PageReader {
 public:
  // The source outlives the reader, and has the whole range.
  static Result<PageReader> open(ByteSource& source, FileRange range, Codec codec, const ReadLeaf& leaf,
                                 const ReaderOptions& options);

  // The next data or dictionary page, whose bytes are good until the next call; false at the range's end.
  // CorruptInput for pages that contradict themselves, and for a wrong CRC; Unsupported for levels in the
  // deprecated encoding BIT_PACKED; ValueTooLarge by the options.
  Result<bool> next(Page& page);

 private:
  PageReader(SourceWindow window, FileRange range, Decompressor decompressor, bool plain, bool repetitions,
             bool definitions, const ReaderOptions& options)
      : window_(std::move(window)),
        position_(range.begin),
        end_(range.end),
        decompressor_(std::move(decompressor)),
        plain_(plain),
        repetitions_(repetitions),
        definitions_(definitions),
        most_bytes_(options.most_page_bytes),
        verify_checksums_(options.verify_checksums) {}

  Result<PageHeader> read_header();
  Result<std::span<const std::byte>> read_content(const PageHeader& header);
  Result<std::span<const std::byte>> decompress(std::span<const std::byte> content, std::size_t size);
  Result<void> read_dictionary(const PageHeader& header, std::span<const std::byte> content, Page& page);
  Result<void> read_v1(const PageHeader& header, std::span<const std::byte> content, Page& page);
  Result<void> read_v2(const PageHeader& header, std::span<const std::byte> content, Page& page);

  SourceWindow window_;
  std::uint64_t position_;
  std::uint64_t end_;
  Decompressor decompressor_;
  bool plain_;  // no codec
  bool repetitions_;
  bool definitions_;
  std::size_t most_bytes_;
  bool verify_checksums_;
  ByteBuffer page_;
};

}  // namespace pg2athena::parquet
