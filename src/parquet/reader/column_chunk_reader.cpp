#include "parquet/reader/column_chunk_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace pg2athena::parquet {
namespace {

using columnar::Column;

std::unexpected<Error> corrupt(std::string why) {
  return fail(ErrorKind::CorruptInput, std::move(why));
}

// Moves the last `count` values of a fixed width to the slots that have one. `present`: a byte for each slot.
void spread_fixed(std::span<const std::uint8_t> present, std::size_t count, std::size_t width,
                  ByteBuffer& values) {
  values.resize(values.size() + (present.size() - count) * width);
  std::byte* slot = values.data() + values.size();
  const std::byte* value = slot - (present.size() - count) * width;
  // From the back, where there is room. The values in front of the first NULL are where they belong.
  for (std::size_t i = present.size(); slot != value; --i) {
    slot -= width;
    if (present[i - 1] == 0) {
      std::memset(slot, 0, width);
      continue;
    }
    value -= width;
    std::memcpy(slot, value, width);
  }
}

// The same with offsets: a slot without a value has an empty range.
void spread_offsets(std::span<const std::uint8_t> present, std::size_t count,
                    Buffer<std::uint32_t>& offsets) {
  offsets.resize(offsets.size() + present.size() - count);
  std::uint32_t* slot = offsets.data() + offsets.size();
  const std::uint32_t* value = slot - (present.size() - count);
  for (std::size_t i = present.size(); slot != value; --i) {
    *--slot = *(value - 1);
    value -= present[i - 1];
  }
}

}  // namespace

Result<ColumnChunkReader> ColumnChunkReader::open(ByteSource& source, FileRange range,
                                                  const ColumnMetaData& metadata, const ReadLeaf& leaf,
                                                  const ReaderOptions& options) {
  auto pages = PageReader::open(source, range, metadata.codec, leaf, options);
  if (!pages) return fail(std::move(pages).error().with("column", leaf.dotted_path()));
  return ColumnChunkReader(*std::move(pages), metadata, leaf, options);
}

ColumnChunkReader::ColumnChunkReader(PageReader pages, const ColumnMetaData& metadata, const ReadLeaf& leaf,
                                     const ReaderOptions& options)
    : leaf_(&leaf),
      metadata_(&metadata),
      most_bytes_(
          std::min<std::size_t>(options.most_column_bytes, std::numeric_limits<std::uint32_t>::max())),
      pages_(std::move(pages)),
      assembly_(leaf),
      conversion_(leaf) {
  assembly_.start_chunk();
}

std::unexpected<Error> ColumnChunkReader::with_column(Error error) const {
  return fail(std::move(error).with("column", leaf_->dotted_path()));
}

void ColumnChunkReader::start_batch(std::vector<Column>& columns) {
  assembly_.start_batch(columns);
  batch_levels_ = 0;
}

Result<void> ColumnChunkReader::read(std::size_t rows) {
  if (auto read = read_rows(rows); !read) return with_column(std::move(read).error());
  return {};
}

Result<void> ColumnChunkReader::end_batch() const {
  if (auto compared = assembly_.compare(); !compared) return with_column(std::move(compared).error());
  return {};
}

Result<void> ColumnChunkReader::finish() {
  auto more = next_levels();
  if (more && *more) more = corrupt("it has more rows than its row group");
  if (more && values_seen_ != static_cast<std::uint64_t>(metadata_->num_values)) {
    more = corrupt(
        fmt::format("it has {} values, and its metadata says {}", values_seen_, metadata_->num_values));
  }
  if (!more) return with_column(std::move(more).error());
  return {};
}

// A row ends where the next one begins, which may be in a later page.
Result<void> ColumnChunkReader::read_rows(std::size_t rows) {
  const bool repeated = leaf_->max_repetition != 0;
  while (rows != 0 || repeated) {
    PG2ATHENA_ASSIGN(const bool more, next_levels());
    if (!more) break;
    const std::size_t count = levels_of(rows);
    if (count == 0) return {};
    PG2ATHENA_TRY(append(count));
  }
  if (rows != 0) return corrupt("it has fewer rows than its row group");
  return {};
}

// How many of the decoded levels belong to the next rows; takes from `rows` those that begin among them.
std::size_t ColumnChunkReader::levels_of(std::size_t& rows) const {
  const std::size_t there = level_count_ - level_at_;
  if (leaf_->max_repetition == 0) {
    const std::size_t count = std::min(rows, there);
    rows -= count;
    return count;
  }
  for (std::size_t i = 0; i < there; ++i) {
    if (repetition_levels_[level_at_ + i] != 0) continue;
    if (rows == 0) return i;
    --rows;
  }
  return there;
}

