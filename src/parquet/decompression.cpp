#include "parquet/decompression.h"

#include <limits>

#include <fmt/format.h>
#include <libdeflate.h>
#include <lz4.h>
#include <snappy.h>
// For ZSTD_decompressBound().
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

namespace pg2athena::parquet {
namespace {

const char* chars(std::span<const std::byte> bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}

// No more than this can come from a page, by the codec's format.
std::size_t most_bytes(Codec codec, std::span<const std::byte> page) {
  // A copy of 64 bytes takes two bytes at least (google/snappy, format_description.txt).
  constexpr std::size_t kSnappyRatio = 64;
  // A match of 258 bytes takes two bits at least (RFC 1951).
  constexpr std::size_t kDeflateRatio = 1032;
  // A byte of a match's length stands for 255 (lz4_Block_format.md).
  constexpr std::size_t kLz4Ratio = 255;
  constexpr std::size_t kSlack = 64;
  switch (codec) {
    case Codec::Snappy:
      return page.size() * kSnappyRatio;
    case Codec::Gzip:
      return page.size() * kDeflateRatio;
    case Codec::Lz4Raw:
      return page.size() * kLz4Ratio + kSlack;
    case Codec::Zstd: {
      const unsigned long long bound = ZSTD_decompressBound(page.data(), page.size());
      return bound == ZSTD_CONTENTSIZE_ERROR ? 0 : bound;
    }
    case Codec::Uncompressed:
      break;
  }
  return page.size();
}

}  // namespace

void Decompressor::FreeContext::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}
void Decompressor::FreeContext::operator()(libdeflate_decompressor* context) const {
  libdeflate_free_decompressor(context);
}

Result<Decompressor> Decompressor::create(Codec codec) {
  Decompressor decompressor(codec);
  switch (codec) {
    case Codec::Uncompressed:
    case Codec::Snappy:
    case Codec::Lz4Raw:
      return decompressor;
    case Codec::Zstd:
      decompressor.zstd_.reset(ZSTD_createDCtx());
      if (!decompressor.zstd_) return fail(ErrorKind::Internal, "zstd has no memory for a context");
      return decompressor;
    case Codec::Gzip:
      decompressor.gzip_.reset(libdeflate_alloc_decompressor());
      if (!decompressor.gzip_) return fail(ErrorKind::Internal, "gzip has no memory for a context");
      return decompressor;
  }
  return fail(ErrorKind::Unsupported, fmt::format("the codec {}", static_cast<int>(codec)));
}

Result<void> Decompressor::decompress(std::span<const std::byte> page, std::size_t size, ByteBuffer& out) {
  out.clear();
  // Whatever writers make of an empty page.
  if (size == 0) return {};
  if (size > most_bytes(codec_, page)) {
    return fail(ErrorKind::CorruptInput,
                fmt::format("a page of {} compressed bytes can't have {}", page.size(), size));
  }
  out.resize(size);
  if (!decompress_into(page, out.span())) {
    return fail(ErrorKind::CorruptInput,
                fmt::format("a page doesn't decompress to the {} bytes that it has", size));
  }
  return {};
}

bool Decompressor::decompress_into(std::span<const std::byte> page, std::span<std::byte> out) {
  switch (codec_) {
    case Codec::Uncompressed:
      if (page.size() != out.size()) return false;
      std::memcpy(out.data(), page.data(), page.size());
      return true;
    case Codec::Snappy: {
      std::size_t size = 0;
      return snappy::GetUncompressedLength(chars(page), page.size(), &size) && size == out.size() &&
             snappy::RawUncompress(chars(page), page.size(), reinterpret_cast<char*>(out.data()));
    }
    case Codec::Gzip:
      return decompress_gzip(page, out);
    case Codec::Zstd: {
      const std::size_t size =
          ZSTD_decompressDCtx(zstd_.get(), out.data(), out.size(), page.data(), page.size());
      return ZSTD_isError(size) == 0 && size == out.size();
    }
    case Codec::Lz4Raw: {
      constexpr std::size_t kMost = std::numeric_limits<int>::max();
      if (page.size() > kMost || out.size() > kMost) return false;
      const int size = LZ4_decompress_safe(chars(page), reinterpret_cast<char*>(out.data()),
                                           static_cast<int>(page.size()), static_cast<int>(out.size()));
      return size >= 0 && static_cast<std::size_t>(size) == out.size();
    }
  }
  return false;
}

// "A gzip file consists of a series of 'members'" (RFC 1952), and some writers make use of that.
bool Decompressor::decompress_gzip(std::span<const std::byte> page, std::span<std::byte> out) {
  while (!page.empty()) {
    std::size_t read = 0;
    std::size_t written = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(gzip_.get(), page.data(), page.size(),
                                                                   out.data(), out.size(), &read, &written);
    if (result != LIBDEFLATE_SUCCESS || read == 0) return false;
    page = page.subspan(read);
    out = out.subspan(written);
  }
  return out.empty();
}

}  // namespace pg2athena::parquet
