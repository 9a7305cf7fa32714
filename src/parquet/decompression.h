// The codecs of pages, from any writer's bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "parquet/metadata.h"

struct ZSTD_DCtx_s;
struct libdeflate_decompressor;

namespace pg2athena::parquet {

// Decompresses pages one after the other. Not thread-safe.
class Decompressor {
 public:
  // Unsupported for a codec that isn't read: LZO, Brotli, and LZ4 in Hadoop's frames.
  static Result<Decompressor> create(Codec codec);

  // Sets `out` to the page, which has `size` bytes. CorruptInput when it hasn't, before memory is taken where
  // so few bytes can't become so many.
  Result<void> decompress(std::span<const std::byte> page, std::size_t size, ByteBuffer& out);

 private:
  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
    void operator()(libdeflate_decompressor* context) const;
  };

  explicit Decompressor(Codec codec) : codec_(codec) {}
  bool decompress_gzip(std::span<const std::byte> page, std::span<std::byte> out);
  bool decompress_into(std::span<const std::byte> page, std::span<std::byte> out);

  Codec codec_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> zstd_;
  std::unique_ptr<libdeflate_decompressor, FreeContext> gzip_;
};

}  // namespace pg2athena::parquet
