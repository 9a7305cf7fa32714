#include "parquet/value_bounds.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/int128.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/leaf_validity.h"
#include "parquet/writer/physical_values.h"
#include "parquet/writer/statistics.h"

namespace pg2athena::parquet {

class LeafBounds {
 public:
  virtual ~LeafBounds() = default;

  virtual void add(const columnar::Batch& batch) = 0;
  virtual Statistics end_row_group() = 0;
  virtual bool include(const Statistics& chunk) = 0;
  virtual ValueBounds::Texts texts() const = 0;
};

namespace {

// Booleans, of which bounds are all that is asked here (Numbers in writer/physical_values.h has the others).
class Booleans {
 public:
  using Slice = NumberSlice;
  using Bounds = NumberBounds<std::uint8_t>;

  explicit Booleans(const Leaf& leaf) : type_(leaf.type) {}

  static Slice slice(const LeafSlots& slots, ByteBuffer& scratch) {
    return without_nulls<std::uint8_t>(slots, scratch);
  }
  static void include(Bounds& bounds, const Slice& slice) { bounds.include(slice.values, slice.count); }
  static void write_bounds(const Bounds& bounds, Statistics& statistics) {
    if (bounds.empty()) return;
    statistics.min = statistics.min_value = std::string(1, static_cast<char>(bounds.min()));
    statistics.max = statistics.max_value = std::string(1, static_cast<char>(bounds.max()));
    statistics.is_min_value_exact = statistics.is_max_value_exact = true;
  }
  BoundTexts texts(const Bounds& bounds) const {
    if (bounds.empty()) return {};
    return {.min = bound_text(type_, bounds.min() != 0), .max = bound_text(type_, bounds.max() != 0)};
  }

 private:
  columnar::Type type_;
};

// The value that PLAIN has as these bytes. False for bytes of another length.
template <typename T>
bool read_plain(std::string_view bytes, std::size_t width, T& value) {
  if (bytes.size() != width) return false;
  if constexpr (std::is_same_v<T, Int128>) {
    // Big-endian, in as many bytes as the digits need.
    UInt128 bits =
        !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~UInt128{0} : UInt128{0};
    for (const char byte : bytes) bits = (bits << 8U) | static_cast<unsigned char>(byte);
    value = static_cast<Int128>(bits);
  } else {
    std::memcpy(&value, as_bytes(bytes).data(), sizeof value);
  }
  return true;
}

// Physical is a policy of writer/physical_values.h, or Booleans. Strings have no bounds over a file: a
// receipt is no place for the content of text columns.
template <typename Physical>
class TypedBounds final : public LeafBounds {
 public:
  explicit TypedBounds(Leaf leaf) : leaf_(std::move(leaf)), physical_(leaf_) {}

  void add(const columnar::Batch& batch) override {
    const columnar::Column& column = batch.columns[leaf_.column];
    LeafSlots slots = leaf_slots(leaf_, column, 0, column.length);
    validity_.find(leaf_, column, slots);
    physical_.include(chunk_, physical_.slice(slots, scratch_));
  }

  Statistics end_row_group() override {
    Statistics statistics;
    physical_.write_bounds(chunk_, statistics);
    file_.include(chunk_);
    chunk_.clear();
    return statistics;
  }

  bool include(const Statistics& chunk) override {
    if constexpr (std::is_same_v<Physical, Strings>) {
      return true;
    } else {
      return include_number(chunk.min_value) && include_number(chunk.max_value);
    }
  }

  ValueBounds::Texts texts() const override {
    BoundTexts texts = physical_.texts(file_);
    return {.min = std::move(texts.min), .max = std::move(texts.max)};
  }

 private:
  bool include_number(const std::optional<std::string>& bound)
    requires(!std::is_same_v<Physical, Strings>)
  {
    if (!bound) return true;
    auto value = file_.min();
    const std::size_t width = leaf_.fixed_bytes != 0 ? leaf_.fixed_bytes : sizeof value;
    if (!read_plain(*bound, width, value)) return false;
    file_.include(reinterpret_cast<const std::byte*>(&value), 1);
    return true;
  }

  const Leaf leaf_;
  const Physical physical_;
  LeafValidity validity_;
  ByteBuffer scratch_;
  typename Physical::Bounds chunk_;
  typename Physical::Bounds file_;
};

std::unique_ptr<LeafBounds> bounds_of(Leaf leaf) {
  switch (leaf.physical) {
    case PhysicalType::Boolean:
      return std::make_unique<TypedBounds<Booleans>>(std::move(leaf));
    case PhysicalType::Int32:
      return std::make_unique<TypedBounds<Numbers<std::int32_t, std::uint32_t>>>(std::move(leaf));
    case PhysicalType::Int64:
      return std::make_unique<TypedBounds<Numbers<std::int64_t, std::uint64_t>>>(std::move(leaf));
    case PhysicalType::Float:
      return std::make_unique<TypedBounds<Numbers<float, std::uint32_t>>>(std::move(leaf));
    case PhysicalType::Double:
      return std::make_unique<TypedBounds<Numbers<double, std::uint64_t>>>(std::move(leaf));
    case PhysicalType::FixedLenByteArray:
      return std::make_unique<TypedBounds<Numbers<Int128, UInt128>>>(std::move(leaf));
    case PhysicalType::ByteArray:
      return std::make_unique<TypedBounds<Strings>>(std::move(leaf));
  }
  std::unreachable();
}

}  // namespace

ValueBounds::ValueBounds(std::vector<std::unique_ptr<LeafBounds>> leaves) : leaves_(std::move(leaves)) {}
ValueBounds::ValueBounds(ValueBounds&&) noexcept = default;
ValueBounds& ValueBounds::operator=(ValueBounds&&) noexcept = default;
ValueBounds::~ValueBounds() = default;

Result<ValueBounds> ValueBounds::create(const columnar::Schema& schema) {
  PG2ATHENA_ASSIGN(MappedSchema mapped, map_schema(schema));
  std::vector<std::unique_ptr<LeafBounds>> leaves;
  leaves.reserve(mapped.leaves.size());
  for (Leaf& leaf : mapped.leaves) leaves.push_back(bounds_of(std::move(leaf)));
  return ValueBounds(std::move(leaves));
}

void ValueBounds::add(const columnar::Batch& batch) {
  for (const auto& leaf : leaves_) leaf->add(batch);
}

std::vector<Statistics> ValueBounds::end_row_group() {
  std::vector<Statistics> all;
  all.reserve(leaves_.size());
  for (const auto& leaf : leaves_) all.push_back(leaf->end_row_group());
  return all;
}

bool ValueBounds::include(std::size_t leaf, const Statistics& chunk) {
  return leaves_[leaf]->include(chunk);
}

ValueBounds::Texts ValueBounds::texts(std::size_t leaf) const {
  return leaves_[leaf]->texts();
}

}  // namespace pg2athena::parquet
