#include "parquet/writer/page_writer.h"

#include <algorithm>
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
  const bool v2 = header.data_page_header_v2.has_value();
  // A page V1 is compressed as a whole.
  if (!v2 && codec() != Codec::Uncompressed) {
    content_.prepend(levels_.span());
    levels_.clear();
  }
  const std::span<const std::byte> levels = levels_.span();
  PG2ATHENA_ASSIGN(std::span<const std::byte> values, compressor_.compress(content_.span()));
  bool compressed = codec() != Codec::Uncompressed;
  if (v2) {
    // Random bytes become more, and none become some.
    if (values.size() >= content_.size()) {
      values = content_.span();
      compressed = false;
    }
    header.data_page_header_v2->is_compressed = compressed;
  }
  const std::size_t uncompressed_size = levels.size() + content_.size();
  const std::size_t compressed_size = levels.size() + values.size();
  if (std::max(uncompressed_size, compressed_size) > kLargestPage) {
    return fail(ErrorKind::Unsupported,
                fmt::format("a row has {} bytes in one column, {} compressed, and a Parquet page holds {}",
                            uncompressed_size, compressed_size, kLargestPage));
  }
  header.uncompressed_page_size = static_cast<std::int32_t>(uncompressed_size);
  header.compressed_page_size = static_cast<std::int32_t>(compressed_size);
  header.crc = std::bit_cast<std::int32_t>(crc32(values, crc32(levels)));
  header_.clear();
  serialize(header, header_);
  out.append(header_.span());
  out.append(levels);
  // The page of a large row isn't there twice. (A common page is copied, so that its buffer is reused.)
  if (values.size() > kAdoptedBytes) {
    out.adopt(compressed ? compressor_.take_output() : std::exchange(content_, ByteBuffer()));
  } else {
    out.append(values);
  }
  return PageSize{.uncompressed = header_.size() + uncompressed_size,
                  .compressed = header_.size() + compressed_size};
}

Result<std::size_t> PageWriter::compressed_size(std::span<const std::byte> bytes) {
  PG2ATHENA_ASSIGN(const auto compressed, compressor_.compress(bytes));
  return compressed.size();
}

std::size_t PageWriter::memory_bytes() const {
  return compressor_.memory_bytes() + header_.capacity_bytes() + content_.capacity_bytes() +
         levels_.capacity_bytes() + gathered_.capacity_bytes();
}

void PageWriter::release_above(std::size_t bytes) {
  compressor_.release_above(bytes);
  if (content_.capacity_bytes() > bytes) content_.release();
  if (levels_.capacity_bytes() > bytes) levels_.release();
  if (gathered_.capacity_bytes() > bytes) gathered_.release();
}

void PageWriter::release_all() {
  release_above(0);
  compressor_.release_context();
}

}  // namespace pg2athena::parquet
