// The ValueEncoder of all types but booleans: a page is indices into the dictionary, or values in an encoding
// of their own, here called direct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "parquet/encoding/rle_encoding.h"
#include "parquet/writer/boundary_order.h"
#include "parquet/writer/dictionary_policy.h"
#include "parquet/writer/physical_values.h"
#include "parquet/writer/statistics.h"
#include "parquet/writer/value_encoder.h"

namespace pg2athena::parquet {

// Physical is a policy of physical_values.h.
template <typename Physical>
class TypedEncoder final : public ValueEncoder {
 public:
  TypedEncoder(const Leaf& leaf, const LeafOptions& chosen, const WriterOptions& options, PageWriter& pages)
      : physical_(leaf),
        chosen_(chosen),
        page_limit_(options.page_bytes),
        dictionary_limit_(options.dictionary_bytes),
        candidates_(direct_encodings(leaf.physical, options)),
        page_index_(writes_page_index(options)),
        pages_(&pages) {
    start_chunk();
  }

  void append(const LeafSlots& slots, ByteBuffer& scratch) override {
    const typename Physical::Slice slice = physical_.slice(slots, scratch);
    if constexpr (Physical::kHasNaN) page_nan_count_ += Physical::count_nan(slice);
    const std::size_t bytes = physical_.plain_bytes(slice);
    // A row that needs a page of its own would fill the dictionary and not come again.
    if (bytes > page_limit_ && page_values_ == 0) {
      stop_dictionary();
      if (!direct_.has_value()) direct_ = Encoding::Plain;
    }
    if (state_ == State::Sampling && page_values_ < kFirstLook && page_values_ + slice.count >= kFirstLook) {
      const std::size_t first = kFirstLook - page_values_;
      append_part(Physical::part(slice, 0, first));
      if (dictionary_is_hopeless(sample(false), dictionary_limit_)) leave_dictionary();
      append_part(Physical::part(slice, first, slice.count));
    } else {
      append_part(slice);
    }
  }

  Result<Encoding> finish_page(bool last, ByteBuffer& out, Statistics* page) override {
    PG2ATHENA_ASSIGN(const Encoding encoding, encode_page(last, out));
    if (page != nullptr) {
      physical_.write_bounds(page_bounds_, *page);
      if constexpr (Physical::kHasNaN) page->nan_count = static_cast<std::int64_t>(page_nan_count_);
    }
    if (page_index_) order_.add(page_bounds_);
    bounds_.include(page_bounds_);
    page_bounds_.clear();
    nan_count_ += std::exchange(page_nan_count_, 0);
    page_values_ = page_plain_bytes_ = 0;
    indices_.clear();
    return encoding;
  }

  std::size_t append_dictionary(ByteBuffer& out) const override {
    physical_.append_dictionary(dictionary_, out);
    return dictionary_.size();
  }

  BoundaryOrder boundary_order() const override { return order_.order(); }

  std::span<const std::uint64_t> bloom_hashes() override {
    if (chosen_.bloom_filter) physical_.append_hashes(dictionary_, hashes_);
    return hashes_.span();
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
    return physical_.dictionary_bytes(dictionary_) + indices_.size() * width / 8 + page_.size_bytes();
  }

  BoundTexts file_bounds() const override { return physical_.texts(file_bounds_); }

  std::size_t memory_bytes() const override {
    return sizeof *this + dictionary_.memory_bytes() + indices_.capacity_bytes() + page_.capacity_bytes() +
           trial_.capacity_bytes() + seen_.capacity_bytes() + hashes_.capacity_bytes();
  }

  void release_above(std::size_t bytes) override {
    if (page_.empty() && page_.capacity_bytes() > bytes) page_.release();
  }

  void release_buffers() override {
    dictionary_.release();
    indices_.release();
    page_.release();
    trial_.release();
    seen_.release();
    hashes_.release();
  }

 private:
  enum class State {
    Sampling,  // the dictionary grows, and no page has been written with it
    Growing,
    Stopped,  // pages have been written with the dictionary; those that follow are direct
    Direct,   // no dictionary
  };

