#include "parquet/value_encoder.h"

#include <string>
#include <utility>

#include "parquet/dictionary_policy.h"
#include "parquet/physical_values.h"
#include "parquet/rle_encoding.h"
#include "parquet/statistics.h"

namespace pg2athena::parquet {
namespace {

// From this size on a page's values, which are one large row's, aren't copied behind the levels: the levels,
// which are then few, are put in front of them.
constexpr std::size_t kMovedBytes = std::size_t{2} << 20U;

// All types but booleans: a page is either indices into the dictionary or PLAIN bytes.
template <typename Physical>
class DictionaryOrPlain final : public ValueEncoder {
 public:
  DictionaryOrPlain(const Leaf& leaf, const WriterOptions& options)
      : physical_(leaf), page_limit_(options.page_bytes), dictionary_limit_(options.dictionary_bytes) {
    start_chunk();
  }

  void append(const LeafSlots& slots, ByteBuffer& scratch) override {
    const typename Physical::Slice slice = physical_.slice(slots, scratch);
    if constexpr (Physical::kHasNaN) nan_count_ += Physical::count_nan(slice);
    const std::size_t bytes = physical_.plain_bytes(slice);
    // A row that needs a page of its own would fill the dictionary and not come again.
    if (bytes > page_limit_ && page_values_ == 0) stop_dictionary();
    page_values_ += slice.count;
    page_plain_bytes_ += bytes;
    if (growing()) {
      Physical::lookup(dictionary_, slice, indices_.extend(slice.count));
    } else {
      physical_.append_plain(slice, plain_);
      Physical::include(bounds_, slice);
    }
  }

  Encoding finish_page(bool last, ByteBuffer& out) override {
    const Encoding encoding = encode_page(last, out);
    page_values_ = page_plain_bytes_ = 0;
    indices_.clear();
    plain_.clear();
    return encoding;
  }

  std::size_t append_dictionary(ByteBuffer& out) const override {
    physical_.append_dictionary(dictionary_, out);
    return dictionary_.size();
  }

  void finish_chunk(Statistics& statistics) override {
    Physical::include(bounds_, dictionary_);
    physical_.write_bounds(bounds_, statistics);
    if (growing() && dictionary_.size() != 0) {
      statistics.distinct_count = static_cast<std::int64_t>(dictionary_.size());
    }
    if constexpr (Physical::kHasNaN) statistics.nan_count = static_cast<std::int64_t>(nan_count_);
    file_bounds_.include(bounds_);
    start_chunk();
  }

  std::size_t encoded_bytes() const override {
    const auto width = static_cast<std::size_t>(index_width());
    return physical_.dictionary_bytes(dictionary_) + indices_.size() * width / 8 + plain_.size();
  }

  BoundTexts file_bounds() const override { return physical_.texts(file_bounds_); }

  std::size_t memory_bytes() const override {
    return dictionary_.memory_bytes() + indices_.capacity_bytes() + plain_.capacity_bytes();
  }

  void release_above(std::size_t bytes) override {
    if (plain_.empty() && plain_.capacity_bytes() > bytes) plain_.release();
  }

  void release_buffers() override {
    dictionary_.release();
    indices_.release();
    plain_.release();
  }

 private:
  enum class State {
    Sampling,  // the dictionary grows, and no page has been written with it
    Growing,
    Stopped,  // pages have been written with the dictionary; those that follow are PLAIN
    Plain,    // no dictionary
  };

  bool growing() const { return state_ == State::Sampling || state_ == State::Growing; }

  void start_chunk() {
    state_ = dictionary_limit_ == 0 ? State::Plain : State::Sampling;
    dictionary_.clear();
    bounds_.clear();
    nan_count_ = 0;
  }

  // With an empty page only: its indices would be lost.
  void stop_dictionary() {
    if (!growing()) return;
    state_ = state_ == State::Growing ? State::Stopped : State::Plain;
    dictionary_.release_table();
  }

  int index_width() const {
    // Readers exist that refuse a width of 0.
    const std::size_t size = dictionary_.size();
    return size <= 2 ? 1 : bit_width(static_cast<std::uint32_t>(size - 1));
  }

  Encoding encode_page(bool last, ByteBuffer& out) {
    if (!growing()) {
      if (plain_.size() > kMovedBytes) plain_.prepend(std::exchange(out, ByteBuffer()).span());
      if (out.empty())
        std::swap(out, plain_);
      else
        out.append(plain_.span());
      return Encoding::Plain;
    }
    // A page of nothing but NULLs needs no dictionary, which may never come to be.
    if (page_values_ == 0) return Encoding::Plain;
    if (state_ == State::Sampling && !sample_pays(last)) {
      physical_.append_looked_up(dictionary_, indices_.span(), out);
      Physical::include(bounds_, dictionary_);
      dictionary_.clear();
      state_ = State::Plain;
      return Encoding::Plain;
    }
    state_ = State::Growing;
    const int width = index_width();
    out.push_back(static_cast<std::byte>(width));
    append_hybrid(indices_.span(), width, out);
    if (!last && physical_.dictionary_bytes(dictionary_) > dictionary_limit_) {
      state_ = State::Stopped;
      dictionary_.release_table();
    }
    return Encoding::RleDictionary;
  }

