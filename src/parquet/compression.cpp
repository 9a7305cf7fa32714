#include "parquet/compression.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <snappy.h>
// For the size of a context before there is one. The header calls these functions experimental; the shared
// library has exported them unchanged since 1.3.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

namespace pg2athena::parquet {

std::size_t codec_context_bytes(Compression compression, int level, std::size_t page_bytes) {
  if (compression != Compression::Zstd) return 0;
  // zstd chooses its tables by the level and the page's size, and not all sizes of a level take less than the
  // largest does.
  std::size_t bytes = 0;
  for (std::size_t size = std::size_t{1} << 14U; size < 2 * page_bytes; size *= 2) {
    bytes = std::max(bytes, ZSTD_estimateCCtxSize_usingCParams(ZSTD_getCParams(level, size, 0)));
  }
  return bytes;
}

void Compressor::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

Result<Compressor> Compressor::create(Compression compression, int level) {
  Compressor compressor(compression);
  if (compression != Compression::Zstd) return compressor;
  // Levels below 1 exist in zstd and trade size for a speed that Snappy has too.
  if (level < 1 || level > ZSTD_maxCLevel()) {
    return fail(ErrorKind::InvalidArgument,
                fmt::format("zstd has no compression level {}: it has 1 to {}", level, ZSTD_maxCLevel()));
  }
  compressor.zstd_.reset(ZSTD_createCCtx());
  if (!compressor.zstd_) return fail(ErrorKind::Internal, "zstd has no memory for a context");
  if (ZSTD_isError(ZSTD_CCtx_setParameter(compressor.zstd_.get(), ZSTD_c_compressionLevel, level)) != 0) {
    return fail(ErrorKind::Internal, "zstd refuses a compression level");
  }
  return compressor;
}

Codec Compressor::codec() const {
  switch (compression_) {
    case Compression::None:
      return Codec::Uncompressed;
    case Compression::Snappy:
      return Codec::Snappy;
    case Compression::Zstd:
      return Codec::Zstd;
  }
  std::unreachable();
}

Result<std::span<const std::byte>> Compressor::compress(std::span<const std::byte> page) {
  std::size_t size = 0;
  switch (compression_) {
    case Compression::None:
      return page;
    case Compression::Snappy:
      out_.resize(snappy::MaxCompressedLength(page.size()));
      snappy::RawCompress(reinterpret_cast<const char*>(page.data()), page.size(),
                          reinterpret_cast<char*>(out_.data()), &size);
      break;
    case Compression::Zstd:
      out_.resize(ZSTD_compressBound(page.size()));
      size = ZSTD_compress2(zstd_.get(), out_.data(), out_.size(), page.data(), page.size());
      if (ZSTD_isError(size) != 0) {
        return fail(ErrorKind::Internal, fmt::format("zstd failed: {}", ZSTD_getErrorName(size)));
      }
      break;
  }
  out_.resize(size);
  return std::as_const(out_).span();
}

std::size_t Compressor::memory_bytes() const {
  return out_.capacity_bytes() + (zstd_ ? ZSTD_sizeof_CCtx(zstd_.get()) : 0);
}

}  // namespace pg2athena::parquet
