#include "parquet/column_chunk_encoder.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kLargestPage = std::numeric_limits<std::int32_t>::max();
// Buffers that are larger than this many pages were for one row that needed them.
constexpr std::size_t kUncommonPages = 2;

}  // namespace

ColumnChunkEncoder::ColumnChunkEncoder(const Leaf& leaf, const WriterOptions& options, PageWriter& pages)
    : leaf_(&leaf),
      options_(&options),
      pages_(&pages),
      values_(make_value_encoder(leaf, options)),
      levels_(leaf) {}

Result<void> ColumnChunkEncoder::append(const columnar::Column& column, std::size_t begin, std::size_t end) {
  while (begin < end) {
    std::size_t rows = rows_that_fit(column, begin, end);
    if (rows == 0 && page_rows_ != 0) {
      PG2ATHENA_TRY(finish_page(false));
      continue;
    }
    rows = std::max<std::size_t>(rows, 1);
    const std::size_t bytes = plain_bytes(leaf_slots(*leaf_, column, begin, begin + rows));
    if (bytes > kLargestPage) {
      return fail(
          Error(ErrorKind::Unsupported, fmt::format("a row has {} bytes in one column, and a Parquet page "
                                                    "holds {}",
                                                    bytes, kLargestPage))
              .with("column", leaf_->dotted_path()));
    }
    values_->append(levels_.append(column, begin, begin + rows), pages_->gathered());
    page_plain_bytes_ += bytes;
    page_rows_ += rows;
    begin += rows;
    if (page_rows_ >= options_->page_rows || page_plain_bytes_ >= options_->page_bytes) {
      PG2ATHENA_TRY(finish_page(false));
    }
  }
  return {};
}