  // So many of a page's values are tried in each encoding.
  static constexpr std::size_t kTried = 8192;

  // After so many values a chunk may leave its dictionary before the page ends: most of what is looked up in
  // vain is saved.
  static constexpr std::size_t kFirstLook = 4096;

  bool growing() const { return state_ == State::Sampling || state_ == State::Growing; }

  void start_chunk() {
    const bool dictionary = chosen_.encoding.value_or(Encoding::RleDictionary) == Encoding::RleDictionary;
    if (!dictionary || dictionary_limit_ == 0) {
      state_ = State::Direct;
    } else {
      state_ = chosen_.encoding.has_value() ? State::Growing : State::Sampling;
    }
    direct_.reset();
    if (!dictionary) direct_ = chosen_.encoding;
    // What can't be otherwise needs no staging.
    if (!direct_.has_value() && candidates_.size() == 1) direct_ = candidates_.front();
    dictionary_.clear();
    bounds_.clear();
    order_.clear();
    hashes_.clear();
    nan_count_ = 0;
  }

  // With an empty page only: its indices would be lost.
  void stop_dictionary() {
    if (!growing()) return;
    state_ = dictionary_.size() == 0 ? State::Direct : State::Stopped;
    dictionary_.release_table();
  }

  void append_part(const typename Physical::Slice& slice) {
    page_values_ += slice.count;
    page_plain_bytes_ += physical_.plain_bytes(slice);
    if (growing()) {
      Physical::lookup(dictionary_, slice, indices_.extend(slice.count));
      if (Physical::kCheapBounds && page_index_) Physical::include(page_bounds_, slice);
      return;
    }
    physical_.stage(slice, direct_, page_);
    Physical::include(page_bounds_, slice);
    if (chosen_.bloom_filter) physical_.append_hashes(slice, hashes_);
  }

  // Readers exist that refuse a width of 0.
  static int width_for(std::size_t entries) {
    return entries <= 2 ? 1 : bit_width(static_cast<std::uint32_t>(entries - 1));
  }
  int index_width() const { return width_for(dictionary_.size()); }

  Result<Encoding> encode_page(bool last, ByteBuffer& out) {
    if (growing()) {
      // A page of nothing but NULLs needs no dictionary, which may never come to be. (Once there is one, the
      // page is indices too: Spark 4.3 fails on nested columns where PLAIN pages stand between others.)
      if (page_values_ == 0 && dictionary_.size() == 0) return Encoding::Plain;
      if (state_ == State::Sampling) PG2ATHENA_TRY(end_sampling(last));
      if (growing()) {
        append_indices(last, out);
        return Encoding::RleDictionary;
      }
    }
    if (!direct_.has_value()) {
      PG2ATHENA_ASSIGN(const Trial trial, try_encodings(Physical::staged(page_, kTried)));
      direct_ = trial.encoding;
      trial_.release();
    }
    physical_.finish_page(*direct_, page_, out);
    return *direct_;
  }

  void append_indices(bool last, ByteBuffer& out) {
    if (page_index_ && !Physical::kCheapBounds) include_used_entries();
    const int width = index_width();
    out.push_back(static_cast<std::byte>(width));
    append_hybrid(indices_.span(), width, out);
    if (!last && physical_.dictionary_bytes(dictionary_) > dictionary_limit_) stop_dictionary();
  }

