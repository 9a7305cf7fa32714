#include "parquet/writer/value_encoder.h"

#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "parquet/encoding/rle_encoding.h"
#include "parquet/writer/boundary_order.h"
#include "parquet/writer/physical_values.h"
#include "parquet/writer/statistics.h"
#include "parquet/writer/typed_encoder.h"

namespace pg2athena::parquet {
namespace {

// Booleans: PLAIN is one bit each, which no dictionary beats, and runs often do.
class Booleans final : public ValueEncoder {
 public:
  Booleans(const Leaf& leaf, const LeafOptions& chosen, const WriterOptions& options)
      : type_(leaf.type), chosen_(chosen.encoding) {
    if (!chosen_ && options.profile == Profile::Athena) chosen_ = Encoding::Plain;
  }

  void append(const LeafSlots& slots, ByteBuffer& scratch) override {
    const NumberSlice slice = without_nulls<std::uint8_t>(slots, scratch);
    page_bounds_.include(slice.values, slice.count);
    page_.append(reinterpret_cast<const std::uint8_t*>(slice.values), slice.count);
  }

  Result<Encoding> finish_page(bool /*last*/, ByteBuffer& out, Statistics* page) override {
    const std::size_t begin = out.size();
    Encoding encoding = chosen_.value_or(Encoding::Rle);
    if (encoding == Encoding::Rle) append_runs(out);
    if (!chosen_ && out.size() - begin >= (page_.size() + 7) / 8) encoding = Encoding::Plain;
    if (encoding == Encoding::Plain) {
      out.resize(begin);
      append_bit_packed(page_.span(), out);
    }
    page_.clear();
    if (page != nullptr) write_bounds(page_bounds_, *page);
    order_.add(page_bounds_);
    bounds_.include(page_bounds_);
    page_bounds_.clear();
    return encoding;
  }

  std::size_t append_dictionary(ByteBuffer& /*out*/) const override { return 0; }
  BoundaryOrder boundary_order() const override { return order_.order(); }
  std::span<const std::uint64_t> bloom_hashes() override { return {}; }

  void finish_chunk(Statistics& statistics) override {
    write_bounds(bounds_, statistics);
    file_bounds_.include(bounds_);
    bounds_.clear();
    order_.clear();
  }

  std::size_t encoded_bytes() const override { return page_.size() / 8; }
  BoundTexts file_bounds() const override {
    if (file_bounds_.empty()) return {};
    return {.min = bound_text(type_, file_bounds_.min() != 0),
            .max = bound_text(type_, file_bounds_.max() != 0)};
  }
  std::size_t memory_bytes() const override { return sizeof *this + page_.capacity_bytes(); }
  void release_above(std::size_t bytes) override {
    if (page_.empty() && page_.capacity_bytes() > bytes) page_.release();
  }
  void release_buffers() override { page_.release(); }

 private:
  using Bounds = NumberBounds<std::uint8_t>;

  static void write_bounds(const Bounds& bounds, Statistics& statistics) {
    if (bounds.empty()) return;
    statistics.min = statistics.min_value = std::string(1, static_cast<char>(bounds.min()));
    statistics.max = statistics.max_value = std::string(1, static_cast<char>(bounds.max()));
    statistics.is_min_value_exact = statistics.is_max_value_exact = true;
  }

  // The hybrid of width 1, with its length in four bytes before it (Encodings.md, "RLE").
  void append_runs(ByteBuffer& out) const {
    const std::size_t begin = out.size();
    append_le(out, std::uint32_t{0});
    append_hybrid(page_.span(), 1, out);
    const auto length = static_cast<std::uint32_t>(out.size() - begin - sizeof(std::uint32_t));
    std::memcpy(out.data() + begin, &length, sizeof length);
  }

  columnar::Type type_;
  std::optional<Encoding> chosen_;
  Buffer<std::uint8_t> page_;  // a byte for each value
  Bounds page_bounds_;
  Bounds bounds_;
  BoundaryTracker<Bounds> order_;
  Bounds file_bounds_;
};

}  // namespace

std::unique_ptr<ValueEncoder> make_value_encoder(const Leaf& leaf, const LeafOptions& chosen,
                                                 const WriterOptions& options, PageWriter& pages) {
  const auto typed = [&]<typename Physical>(std::type_identity<Physical>) -> std::unique_ptr<ValueEncoder> {
    return std::make_unique<TypedEncoder<Physical>>(leaf, chosen, options, pages);
  };
  switch (leaf.physical) {
    case PhysicalType::Boolean:
      return std::make_unique<Booleans>(leaf, chosen, options);
    case PhysicalType::Int32:
      return typed(std::type_identity<Numbers<std::int32_t, std::uint32_t>>());
    case PhysicalType::Int64:
      return typed(std::type_identity<Numbers<std::int64_t, std::uint64_t>>());
    case PhysicalType::Float:
      return typed(std::type_identity<Numbers<float, std::uint32_t>>());
    case PhysicalType::Double:
      return typed(std::type_identity<Numbers<double, std::uint64_t>>());
    case PhysicalType::FixedLenByteArray:
      return typed(std::type_identity<Numbers<Int128, UInt128>>());
    case PhysicalType::ByteArray:
      return typed(std::type_identity<Strings>());
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
