// Types that extensions bring: hstore becomes a map, pgvector's vector a list of floats, PostGIS's geometry
// and geography well-known binary.
#include <limits>
#include <vector>

#include "types/decoder_parts.h"
#include "types/well_known_binary.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

Decoded failure(std::size_t index, ValueProblem problem) {
  return std::unexpected(DecodeFailure{index, problem});
}

// hstore_send (contrib/hstore/hstore_io.c): int32 count, then keys and values, each behind its length.
class HstoreDecoder final : public CopyDecoder {
 public:
  explicit HstoreDecoder(const DecoderContext& context)
      : keys_decoder_(make_text_decoder(context)), values_decoder_(make_text_decoder(context)) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    columnar::Column& entry = out.children[0];
    keys_.clear();
    values_.clear();
    pairs_before_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
      pairs_before_.push_back(keys_.size());
      if (!is_null && !take(values[i].bytes())) return failure(i, ValueProblem::WrongFormat);
      out.offsets.push_back(static_cast<std::uint32_t>(entry.length + keys_.size()));
    }
    for (const auto& [decoder, parts, child] :
         {std::tuple{keys_decoder_.get(), &keys_, &entry.children[0]},
          std::tuple{values_decoder_.get(), &values_, &entry.children[1]}}) {
      if (const auto decoded = decoder->decode(*parts, *child); !decoded) {
        return failure(row_of(decoded.error().index), decoded.error().problem);
      }
    }
    entry.length += keys_.size();
    if (entry.length > std::numeric_limits<std::uint32_t>::max()) return failure(0, ValueProblem::TooLarge);
    out.length += values.size();
    return {};
  }

 private:
  bool take(Bytes bytes) {
    if (bytes.size() < sizeof(std::int32_t)) return false;
    const auto count = load_be<std::uint32_t>(bytes.data());
    bytes = bytes.subspan(sizeof count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto key = take_value(bytes);
      const auto value = key ? take_value(bytes) : std::nullopt;
      if (!value || key->is_null()) return false;
      keys_.push_back(*key);
      values_.push_back(*value);
    }
    return bytes.empty();
  }

  std::size_t row_of(std::size_t pair) const {
    std::size_t row = 0;
    while (row + 1 < pairs_before_.size() && pairs_before_[row + 1] <= pair) ++row;
    return row;
  }

  DecoderPtr keys_decoder_;
  DecoderPtr values_decoder_;
  std::vector<WireValue> keys_;
  std::vector<WireValue> values_;
  std::vector<std::size_t> pairs_before_;  // each row of the block
};

// vector_send (src/vector.c of pgvector): int16 dimensions, int16 that is unused, float4 values.
class VectorDecoder final : public CopyDecoder {
 public:
  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    columnar::Column& child = out.children[0];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
      if (!is_null && !append(values[i].bytes(), child)) return failure(i, ValueProblem::WrongFormat);
      out.offsets.push_back(static_cast<std::uint32_t>(child.length));
    }
    if (child.length > std::numeric_limits<std::uint32_t>::max()) return failure(0, ValueProblem::TooLarge);
    out.length += values.size();
    return {};
  }

 private:
  static bool append(Bytes bytes, columnar::Column& child) {
    constexpr std::size_t kHeaderBytes = 4;
    if (bytes.size() < kHeaderBytes) return false;
    const std::size_t dimensions = load_be<std::uint16_t>(bytes.data());
    bytes = bytes.subspan(kHeaderBytes);
    if (bytes.size() != dimensions * sizeof(float)) return false;
    std::byte* slot = child.values.extend(bytes.size());
    for (std::size_t i = 0; i < dimensions; ++i, slot += sizeof(float)) {
      const auto value = load_be<std::uint32_t>(bytes.data() + i * sizeof(float));
      std::memcpy(slot, &value, sizeof value);
    }
    child.length += dimensions;
    return true;
  }
};

// geometry_send and geography_send (PostGIS, postgis/lwgeom_inout.c, geography_inout.c): EWKB.
struct WkbCodec {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    return append_iso_wkb(bytes, out) ? ValueProblem::None : ValueProblem::WrongFormat;
  }
};

}  // namespace

DecoderPtr make_hstore_decoder(const DecoderContext& context) {
  return std::make_unique<HstoreDecoder>(context);
}
DecoderPtr make_vector_decoder(const DecoderContext&) {
  return std::make_unique<VectorDecoder>();
}
DecoderPtr make_wkb_decoder(const DecoderContext& context) {
  return make_variable<WkbCodec>(context);
}
DecoderPtr make_ewkb_decoder(const DecoderContext& context) {
  return make_binary_decoder(context);
}

}  // namespace pg2athena::types