// How many of the rows [begin, end) the page still takes: 0 when it is full.
std::size_t ColumnChunkEncoder::rows_that_fit(const columnar::Column& column, std::size_t begin,
                                              std::size_t end) const {
  const std::size_t most =
      std::min(end - begin, options_->page_rows - std::min(page_rows_, options_->page_rows));
  const std::size_t room = options_->page_bytes - std::min(page_plain_bytes_, options_->page_bytes);
  const auto fits = [&](std::size_t rows) {
    return plain_bytes(leaf_slots(*leaf_, column, begin, begin + rows)) <= room;
  };
  if (fits(most)) return most;
  std::size_t low = 0;      // fits
  std::size_t high = most;  // doesn't
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

Result<void> ColumnChunkEncoder::finish_page(bool last) {
  ByteBuffer& content = pages_->content();
  content.clear();
  if (levels_.count() > kLargestPage) {
    return fail(
        Error(ErrorKind::Unsupported, fmt::format("a row has {} list elements in one column, and a Parquet "
                                                  "page counts {}",
                                                  levels_.count(), kLargestPage))
            .with("column", leaf_->dotted_path()));
  }
  levels_.append_encoded(content);
  const Encoding encoding = values_->finish_page(last, content);
  const PageHeader header{
      .type = PageType::DataPage,
      .data_page_header =
          DataPageHeader{.num_values = static_cast<std::int32_t>(levels_.count()), .encoding = encoding}};
  auto written = pages_->write(header, finished_);
  if (!written) return fail(std::move(written).error().with("column", leaf_->dotted_path()));
  size_.uncompressed += written->uncompressed;
  size_.compressed += written->compressed;
  levels_count_ += static_cast<std::int64_t>(levels_.count());
  values_count_ += static_cast<std::int64_t>(levels_.values());
  ++(encoding == Encoding::RleDictionary ? dictionary_pages_ : plain_pages_);
  start_page();
  return {};
}

void ColumnChunkEncoder::start_page() {
  levels_.clear();
  page_rows_ = 0;
  if (page_plain_bytes_ > kUncommonPages * options_->page_bytes) {
    levels_ = PageLevels(*leaf_);
    values_->release_above(kUncommonPages * options_->page_bytes);
    pages_->release_above(kUncommonPages * options_->page_bytes);
  }
  page_plain_bytes_ = 0;
}

Result<PageSize> ColumnChunkEncoder::write_dictionary() {
  ByteBuffer& content = pages_->content();
  content.clear();
  const std::size_t entries = values_->append_dictionary(content);
  const PageHeader header{.type = PageType::DictionaryPage,
                          .dictionary_page_header = DictionaryPageHeader{
                              .num_values = static_cast<std::int32_t>(entries), .is_sorted = false}};
  return pages_->write(header, dictionary_);
}

Result<ColumnMetaData> ColumnChunkEncoder::finish(ByteSink& sink, std::uint64_t file_offset) {
  if (page_rows_ != 0) PG2ATHENA_TRY(finish_page(true));
  PageSize dictionary_size;
  if (dictionary_pages_ != 0) {
    auto written = write_dictionary();
    if (!written) return fail(std::move(written).error().with("column", leaf_->dotted_path()));
    dictionary_size = *written;
    PG2ATHENA_TRY(dictionary_.write_to(sink));
  }
  PG2ATHENA_TRY(finished_.write_to(sink));

  ColumnMetaData metadata;
  metadata.type = leaf_->physical;
  metadata.path_in_schema = leaf_->path;
  metadata.codec = pages_->codec();
  metadata.num_values = levels_count_;
  metadata.total_uncompressed_size =
      static_cast<std::int64_t>(size_.uncompressed + dictionary_size.uncompressed);
  metadata.total_compressed_size = static_cast<std::int64_t>(size_.compressed + dictionary_size.compressed);
  metadata.data_page_offset = static_cast<std::int64_t>(file_offset + dictionary_size.compressed);
  // PLAIN is also how a dictionary page is encoded, RLE how levels are.
  if (plain_pages_ != 0 || dictionary_pages_ != 0) metadata.encodings.push_back(Encoding::Plain);
  if (!levels_.none()) metadata.encodings.push_back(Encoding::Rle);
  if (dictionary_pages_ != 0) {
    metadata.encodings.push_back(Encoding::RleDictionary);
    metadata.dictionary_page_offset = static_cast<std::int64_t>(file_offset);
  }
  metadata.encoding_stats = encoding_stats(dictionary_pages_ != 0);
  metadata.statistics = Statistics{.null_count = levels_count_ - values_count_};
  values_->finish_chunk(*metadata.statistics);

  file_values_ += static_cast<std::uint64_t>(values_count_);
  file_nulls_ += static_cast<std::uint64_t>(levels_count_ - values_count_);
  finished_.clear();
  dictionary_.clear();
  size_ = {};
  levels_count_ = values_count_ = 0;
  plain_pages_ = dictionary_pages_ = 0;
  return metadata;
}

std::vector<PageEncodingStats> ColumnChunkEncoder::encoding_stats(bool dictionary) const {
  std::vector<PageEncodingStats> stats;
  if (dictionary) {
    stats.push_back({.page_type = PageType::DictionaryPage, .encoding = Encoding::Plain, .count = 1});
    stats.push_back(
        {.page_type = PageType::DataPage, .encoding = Encoding::RleDictionary, .count = dictionary_pages_});
  }
  if (plain_pages_ != 0) {
    stats.push_back({.page_type = PageType::DataPage, .encoding = Encoding::Plain, .count = plain_pages_});
  }
  return stats;
}

ColumnSummary ColumnChunkEncoder::summary() const {
  BoundTexts bounds = values_->file_bounds();
  return {.path = leaf_->dotted_path(),
          .values = file_values_,
          .nulls = file_nulls_,
          .min = std::move(bounds.min),
          .max = std::move(bounds.max)};
}

void ColumnChunkEncoder::release_buffers() {
  finished_.release();
  dictionary_.release();
  levels_ = PageLevels(*leaf_);
  values_->release_buffers();
}

std::size_t ColumnChunkEncoder::memory_bytes() const {
  return sizeof *this + values_->memory_bytes() + levels_.memory_bytes() + finished_.capacity_bytes() +
         dictionary_.capacity_bytes();
}

}  // namespace pg2athena::parquet
