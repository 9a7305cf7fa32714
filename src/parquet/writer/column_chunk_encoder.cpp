#include "parquet/writer/column_chunk_encoder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "parquet/bloom_filter.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kLargestPage = std::numeric_limits<std::int32_t>::max();
// Buffers that are larger than this many pages were for one row that needed them.
constexpr std::size_t kUncommonPages = 2;

}  // namespace

ColumnChunkEncoder::ColumnChunkEncoder(const Leaf& leaf, const LeafOptions& chosen,
                                       const WriterOptions& options, PageWriter& pages, BlockPool& blocks)
    : leaf_(&leaf),
      options_(&options),
      pages_(&pages),
      values_(make_value_encoder(leaf, chosen, options, pages)),
      levels_(leaf),
      finished_(blocks),
      dictionary_(blocks) {
  if (writes_page_index(options)) page_index_.emplace(leaf);
}

Result<void> ColumnChunkEncoder::append(const columnar::Column& column, std::size_t begin, std::size_t end) {
  while (begin < end) {
    std::size_t rows = rows_that_fit(column, begin, end);
    if (rows == 0 && page_rows_ != 0) {
      PG2ATHENA_TRY(finish_page(false));
      continue;
    }
    rows = std::max<std::size_t>(rows, 1);
    const LeafSlots range = leaf_slots(*leaf_, column, begin, begin + rows);
    const std::size_t bytes = plain_bytes(range);
    if (bytes > kLargestPage) {
      return fail(located(
          Error(ErrorKind::Unsupported, fmt::format("a row has {} bytes in one column, and a Parquet page "
                                                    "holds {}",
                                                    bytes, kLargestPage))));
    }
    values_->append(levels_.append(column, begin, begin + rows), pages_->gathered());
    page_plain_bytes_ += bytes;
    page_slots_ += range.size();
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
  if (levels_.count() > kLargestPage) {
    return fail(located(
        Error(ErrorKind::Unsupported, fmt::format("a row has {} list elements in one column, and a Parquet "
                                                  "page counts {}",
                                                  levels_.count(), kLargestPage))));
  }
  ByteBuffer& content = pages_->content();
  content.clear();
  Statistics statistics;
  const auto encoding = values_->finish_page(last, content, page_index_ ? &statistics : nullptr);
  if (!encoding) return fail(located(encoding.error()));
  const auto written = write_page(*encoding);
  if (!written) return fail(located(written.error()));
  count_page(*encoding, *written, statistics);
  start_page();
  return {};
}

Result<PageSize> ColumnChunkEncoder::write_page(Encoding encoding) {
  const auto count = static_cast<std::int32_t>(levels_.count());
  ByteBuffer& levels = pages_->levels();
  levels.clear();
  if (options_->profile == Profile::Athena) {
    levels_.append_encoded(levels);
    return pages_->write({.type = PageType::DataPage,
                          .data_page_header = DataPageHeader{.num_values = count, .encoding = encoding}},
                         finished_);
  }
  levels_.append_repetition(levels);
  const std::size_t repetition_bytes = levels.size();
  levels_.append_definition(levels);
  return pages_->write(
      {.type = PageType::DataPageV2,
       .data_page_header_v2 =
           DataPageHeaderV2{
               .num_values = count,
               .num_nulls = static_cast<std::int32_t>(levels_.count() - levels_.values()),
               .num_rows = static_cast<std::int32_t>(levels_.rows()),
               .encoding = encoding,
               .definition_levels_byte_length = static_cast<std::int32_t>(levels.size() - repetition_bytes),
               .repetition_levels_byte_length = static_cast<std::int32_t>(repetition_bytes)}},
      finished_);
}

void ColumnChunkEncoder::count_page(Encoding encoding, const PageSize& size, const Statistics& statistics) {
  size_.uncompressed += size.uncompressed;
  size_.compressed += size.compressed;
  levels_count_ += static_cast<std::int64_t>(levels_.count());
  values_count_ += static_cast<std::int64_t>(levels_.values());
  std::size_t data_bytes = 0;
  if (leaf_->physical == PhysicalType::ByteArray) {
    data_bytes = page_plain_bytes_ - page_slots_ * sizeof(std::uint32_t);
    sizes_.unencoded_byte_array_data_bytes =
        sizes_.unencoded_byte_array_data_bytes.value_or(0) + static_cast<std::int64_t>(data_bytes);
  }
  if (leaf_->max_definition > 1 || leaf_->max_repetition > 0) {
    levels_.add_histograms(sizes_.definition_level_histogram, sizes_.repetition_level_histogram);
  }
  if (page_index_) page_index_->add_page(levels_, statistics, size.compressed, data_bytes);
  const auto found = std::ranges::find(data_pages_, encoding, &PageEncodingStats::encoding);
  if (found != data_pages_.end()) {
    ++found->count;
  } else {
    const bool v1 = options_->profile == Profile::Athena;
    data_pages_.push_back(
        {.page_type = v1 ? PageType::DataPage : PageType::DataPageV2, .encoding = encoding, .count = 1});
  }
}

void ColumnChunkEncoder::start_page() {
  levels_.clear();
  page_rows_ = page_slots_ = 0;
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
  pages_->levels().clear();
  const std::size_t entries = values_->append_dictionary(content);
  const PageHeader header{.type = PageType::DictionaryPage,
                          .dictionary_page_header = DictionaryPageHeader{
                              .num_values = static_cast<std::int32_t>(entries), .is_sorted = false}};
  return pages_->write(header, dictionary_);
}

Result<FinishedChunk> ColumnChunkEncoder::finish(ByteSink& sink, std::uint64_t file_offset) {
  if (page_rows_ != 0) PG2ATHENA_TRY(finish_page(true));
  PageSize dictionary_size;
  if (has_dictionary_pages()) {
    const auto written = write_dictionary();
    if (!written) return fail(located(written.error()));
    dictionary_size = *written;
    PG2ATHENA_TRY(dictionary_.write_to(sink));
  }
  PG2ATHENA_TRY(finished_.write_to(sink));

  FinishedChunk chunk;
  ColumnMetaData& metadata = chunk.metadata;
  metadata.type = leaf_->physical;
  metadata.path_in_schema = leaf_->path;
  metadata.codec = pages_->codec();
  metadata.num_values = levels_count_;
  metadata.total_uncompressed_size =
      static_cast<std::int64_t>(size_.uncompressed + dictionary_size.uncompressed);
  metadata.total_compressed_size = static_cast<std::int64_t>(size_.compressed + dictionary_size.compressed);
  metadata.data_page_offset = static_cast<std::int64_t>(file_offset + dictionary_size.compressed);
  if (has_dictionary_pages()) metadata.dictionary_page_offset = static_cast<std::int64_t>(file_offset);
  metadata.encodings = encodings();
  metadata.encoding_stats = encoding_stats();
  metadata.size_statistics = std::move(sizes_);
  if (page_index_) {
    chunk.page_index =
        page_index_->finish(file_offset + dictionary_size.compressed, values_->boundary_order());
  }
  chunk.bloom_filter = bloom_filter();
  metadata.statistics = Statistics{.null_count = levels_count_ - values_count_};
  values_->finish_chunk(*metadata.statistics);
  start_chunk();
  return chunk;
}

void ColumnChunkEncoder::start_chunk() {
  file_values_ += static_cast<std::uint64_t>(values_count_);
  file_nulls_ += static_cast<std::uint64_t>(levels_count_ - values_count_);
  finished_.clear();
  dictionary_.clear();
  size_ = {};
  sizes_ = {};
  levels_count_ = values_count_ = 0;
  data_pages_.clear();
}

bool ColumnChunkEncoder::has_dictionary_pages() const {
  return std::ranges::find(data_pages_, Encoding::RleDictionary, &PageEncodingStats::encoding) !=
         data_pages_.end();
}

// Of values, levels, and the dictionary, which is PLAIN.
std::vector<Encoding> ColumnChunkEncoder::encodings() const {
  std::vector<Encoding> all;
  const auto add = [&all](Encoding encoding) {
    if (std::ranges::find(all, encoding) == all.end()) all.push_back(encoding);
  };
  if (has_dictionary_pages()) add(Encoding::Plain);
  if (!levels_.none()) add(Encoding::Rle);
  for (const PageEncodingStats& pages : data_pages_) add(pages.encoding);
  std::ranges::sort(all);
  return all;
}

std::vector<PageEncodingStats> ColumnChunkEncoder::encoding_stats() const {
  std::vector<PageEncodingStats> stats;
  if (has_dictionary_pages()) {
    stats.push_back({.page_type = PageType::DictionaryPage, .encoding = Encoding::Plain, .count = 1});
  }
  stats.insert(stats.end(), data_pages_.begin(), data_pages_.end());
  return stats;
}

ByteBuffer ColumnChunkEncoder::bloom_filter() {
  const auto hashes = values_->bloom_hashes();
  ByteBuffer filter;
  if (hashes.empty()) return filter;
  const ByteBuffer bits = bloom_filter_bits(hashes, options_->bloom_filter_false_positives);
  serialize(BloomFilterHeader{.num_bytes = static_cast<std::int32_t>(bits.size())}, filter);
  filter.append(bits.span());
  return filter;
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
  if (page_index_) page_index_->release();
}

std::size_t ColumnChunkEncoder::memory_bytes() const {
  return sizeof *this + values_->memory_bytes() + levels_.memory_bytes() + finished_.capacity_bytes() +
         dictionary_.capacity_bytes() + (page_index_ ? page_index_->memory_bytes() : 0);
}

}  // namespace pg2athena::parquet
