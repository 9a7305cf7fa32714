// numeric: to a decimal where the column's precision and scale are known, to exact text where they aren't.
#include <limits>

#include "base/decimal.h"
#include "types/decoders.h"

namespace pg2athena::types {
namespace {

ValueProblem problem_of(DecimalOutcome outcome) {
  switch (outcome) {
    case DecimalOutcome::Exact:
      return ValueProblem::None;
    case DecimalOutcome::NaN:
      return ValueProblem::NaN;
    case DecimalOutcome::Infinite:
      return ValueProblem::Infinity;
    case DecimalOutcome::Overflow:
      return ValueProblem::DecimalOverflow;
    case DecimalOutcome::Inexact:
      return ValueProblem::DecimalInexact;
  }
  return ValueProblem::WrongFormat;
}

// Held is the storage of the decimal: the precision has been checked, so every exact value fits.
template <typename Held>
struct DecimalCodec {
  using Value = Held;
  int precision;
  int scale;

  ValueProblem operator()(std::span<const std::byte> bytes, Value& out) const {
    NumericWire numeric;
    if (!NumericWire::parse(bytes, numeric)) return ValueProblem::WrongFormat;
    Int128 unscaled = 0;
    const DecimalOutcome outcome = to_unscaled(numeric, precision, scale, unscaled);
    out = static_cast<Held>(unscaled);
    return problem_of(outcome);
  }
};

class NumericTextDecoder final : public CopyDecoder {
 public:
  std::expected<void, DecodeFailure> decode(std::span<const WireValue> values,
                                            columnar::Column& out) override {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null))
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      if (!is_null) {
        NumericWire numeric;
        if (!NumericWire::parse(values[i].bytes(), numeric)) {
          return std::unexpected(DecodeFailure{i, ValueProblem::WrongFormat});
        }
        append_numeric_text(numeric, out.values);
        if (out.values.size() > std::numeric_limits<std::uint32_t>::max()) {
          return std::unexpected(DecodeFailure{i, ValueProblem::TooLarge});
        }
      }
      out.offsets.push_back(static_cast<std::uint32_t>(out.values.size()));
    }
    out.length += values.size();
    return {};
  }
};

template <typename Held>
DecoderPtr make_decimal(const columnar::Type& type) {
  return std::make_unique<FixedDecoder<DecimalCodec<Held>>>(DecimalCodec<Held>{type.precision, type.scale});
}

}  // namespace

DecoderPtr make_decimal_decoder(const columnar::Type& type) {
  switch (type.storage()) {
    case columnar::Storage::Int32:
      return make_decimal<std::int32_t>(type);
    case columnar::Storage::Int64:
      return make_decimal<std::int64_t>(type);
    default:
      return make_decimal<Int128>(type);
  }
}

DecoderPtr make_numeric_text_decoder() {
  return std::make_unique<NumericTextDecoder>();
}

}  // namespace pg2athena::types
