// The codecs of pages.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "parquet/metadata.h"
#include "parquet/writer_options.h"

struct ZSTD_CCtx_s;

namespace pg2athena::parquet {

// The most that the codec's context takes for pages of up to so many bytes; without the compressed page.
std::size_t codec_context_bytes(Compression compression, int level, std::size_t page_bytes);

// Compresses pages one after the other, with one context and one output buffer for all of them. Not
// thread-safe.
class Compressor {
 public:
  // InvalidArgument when the level isn't one of the codec's.
  static Result<Compressor> create(Compression compression, int level);

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

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  explicit Compressor(Compression compression) : compression_(compression) {}

  Compression compression_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> zstd_;
  ByteBuffer out_;
};

}  // namespace pg2athena::parquet
