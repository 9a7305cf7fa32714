#include "parquet/reader/page_reader.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "parquet/crc32.h"
#include "parquet/encoding/encoded_bytes.h"

namespace pg2athena::parquet {
namespace {

std::unexpected<Error> corrupt(std::string why) {
  return fail(ErrorKind::CorruptInput, std::move(why));
}

Result<std::size_t> count_of(std::int32_t number) {
  if (number < 0) return corrupt("a page header has a negative number");
  return static_cast<std::size_t>(number);
}

// A page V1's levels: runs, with their length in four bytes before them.
Result<std::span<const std::byte>> take_levels(EncodedBytes& bytes, Encoding encoding) {
  if (encoding != Encoding::Rle) {
    return fail(ErrorKind::Unsupported, fmt::format("levels in the encoding {}", static_cast<int>(encoding)));
  }
  const auto length = bytes.little_endian<std::uint32_t>();
  const auto levels = length ? bytes.take(*length) : std::nullopt;
  if (!levels) return corrupt("a page ends within its levels");
  return *levels;
}

}  // namespace

Result<std::span<const std::byte>> SourceWindow::view(std::uint64_t offset, std::size_t size) {
  if (offset < begin_ || offset - begin_ > buffer_.size() || buffer_.size() - (offset - begin_) < size) {
    // A page's header comes with its content, where that isn't large.
    constexpr std::uint64_t kAtOnce = std::uint64_t{64} << 10U;
    const std::uint64_t wanted = std::min(std::max<std::uint64_t>(size, kAtOnce), range_.end - offset);
    buffer_.clear();
    if (buffer_.capacity_bytes() > 2 * std::max(wanted, kAtOnce)) buffer_.release();
    begin_ = offset;
    buffer_.resize(wanted);
    if (auto read = source_->read(offset, buffer_.span()); !read) {
      buffer_.clear();
      return fail(std::move(read).error());
    }
  }
  return std::as_const(buffer_).span().subspan(offset - begin_, size);
}

Result<PageReader> PageReader::open(ByteSource& source, FileRange range, Codec codec, const ReadLeaf& leaf,
                                    const ReaderOptions& options) {
  PG2ATHENA_ASSIGN(Decompressor decompressor, Decompressor::create(codec));
  return PageReader(SourceWindow(source, range), range, std::move(decompressor), codec == Codec::Uncompressed,
                    leaf.max_repetition != 0, leaf.max_definition != 0, options);
}

Result<bool> PageReader::next(Page& page) {
  while (position_ != end_) {
    PG2ATHENA_ASSIGN(const PageHeader header, read_header());
    PG2ATHENA_ASSIGN(const std::span<const std::byte> content, read_content(header));
    page = Page{.type = header.type};
    switch (header.type) {
      case PageType::DataPage:
        PG2ATHENA_TRY(read_v1(header, content, page));
        return true;
      case PageType::DataPageV2:
        PG2ATHENA_TRY(read_v2(header, content, page));
        return true;
      case PageType::DictionaryPage:
        PG2ATHENA_TRY(read_dictionary(header, content, page));
        return true;
      default:  // an index page, which nobody writes, or what comes after this was written
        break;
    }
  }
  return false;
}

// Nothing says how long a header is. Statistics make some long.
Result<PageHeader> PageReader::read_header() {
  constexpr std::size_t kFirst = 512;
  constexpr std::size_t kMost = std::size_t{16} << 20U;
  for (std::size_t size = kFirst;; size *= 8) {
    const std::size_t there = std::min<std::uint64_t>(size, end_ - position_);
    PG2ATHENA_ASSIGN(const std::span<const std::byte> bytes, window_.view(position_, there));
    PageHeader header;
    auto read = parse(bytes, header);
    if (read) {
      position_ += *read;
      return header;
    }
    if (there < size || size >= kMost)
      return fail(
          Error(ErrorKind::CorruptInput, "a page header can't be read").because(std::move(read).error()));
  }
}

Result<std::span<const std::byte>> PageReader::read_content(const PageHeader& header) {
  PG2ATHENA_ASSIGN(const std::size_t size, count_of(header.compressed_page_size));
  PG2ATHENA_ASSIGN(const std::size_t uncompressed, count_of(header.uncompressed_page_size));
  if (size > end_ - position_) return corrupt("a page reaches beyond its column chunk");
  if (uncompressed > most_bytes_) {
    return fail(ErrorKind::ValueTooLarge, fmt::format("a page has {} bytes, and {} is the most that is read",
                                                      uncompressed, most_bytes_));
  }
  PG2ATHENA_ASSIGN(const std::span<const std::byte> content, window_.view(position_, size));
  position_ += size;
  if (verify_checksums_ && header.crc && std::bit_cast<std::uint32_t>(*header.crc) != crc32(content)) {
    return corrupt("a page's checksum is wrong");
  }
  return content;
}

Result<std::span<const std::byte>> PageReader::decompress(std::span<const std::byte> content,
                                                          std::size_t size) {
  if (plain_) {
    if (content.size() != size) return corrupt("a page that isn't compressed has two sizes");
    return content;
  }
  // What an uncommonly large page has left behind.
  if (page_.capacity_bytes() > 4 * std::max(size, std::size_t{1} << 20U)) page_.release();
  PG2ATHENA_TRY(decompressor_.decompress(content, size, page_));
  return std::as_const(page_).span();
}

Result<void> PageReader::read_dictionary(const PageHeader& header, std::span<const std::byte> content,
                                         Page& page) {
  if (!header.dictionary_page_header) return corrupt("a dictionary page has no header of its own");
  page.encoding = header.dictionary_page_header->encoding;
  PG2ATHENA_ASSIGN(page.num_values, count_of(header.dictionary_page_header->num_values));
  PG2ATHENA_ASSIGN(page.values, decompress(content, static_cast<std::size_t>(header.uncompressed_page_size)));
  return {};
}

Result<void> PageReader::read_v1(const PageHeader& header, std::span<const std::byte> content, Page& page) {
  if (!header.data_page_header) return corrupt("a data page has no header of its own");
  const DataPageHeader& data = *header.data_page_header;
  page.encoding = data.encoding;
  PG2ATHENA_ASSIGN(page.num_values, count_of(data.num_values));
  PG2ATHENA_ASSIGN(const std::span<const std::byte> bytes,
                   decompress(content, static_cast<std::size_t>(header.uncompressed_page_size)));
  EncodedBytes rest(bytes);
  // A page without values may have nothing at all.
  if (page.num_values != 0 || !bytes.empty()) {
    if (repetitions_) {
      PG2ATHENA_ASSIGN(page.repetition_levels, take_levels(rest, data.repetition_level_encoding));
    }
    if (definitions_) {
      PG2ATHENA_ASSIGN(page.definition_levels, take_levels(rest, data.definition_level_encoding));
    }
  }
  page.values = rest.rest();
  return {};
}

Result<void> PageReader::read_v2(const PageHeader& header, std::span<const std::byte> content, Page& page) {
  if (!header.data_page_header_v2) return corrupt("a data page V2 has no header of its own");
  const DataPageHeaderV2& data = *header.data_page_header_v2;
  page.encoding = data.encoding;
  PG2ATHENA_ASSIGN(page.num_values, count_of(data.num_values));
  PG2ATHENA_ASSIGN(page.num_rows, count_of(data.num_rows));
  PG2ATHENA_ASSIGN(page.num_nulls, count_of(data.num_nulls));
  PG2ATHENA_ASSIGN(const std::size_t repetitions, count_of(data.repetition_levels_byte_length));
  PG2ATHENA_ASSIGN(const std::size_t definitions, count_of(data.definition_levels_byte_length));
  const auto uncompressed = static_cast<std::size_t>(header.uncompressed_page_size);
  EncodedBytes rest(content);
  const auto repetition_levels = rest.take(repetitions);
  const auto definition_levels = repetition_levels ? rest.take(definitions) : std::nullopt;
  if (!definition_levels || repetitions + definitions > uncompressed) {
    return corrupt("a page ends within its levels");
  }
  if (*page.num_nulls > page.num_values || *page.num_rows > page.num_values) {
    return corrupt("a page has fewer values than NULLs or rows");
  }
  if (repetitions_) page.repetition_levels = *repetition_levels;
  if (definitions_) page.definition_levels = *definition_levels;
  const std::size_t size = uncompressed - repetitions - definitions;
  if (!data.is_compressed.value_or(true)) {
    if (rest.size() != size) return corrupt("a page that isn't compressed has two sizes");
    page.values = rest.rest();
    return {};
  }
  PG2ATHENA_ASSIGN(page.values, decompress(rest.rest(), size));
  return {};
}

}  // namespace pg2athena::parquet
