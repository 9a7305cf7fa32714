// The values of one column chunk, page by page: through a dictionary while that pays, in the encoding that
// the data asks for otherwise; and what its statistics say of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "parquet/encoding_choice.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/levels.h"
#include "parquet/writer/page_writer.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// The bounds of a leaf over the whole file, as text; absent where there is no value or none that a line can
// show.
struct BoundTexts {
  std::optional<std::string> min;
  std::optional<std::string> max;
};

// One for a leaf, for the whole file; each row group is a chunk. There is an implementation for each way in
// which values lie in memory; a call is for a slice of a column, never for a value.
//
// append() … finish_page() make a page, pages and finish_chunk() a chunk.
class ValueEncoder {
 public:
  virtual ~ValueEncoder() = default;

  // Appends the values of the slots that aren't NULL to the page. `scratch` is for whatever it likes.
  virtual void append(const LeafSlots& slots, ByteBuffer& scratch) = 0;

  // Appends the page's values, encoded, to `out`, which it may exchange for another buffer when it is empty.
  // Returns their encoding. `last` says that the chunk has no further page. `page`, where there is one, gets
  // the page's bounds and NaN count. An error is the codec's, which is asked what encodings come to.
  virtual Result<Encoding> finish_page(bool last, ByteBuffer& out, Statistics* page) = 0;

  // Appends the content of the chunk's dictionary page to `out`; returns its number of values, 0 for no page.
  virtual std::size_t append_dictionary(ByteBuffer& out) const = 0;

  // The order of the bounds of the chunk's pages, if finish_page() was asked for them.
  virtual BoundaryOrder boundary_order() const = 0;
  // The hashes for the chunk's Bloom filter: of all values, some of them once. Empty if none is wanted.
  virtual std::span<const std::uint64_t> bloom_hashes() = 0;
  // Sets the chunk's bounds and distinct and NaN counts, and gets ready for the next chunk.
  virtual void finish_chunk(Statistics& statistics) = 0;

  // About what the page's values and the chunk's dictionary will take, encoded.
  virtual std::size_t encoded_bytes() const = 0;
  virtual BoundTexts file_bounds() const = 0;
  virtual std::size_t memory_bytes() const = 0;
  // Gives back buffers larger than this, which an uncommonly large page left behind.
  virtual void release_above(std::size_t bytes) = 0;
  // Between two chunks: gives back all memory that the next one could use again.
  virtual void release_buffers() = 0;
};

// The page writer's codec is what encodings are measured with; it outlives the encoder.
std::unique_ptr<ValueEncoder> make_value_encoder(const Leaf& leaf, const LeafOptions& chosen,
                                                 const WriterOptions& options, PageWriter& pages);

// Bytes of the slots' values in PLAIN encoding, as if none were NULL. Booleans count as bytes.
std::size_t plain_bytes(const LeafSlots& slots);

}  // namespace pg2athena::parquet
