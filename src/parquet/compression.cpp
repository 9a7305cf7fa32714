#include "parquet/compression.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <libdeflate.h>
#include <lz4.h>
#include <snappy.h>
// For the size of a context before there is one. The header calls these functions experimental; the shared
// library has exported them unchanged since 1.3.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

namespace pg2athena::parquet {
namespace {

struct CodecTraits {
  std::string_view name;
  Codec codec;
  int default_level;
  int lowest_level;
  int highest_level;
};

const CodecTraits& traits(Compression compression) {
  static const CodecTraits kNone{"none", Codec::Uncompressed, 0, 0, 0};
  static const CodecTraits kSnappy{"snappy", Codec::Snappy, 0, 0, 0};
  // Levels below 1 exist in zstd and trade size for a speed that Snappy has too.
  static const CodecTraits kZstd{"zstd", Codec::Zstd, 1, 1, ZSTD_maxCLevel()};
  // libdeflate's levels; they go on where zlib's end.
  static const CodecTraits kGzip{"gzip", Codec::Gzip, 6, 1, 12};
  static const CodecTraits kLz4Raw{"lz4_raw", Codec::Lz4Raw, 0, 0, 0};
  switch (compression) {
    case Compression::None:
      return kNone;
    case Compression::Snappy:
      return kSnappy;
    case Compression::Zstd:
      return kZstd;
    case Compression::Gzip:
      return kGzip;
    case Compression::Lz4Raw:
      return kLz4Raw;
  }
  std::unreachable();
}

std::size_t zstd_context_bytes(int level, std::size_t page_bytes) {
  // zstd chooses its tables by the level and the page's size, and not all sizes of a level take less than the
  // largest does.
  std::size_t bytes = 0;
  for (std::size_t size = std::size_t{1} << 14U; size < 2 * page_bytes; size *= 2) {
    bytes = std::max(bytes, ZSTD_estimateCCtxSize_usingCParams(ZSTD_getCParams(level, size, 0)));
  }
  return bytes;
}

// libdeflate doesn't say what its compressor takes. Measured with 1.14 (mallinfo2): 0.2 to 0.64 MiB up to
// level 9, 8.6 MiB from 10 on, whatever the page.
constexpr std::size_t kGzipContext = std::size_t{656} << 10U;
constexpr std::size_t kLargeGzipContext = std::size_t{8800} << 10U;
constexpr int kFirstLargeGzipLevel = 10;

std::size_t gzip_context_bytes(int level) {
  return level < kFirstLargeGzipLevel ? kGzipContext : kLargeGzipContext;
}

}  // namespace

int default_level(Compression compression) {
  return traits(compression).default_level;
}

std::pair<int, int> levels_of(Compression compression) {
  return {traits(compression).lowest_level, traits(compression).highest_level};
}

std::string_view codec_name(Compression compression) {
  return traits(compression).name;
}

std::size_t codec_context_bytes(Compression compression, int level, std::size_t page_bytes) {
  switch (compression) {
    case Compression::Zstd:
      return zstd_context_bytes(level, page_bytes);
    case Compression::Gzip:
      return gzip_context_bytes(level);
    case Compression::Lz4Raw:
      return static_cast<std::size_t>(LZ4_sizeofState());
    case Compression::None:
    case Compression::Snappy:
      break;
  }
  return 0;
}

void Compressor::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}
void Compressor::FreeContext::operator()(libdeflate_compressor* context) const {
  libdeflate_free_compressor(context);
}

Result<Compressor> Compressor::create(Compression compression, std::optional<int> level) {
  const CodecTraits& codec = traits(compression);
  Compressor compressor(compression, level.value_or(codec.default_level));
  if (codec.highest_level == 0) return compressor;
  if (compressor.level_ < codec.lowest_level || compressor.level_ > codec.highest_level) {
    return fail(ErrorKind::InvalidArgument,
                fmt::format("{} has no compression level {}: it has {} to {}", codec.name, compressor.level_,
                            codec.lowest_level, codec.highest_level));
  }
  return compressor;
}

Result<void> Compressor::make_context() {
  if (compression_ == Compression::Lz4Raw) {
    lz4_.resize(static_cast<std::size_t>(LZ4_sizeofState()));
  } else if (compression_ == Compression::Gzip && !gzip_) {
    gzip_.reset(libdeflate_alloc_compressor(level_));
    if (!gzip_) return fail(ErrorKind::Internal, "gzip has no memory for a context");
  } else if (compression_ == Compression::Zstd && !zstd_) {
    zstd_.reset(ZSTD_createCCtx());
    if (!zstd_) return fail(ErrorKind::Internal, "zstd has no memory for a context");
    if (ZSTD_isError(ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_compressionLevel, level_)) != 0) {
      return fail(ErrorKind::Internal, "zstd refuses a compression level");
    }
  }
  return {};
}

void Compressor::release_context() {
  zstd_.reset();
  gzip_.reset();
  lz4_.release();
}

Codec Compressor::codec() const {
  return traits(compression_).codec;
}

Result<std::span<const std::byte>> Compressor::compress(std::span<const std::byte> page) {
  if (compression_ == Compression::None) return page;
  PG2ATHENA_TRY(make_context());
  PG2ATHENA_ASSIGN(const std::size_t size, compress_into_out(page));
  out_.resize(size);
  return std::as_const(out_).span();
}

Result<std::size_t> Compressor::compress_into_out(std::span<const std::byte> page) {
  std::size_t size = 0;
  switch (compression_) {
    case Compression::Snappy:
      out_.resize(snappy::MaxCompressedLength(page.size()));
      snappy::RawCompress(reinterpret_cast<const char*>(page.data()), page.size(),
                          reinterpret_cast<char*>(out_.data()), &size);
      return size;
    case Compression::Zstd:
      out_.resize(ZSTD_compressBound(page.size()));
      size = ZSTD_compress2(zstd_.get(), out_.data(), out_.size(), page.data(), page.size());
      if (ZSTD_isError(size) != 0) {
        return fail(ErrorKind::Internal, fmt::format("zstd failed: {}", ZSTD_getErrorName(size)));
      }
      return size;
    case Compression::Gzip:
      out_.resize(libdeflate_gzip_compress_bound(gzip_.get(), page.size()));
      size = libdeflate_gzip_compress(gzip_.get(), page.data(), page.size(), out_.data(), out_.size());
      if (size == 0) return fail(ErrorKind::Internal, "gzip failed");
      return size;
    case Compression::Lz4Raw: {
      const auto bound = LZ4_compressBound(static_cast<int>(page.size()));
      if (bound == 0) {
        return fail(ErrorKind::Unsupported,
                    fmt::format("a page of {} bytes, and LZ4 takes {}", page.size(), LZ4_MAX_INPUT_SIZE));
      }
      out_.resize(static_cast<std::size_t>(bound));
      constexpr int kDefaultAcceleration = 1;
      const int written = LZ4_compress_fast_extState(
          lz4_.data(), reinterpret_cast<const char*>(page.data()), reinterpret_cast<char*>(out_.data()),
          static_cast<int>(page.size()), bound, kDefaultAcceleration);
      if (written <= 0) return fail(ErrorKind::Internal, "LZ4 failed");
      return static_cast<std::size_t>(written);
    }
    case Compression::None:
      break;
  }
  std::unreachable();
}

std::size_t Compressor::memory_bytes() const {
  return out_.capacity_bytes() + lz4_.capacity_bytes() + (zstd_ ? ZSTD_sizeof_CCtx(zstd_.get()) : 0) +
         (gzip_ ? gzip_context_bytes(level_) : 0);
}

}  // namespace pg2athena::parquet
