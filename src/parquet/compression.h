// The codecs of pages.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "parquet/metadata.h"
#include "parquet/writer_options.h"

struct ZSTD_CCtx_s;
struct libdeflate_compressor;

namespace pg2athena::parquet {

// The level that stands for "none was chosen"; 0 for a codec without levels.
int default_level(Compression compression);
// The codec's lowest and highest level; {0, 0} for a codec without levels.
std::pair<int, int> levels_of(Compression compression);
// As configuration and documentation spell it: "zstd", "lz4_raw".
std::string_view codec_name(Compression compression);

// The most that the codec's context takes for pages of up to so many bytes; without the compressed page.
std::size_t codec_context_bytes(Compression compression, int level, std::size_t page_bytes);

// Compresses pages one after the other, with one context and one output buffer for all of them. The context
// is made for the first page. Not thread-safe.
class Compressor {
 public:
  // InvalidArgument when the level isn't one of the codec's.
  static Result<Compressor> create(Compression compression, std::optional<int> level);

  Codec codec() const;
  // The compressed page: bytes of this object that are good until the next call, or, without a codec, `page`
  // itself. Internal when the codec refuses.
  Result<std::span<const std::byte>> compress(std::span<const std::byte> page);
  // The buffer of the page that compress() returned last, which is then the caller's; empty without a codec.
  ByteBuffer take_output() { return std::exchange(out_, ByteBuffer()); }
  std::size_t memory_bytes() const;
  // Gives back an output buffer larger than this, which an uncommonly large page left behind.
  void release_above(std::size_t bytes) {
    if (out_.capacity_bytes() > bytes) out_.release();
  }

  // Gives the context back too, until the next page: of the higher levels it is tens of megabytes.
  void release_context();

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
    void operator()(libdeflate_compressor* context) const;
  };

  Compressor(Compression compression, int level) : compression_(compression), level_(level) {}
  Result<void> make_context();
  Result<std::size_t> compress_into_out(std::span<const std::byte> page);

  Compression compression_;
  int level_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> zstd_;
  std::unique_ptr<libdeflate_compressor, FreeContext> gzip_;
  ByteBuffer lz4_;  // its state
  ByteBuffer out_;
};

}  // namespace pg2athena::parquet