  bool sample_pays(bool last) const {
    return dictionary_pays({.values = page_values_,
                            .distinct = dictionary_.size(),
                            .plain_bytes = page_plain_bytes_,
                            .dictionary_bytes = physical_.dictionary_bytes(dictionary_),
                            .whole_chunk = last,
                            .most_distinct = Physical::most_distinct(dictionary_)},
                           dictionary_limit_);
  }

  Physical physical_;
  std::size_t page_limit_;
  std::size_t dictionary_limit_;
  State state_ = State::Sampling;
  typename Physical::Dictionary dictionary_;
  typename Physical::Bounds bounds_;  // of the chunk's PLAIN pages; the dictionary's values come in the end
  typename Physical::Bounds file_bounds_;  // of the chunks before
  std::size_t nan_count_ = 0;
  std::size_t page_values_ = 0;
  std::size_t page_plain_bytes_ = 0;
  Buffer<std::uint32_t> indices_;  // of the page, while the dictionary grows
  ByteBuffer plain_;               // of the page, otherwise
};

// Booleans: PLAIN is one bit each, which no dictionary beats.
class Booleans final : public ValueEncoder {
 public:
  explicit Booleans(const Leaf& leaf) : type_(leaf.type) {}

  void append(const LeafSlots& slots, ByteBuffer& scratch) override {
    const NumberSlice slice = without_nulls<std::uint8_t>(slots, scratch);
    bounds_.include(slice.values, slice.count);
    page_.append(reinterpret_cast<const std::uint8_t*>(slice.values), slice.count);
  }

  Encoding finish_page(bool /*last*/, ByteBuffer& out) override {
    append_bit_packed(page_.span(), out);
    page_.clear();
    return Encoding::Plain;
  }

  std::size_t append_dictionary(ByteBuffer& /*out*/) const override { return 0; }

  void finish_chunk(Statistics& statistics) override {
    if (!bounds_.empty()) {
      statistics.min = statistics.min_value = std::string(1, static_cast<char>(bounds_.min()));
      statistics.max = statistics.max_value = std::string(1, static_cast<char>(bounds_.max()));
      statistics.is_min_value_exact = statistics.is_max_value_exact = true;
    }
    file_bounds_.include(bounds_);
    bounds_.clear();
  }

  std::size_t encoded_bytes() const override { return page_.size() / 8; }
  BoundTexts file_bounds() const override {
    if (file_bounds_.empty()) return {};
    return {.min = bound_text(type_, file_bounds_.min() != 0),
            .max = bound_text(type_, file_bounds_.max() != 0)};
  }
  std::size_t memory_bytes() const override { return page_.capacity_bytes(); }
  void release_above(std::size_t bytes) override {
    if (page_.empty() && page_.capacity_bytes() > bytes) page_.release();
  }
  void release_buffers() override { page_.release(); }

 private:
  columnar::Type type_;
  Buffer<std::uint8_t> page_;  // a byte for each value
  NumberBounds<std::uint8_t> bounds_;
  NumberBounds<std::uint8_t> file_bounds_;
};

template <typename Physical>
std::unique_ptr<ValueEncoder> make(const Leaf& leaf, const WriterOptions& options) {
  return std::make_unique<DictionaryOrPlain<Physical>>(leaf, options);
}

}  // namespace

std::unique_ptr<ValueEncoder> make_value_encoder(const Leaf& leaf, const WriterOptions& options) {
  switch (leaf.physical) {
    case PhysicalType::Boolean:
      return std::make_unique<Booleans>(leaf);
    case PhysicalType::Int32:
      return make<Numbers<std::int32_t, std::uint32_t>>(leaf, options);
    case PhysicalType::Int64:
      return make<Numbers<std::int64_t, std::uint64_t>>(leaf, options);
    case PhysicalType::Float:
      return make<Numbers<float, std::uint32_t>>(leaf, options);
    case PhysicalType::Double:
      return make<Numbers<double, std::uint64_t>>(leaf, options);
    case PhysicalType::FixedLenByteArray:
      return make<Numbers<Int128, UInt128>>(leaf, options);
    case PhysicalType::ByteArray:
      return make<Strings>(leaf, options);
  }
  std::unreachable();
}

std::size_t plain_bytes(const LeafSlots& slots) {
  const columnar::Column& column = *slots.column;
  if (column.type.storage() != columnar::Storage::Bytes) return slots.size() * column.type.width();
  return std::size_t{column.offsets[slots.end]} - column.offsets[slots.begin] +
         slots.size() * sizeof(std::uint32_t);
}

}  // namespace pg2athena::parquet
