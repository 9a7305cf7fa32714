// Types that extensions bring: hstore becomes a map, pgvector's vector a list of floats, PostGIS's geometry
// and geography well-known binary.
#include <algorithm>
#include <limits>
#include <vector>

#include "types/decoder_parts.h"
#include "types/text_form.h"
#include "types/value_text.h"
#include "types/well_known_binary.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

Decoded failure(std::size_t index, ValueProblem problem) {
  return std::unexpected(DecodeFailure{index, problem});
}

// Keys and values of a block of hstores, in pairs.
struct Pairs {
  std::vector<WireValue> keys;
  std::vector<WireValue> values;
  TextValues texts;  // what holds them, when they were taken out of text: a key, its value, …

  void clear() {
    keys.clear();
    values.clear();
    texts.clear();
  }
};

// hstore_send (contrib/hstore/hstore_io.c): int32 count, then keys and values, each behind its length.
struct HstoreWire {
  static bool take(Bytes bytes, Pairs& out) {
    if (bytes.size() < sizeof(std::int32_t)) return false;
    const auto count = load_be<std::uint32_t>(bytes.data());
    bytes = bytes.subspan(sizeof count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto key = take_value(bytes);
      const auto value = key ? take_value(bytes) : std::nullopt;
      if (!value || key->is_null()) return false;
      out.keys.push_back(*key);
      out.values.push_back(*value);
    }
    return bytes.empty();
  }
};

struct HstoreText {
  static bool take(Bytes bytes, Pairs& out) { return take_hstore_text(bytes, out.texts); }
};

template <typename Form>
class HstoreDecoder final : public CopyDecoder {
 public:
  explicit HstoreDecoder(const DecoderContext& context)
      : keys_decoder_(make_text_decoder(context)), values_decoder_(make_text_decoder(context)) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    columnar::Column& entry = out.children[0];
    pairs_.clear();
    ends_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
      if (!is_null && !Form::take(values[i].bytes(), pairs_)) return failure(i, ValueProblem::WrongFormat);
      ends_.push_back(pairs_.keys.size() + pairs_.texts.count() / 2);
      out.offsets.push_back(static_cast<std::uint32_t>(entry.length + ends_.back()));
    }
    pairs_.texts.for_each([&, is_key = true](WireValue value) mutable {
      (is_key ? pairs_.keys : pairs_.values).push_back(value);
      is_key = !is_key;
    });
    for (const auto& [decoder, parts, child] :
         {std::tuple{keys_decoder_.get(), &pairs_.keys, &entry.children[0]},
          std::tuple{values_decoder_.get(), &pairs_.values, &entry.children[1]}}) {
      if (const auto decoded = decoder->decode(*parts, *child); !decoded) {
        // The first hstore that ends behind the pair.
        const auto row = std::ranges::upper_bound(ends_, decoded.error().index);
        return failure(static_cast<std::size_t>(row - ends_.begin()), decoded.error().problem);
      }
    }
    entry.length += pairs_.keys.size();
    if (entry.length > std::numeric_limits<std::uint32_t>::max()) return failure(0, ValueProblem::TooLarge);
    out.length += values.size();
    return {};
  }

 private:
  DecoderPtr keys_decoder_;
  DecoderPtr values_decoder_;
  Pairs pairs_;
  std::vector<std::size_t> ends_;  // pairs up to the end of each hstore of the block
};

// vector_send (src/vector.c of pgvector): int16 dimensions, int16 that is unused, float4 values.
struct VectorWire {
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

// vector_out: [1,2.5,3], numbers as float4out prints them.
struct VectorText {
  static bool append(Bytes bytes, columnar::Column& child) {
    std::string_view text = as_text(bytes);
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
      const std::size_t comma = std::min(text.find(','), text.size());
      float value = 0;
      if (!parse_float_text(text.substr(0, comma), value) || comma + 1 == text.size()) return false;
      std::memcpy(child.values.extend(sizeof value), &value, sizeof value);
      ++child.length;
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return true;
  }
};

template <typename Form>
class VectorDecoder final : public CopyDecoder {
 public:
  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    columnar::Column& child = out.children[0];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
      if (!is_null && !Form::append(values[i].bytes(), child)) return failure(i, ValueProblem::WrongFormat);
      out.offsets.push_back(static_cast<std::uint32_t>(child.length));
    }
    if (child.length > std::numeric_limits<std::uint32_t>::max()) return failure(0, ValueProblem::TooLarge);
    out.length += values.size();
    return {};
  }
};

// geometry_send and geography_send (PostGIS, postgis/lwgeom_inout.c, geography_inout.c): EWKB.
struct WkbCodec {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    return append_iso_wkb(bytes, out) ? ValueProblem::None : ValueProblem::WrongFormat;
  }
};

// LWGEOM_out: EWKB in hexadecimal digits.
struct EwkbText {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    return append_hex(as_text(bytes), out) ? ValueProblem::None : ValueProblem::WrongFormat;
  }
};

class WkbText {
 public:
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) {
    ewkb_.clear();
    return append_hex(as_text(bytes), ewkb_) ? WkbCodec()(ewkb_.span(), out) : ValueProblem::WrongFormat;
  }

 private:
  ByteBuffer ewkb_;  // of one value; kept, so that not each takes memory of its own
};

}  // namespace

DecoderPtr make_hstore_decoder(const DecoderContext& context) {
  return std::make_unique<HstoreDecoder<HstoreWire>>(context);
}
DecoderPtr make_hstore_text_decoder(const DecoderContext& context) {
  return std::make_unique<HstoreDecoder<HstoreText>>(context);
}
DecoderPtr make_vector_decoder(const DecoderContext&) {
  return std::make_unique<VectorDecoder<VectorWire>>();
}
DecoderPtr make_vector_text_decoder(const DecoderContext&) {
  return std::make_unique<VectorDecoder<VectorText>>();
}
DecoderPtr make_wkb_decoder(const DecoderContext& context) {
  return make_variable<WkbCodec>(context);
}
DecoderPtr make_wkb_text_decoder(const DecoderContext& context) {
  return make_variable<WkbText>(context);
}
DecoderPtr make_ewkb_decoder(const DecoderContext& context) {
  return make_binary_decoder(context);
}
DecoderPtr make_ewkb_text_decoder(const DecoderContext& context) {
  return make_variable<EwkbText>(context);
}

}  // namespace pg2athena::types