// Decodes levels where none are left. False at the chunk's end.
Result<bool> ColumnChunkReader::next_levels() {
  if (level_at_ != level_count_) return true;
  while (page_left_ == 0) {
    PG2ATHENA_TRY(end_page());
    PG2ATHENA_ASSIGN(const bool more, next_data_page());
    if (!more) return false;
  }
  level_at_ = 0;
  level_count_ = std::min(page_left_, kLevelsAtOnce);
  page_left_ -= level_count_;
  if (leaf_->max_repetition != 0) {
    repetition_levels_.resize(level_count_);
    PG2ATHENA_TRY(repetitions_.read(repetition_levels_.span()));
    if (rows_left_) {
      const auto begun = static_cast<std::size_t>(
          std::count(repetition_levels_.begin(), repetition_levels_.end(), std::uint8_t{0}));
      if (begun > *rows_left_) return corrupt("a page has more rows than its header says");
      *rows_left_ -= begun;
    }
  }
  if (leaf_->max_definition != 0) {
    definition_levels_.resize(level_count_);
    PG2ATHENA_TRY(definitions_.read(definition_levels_.span()));
  }
  return true;
}

Result<bool> ColumnChunkReader::next_data_page() {
  Page page;
  for (;;) {
    PG2ATHENA_ASSIGN(const bool more, pages_.next(page));
    if (!more) return false;
    if (page.type != PageType::DictionaryPage) break;
    if (std::exchange(any_page_, true)) return corrupt("a dictionary that isn't the first page");
    if (page.encoding != Encoding::Plain && page.encoding != kPlainDictionary) {
      return fail(ErrorKind::Unsupported,
                  fmt::format("a dictionary in the encoding {}", static_cast<int>(page.encoding)));
    }
    PG2ATHENA_ASSIGN(dictionary_,
                     read_dictionary({.type = leaf_->physical, .fixed_bytes = leaf_->fixed_bytes},
                                     page.num_values, page.values));
  }
  any_page_ = true;
  PG2ATHENA_TRY(start_page(page));
  return true;
}

Result<void> ColumnChunkReader::start_page(const Page& page) {
  const auto width = [](std::uint8_t most) { return static_cast<unsigned>(std::bit_width(most)); };
  repetitions_ = HybridDecoder(page.repetition_levels, width(leaf_->max_repetition));
  definitions_ = HybridDecoder(page.definition_levels, width(leaf_->max_definition));
  page_left_ = page.num_values;
  values_seen_ += page.num_values;
  rows_left_ = page.num_rows;
  values_left_.reset();
  if (page.num_nulls) values_left_ = page.num_values - *page.num_nulls;
  if (rows_left_ && leaf_->max_repetition == 0) {
    if (*rows_left_ != page.num_values) return corrupt("a page has other rows than its header says");
    rows_left_.reset();
  }
  // All NULL, or nothing: some writers then leave out even what an encoding begins with.
  values_.reset();
  if (page.values.empty() && leaf_->max_definition != 0) return {};
  PG2ATHENA_ASSIGN(
      values_, make_value_decoder({.type = leaf_->physical, .fixed_bytes = leaf_->fixed_bytes}, page.encoding,
                                  page.values, dictionary_ ? &*dictionary_ : nullptr));
  return {};
}

Result<void> ColumnChunkReader::end_page() {
  if (rows_left_.value_or(0) != 0) return corrupt("a page has fewer rows than its header says");
  if (values_left_.value_or(0) != 0) return corrupt("a page has fewer values than its header says");
  rows_left_.reset();
  values_left_.reset();
  return {};
}

// Appends the next `count` decoded levels and their values.
Result<void> ColumnChunkReader::append(std::size_t count) {
  LevelSlice slice{.count = count};
  if (leaf_->max_repetition != 0)
    slice.repetitions = std::as_const(repetition_levels_).span().subspan(level_at_, count);
  if (leaf_->max_definition != 0)
    slice.definitions = std::as_const(definition_levels_).span().subspan(level_at_, count);
  level_at_ += count;
  batch_levels_ += count;
  // Offsets and validity of every column on the way, and a number.
  constexpr std::size_t kSlotBytes = 5;
  if (batch_levels_ > most_bytes_ / (kSlotBytes * leaf_->steps.size() + leaf_->type.width())) {
    return fail(ErrorKind::ValueTooLarge, "its rows have more elements than are read at once");
  }
  PG2ATHENA_TRY(assembly_.append(slice));
  assembly_.leaf_slots(slice, present_);
  const auto present =
      static_cast<std::size_t>(std::count(present_.begin(), present_.end(), std::uint8_t{1}));
  if (values_left_) {
    if (present > *values_left_) return corrupt("a page has more values than its header says");
    *values_left_ -= present;
  }
  return append_leaf_slots(present);
}

Result<void> ColumnChunkReader::append_leaf_slots(std::size_t present) {
  Column& column = assembly_.leaf_column();
  if (present != 0) {
    if (!values_) return corrupt("values end before the page does");
    PG2ATHENA_TRY(conversion_.append(*values_, present, most_bytes_, column));
  }
  const std::size_t slots = present_.size();
  if (slots != present) {
    if (column.type.storage() == columnar::Storage::Bytes) {
      spread_offsets(present_.span(), present, column.offsets);
    } else {
      spread_fixed(present_.span(), present, column.type.width(), column.values);
    }
  }
  column.length += slots;
  if (!column.nullable) return {};
  if (slots == present) {
    column.validity.append_ones(slots);
  } else {
    for (const std::uint8_t there : present_) column.validity.push_back(there != 0);
    column.null_count += slots - present;
  }
  return {};
}

}  // namespace pg2athena::parquet
