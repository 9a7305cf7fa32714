#include "parquet/page_writer.h"

#include <bit>
#include <limits>

#include <fmt/format.h>

#include "parquet/crc32.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kLargestPage = std::numeric_limits<std::int32_t>::max();

}  // namespace

Result<PageSize> PageWriter::write(PageHeader header, std::span<const std::byte> content, ByteChain& out) {
  if (content.size() > kLargestPage) {
    return fail(ErrorKind::Unsupported,
                fmt::format("a row has {} bytes in one column, and a Parquet page holds {}", content.size(),
                            kLargestPage));
  }
  PG2ATHENA_ASSIGN(const std::span<const std::byte> compressed, compressor_.compress(content));
  if (compressed.size() > kLargestPage) {
    return fail(ErrorKind::Unsupported,
                fmt::format("a row's page has {} compressed bytes, and a Parquet page holds {}",
                            compressed.size(), kLargestPage));
  }
  header.uncompressed_page_size = static_cast<std::int32_t>(content.size());
  header.compressed_page_size = static_cast<std::int32_t>(compressed.size());
  header.crc = std::bit_cast<std::int32_t>(crc32(compressed));
  header_.clear();
  serialize(header, header_);
  out.append(header_.span());
  out.append(compressed);
  return PageSize{.uncompressed = header_.size() + content.size(),
                  .compressed = header_.size() + compressed.size()};
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
