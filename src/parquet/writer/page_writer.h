// From the content of a page to its bytes in the file: compress, checksum, header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "parquet/compression.h"
#include "parquet/metadata.h"
#include "parquet/writer/byte_chain.h"

namespace pg2athena::parquet {

// What a page takes in the file, its header included.
struct PageSize {
  std::uint64_t uncompressed = 0;
  std::uint64_t compressed = 0;
};

// One for a file, shared by its columns, which write one page at a time; so are its buffers.
class PageWriter {
 public:
  explicit PageWriter(Compressor compressor) : compressor_(std::move(compressor)) {}

  Codec codec() const { return compressor_.codec(); }

  // Appends header and page to `out`; the page is content(), which is used up, behind levels() where the
  // header is a data page V2's. `header` needs its type and the part that belongs to the type; sizes, CRC and
  // whether a page V2 is compressed are filled in here. Unsupported when the page is too large for a header
  // to say so.
  Result<PageSize> write(PageHeader header, ByteChain& out);

  // What the bytes would come to in a page.
  Result<std::size_t> compressed_size(std::span<const std::byte> bytes);

  // For columns to put together a page's content in, the levels of a page V2, and to gather values that
  // aren't NULL; empty them before use.
  ByteBuffer& content() { return content_; }
  ByteBuffer& levels() { return levels_; }
  ByteBuffer& gathered() { return gathered_; }

  std::size_t memory_bytes() const;
  // Gives back buffers larger than this, which an uncommonly large page left behind.
  void release_above(std::size_t bytes);
  // Gives back everything, the codec's context too, until the next page.
  void release_all();

 private:
  Compressor compressor_;
  ByteBuffer header_;
  ByteBuffer content_;
  ByteBuffer levels_;
  ByteBuffer gathered_;
};

}  // namespace pg2athena::parquet
