#include "parquet/page_writer.h"

#include <bit>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "parquet/crc32.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kLargestPage = std::numeric_limits<std::int32_t>::max();
// Larger than a page becomes that has more than one row.
constexpr std::size_t kAdoptedBytes = std::size_t{2} << 20U;

}  // namespace

Result<PageSize> PageWriter::write(PageHeader header, ByteChain& out) {
  const std::size_t size = content_.size();
  if (size > kLargestPage) {
    return fail(
        ErrorKind::Unsupported,
        fmt::format("a row has {} bytes in one column, and a Parquet page holds {}", size, kLargestPage));
  }
  PG2ATHENA_ASSIGN(const std::span<const std::byte> compressed, compressor_.compress(content_.span()));
  if (compressed.size() > kLargestPage) {
    return fail(ErrorKind::Unsupported,
                fmt::format("a row's page has {} compressed bytes, and a Parquet page holds {}",
                            compressed.size(), kLargestPage));
  }
  const PageSize sizes{.uncompressed = size, .compressed = compressed.size()};
  header.uncompressed_page_size = static_cast<std::int32_t>(size);
  header.compressed_page_size = static_cast<std::int32_t>(compressed.size());
  header.crc = std::bit_cast<std::int32_t>(crc32(compressed));
  header_.clear();
  serialize(header, header_);
  out.append(header_.span());
  // The page of a large row isn't there twice. (A common page is copied, so that its buffer is reused.)
  if (compressed.size() > kAdoptedBytes) {
    out.adopt(codec() == Codec::Uncompressed ? std::exchange(content_, ByteBuffer())
                                             : compressor_.take_output());
  } else {
    out.append(compressed);
  }
  return PageSize{.uncompressed = header_.size() + sizes.uncompressed,
                  .compressed = header_.size() + sizes.compressed};
}

std::size_t PageWriter::memory_bytes() const {
  return compressor_.memory_bytes() + header_.capacity_bytes() + content_.capacity_bytes() +
         gathered_.capacity_bytes();
}

void PageWriter::release_above(std::size_t bytes) {
  compressor_.release_above(bytes);
  if (content_.capacity_bytes() > bytes) content_.release();
  if (gathered_.capacity_bytes() > bytes) gathered_.release();
}

}  // namespace pg2athena::parquet