  // The bounds of the page's values, by a look at each entry that it uses.
  void include_used_entries() {
    seen_.resize(dictionary_.size());
    std::fill(seen_.begin(), seen_.end(), std::uint8_t{0});
    for (const std::uint32_t index : indices_) seen_[index] = 1;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i] != 0) Physical::include(page_bounds_, dictionary_, i);
    }
  }

  DictionarySample sample(bool whole_chunk) const {
    return {.values = page_values_,
            .distinct = dictionary_.size(),
            .plain_bytes = page_plain_bytes_,
            .dictionary_bytes = physical_.dictionary_bytes(dictionary_),
            .whole_chunk = whole_chunk,
            .most_distinct = Physical::most_distinct(dictionary_)};
  }

  // Decides whether the chunk goes on with its dictionary. Where it doesn't, the page is staged instead.
  Result<void> end_sampling(bool last) {
    bool pays = dictionary_pays(sample(last), dictionary_limit_);
    if (pays && !direct_.has_value()) {
      PG2ATHENA_ASSIGN(pays, is_smaller_than_direct(sample(last)));
    }
    if (pays) {
      state_ = State::Growing;
    } else {
      leave_dictionary();
    }
    return {};
  }

  // The values so far, all of this page, are staged instead.
  void leave_dictionary() {
    Physical::stage_looked_up(dictionary_, indices_.span(), page_);
    Physical::include(page_bounds_, dictionary_);
    if (chosen_.bloom_filter) physical_.append_hashes(dictionary_, hashes_);
    // The staged page is new memory, perhaps while a row group closes because there is none left.
    dictionary_.release();
    indices_.release();
    state_ = State::Direct;
  }

  Result<bool> is_smaller_than_direct(const DictionarySample& sample) {
    const auto tried = indices_.span().first(std::min(indices_.size(), kTried));
    typename Physical::Page values;
    Physical::stage_looked_up(dictionary_, tried, values);
    PG2ATHENA_ASSIGN(const Trial direct, try_encodings(Physical::staged(values, kTried)));
    MeasuredSample measured{.values = tried.size(), .direct_bytes = direct.bytes};
    trial_.clear();
    append_hybrid(tried, width_for(static_cast<std::size_t>(expected_entries(sample))), trial_);
    PG2ATHENA_ASSIGN(measured.index_bytes, pages_->compressed_size(trial_.span()));
    trial_.clear();
    physical_.append_dictionary(dictionary_, trial_);
    PG2ATHENA_ASSIGN(measured.dictionary_bytes, pages_->compressed_size(trial_.span()));
    trial_.release();  // there are as many of them as columns, and each is needed once a chunk
    return dictionary_is_smaller(sample, measured);
  }

  struct Trial {
    Encoding encoding = Encoding::Plain;
    std::size_t bytes = 0;
  };

  // The candidate that takes least behind the codec; one that is harder to read has to earn it.
  Result<Trial> try_encodings(const typename Physical::Slice& values) {
    std::optional<Trial> best;
    for (const Encoding encoding : candidates_) {
      trial_.clear();
      physical_.encode(values, encoding, trial_);
      PG2ATHENA_ASSIGN(const std::size_t bytes, pages_->compressed_size(trial_.span()));
      constexpr std::size_t kEarned = 20;  // a twentieth
      if (!best || bytes + best->bytes / kEarned < best->bytes) best = {.encoding = encoding, .bytes = bytes};
    }
    return *best;
  }

  Physical physical_;
  LeafOptions chosen_;
  std::size_t page_limit_;
  std::size_t dictionary_limit_;
  std::span<const Encoding> candidates_;
  bool page_index_;
  PageWriter* pages_;

  // The chunk.
  State state_ = State::Sampling;
  std::optional<Encoding> direct_;  // nothing: the next page that isn't indices decides
  typename Physical::Dictionary dictionary_;
  typename Physical::Bounds bounds_;  // of the pages so far; the dictionary's values come in the end
  BoundaryTracker<typename Physical::Bounds> order_;
  std::size_t nan_count_ = 0;
  Buffer<std::uint64_t> hashes_;  // of values that aren't in the dictionary

  // The page.
  std::size_t page_values_ = 0;
  std::size_t page_plain_bytes_ = 0;
  std::size_t page_nan_count_ = 0;
  // Of values that aren't indices; of those too where the page index wants to know.
  typename Physical::Bounds page_bounds_;
  Buffer<std::uint32_t> indices_;  // while the dictionary grows
  typename Physical::Page page_;   // otherwise

  typename Physical::Bounds file_bounds_;  // of the chunks before
  ByteBuffer trial_;
  Buffer<std::uint8_t> seen_;
};

}  // namespace pg2athena::parquet
