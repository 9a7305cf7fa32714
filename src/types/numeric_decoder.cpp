// numeric: to a decimal where the column's precision and scale are known, to exact text where they aren't.
#include "base/numeric_wire.h"
#include "types/decoder_parts.h"

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
    if (outcome != DecimalOutcome::Exact && outcome != DecimalOutcome::NaN) [[unlikely]] {
      unscaled = nearest_unscaled(numeric, precision, scale);
    }
    out = static_cast<Held>(unscaled);
    return problem_of(outcome);
  }
};

struct NumericTextCodec {
  ValueProblem operator()(std::span<const std::byte> bytes, ByteBuffer& out) const {
    NumericWire numeric;
    if (!NumericWire::parse(bytes, numeric)) return ValueProblem::WrongFormat;
    append_numeric_text(numeric, out);
    return ValueProblem::None;
  }
};

}  // namespace

DecoderPtr make_decimal_decoder(const DecoderContext& context) {
  return make_decimal<DecimalCodec>(context);
}

DecoderPtr make_numeric_text_decoder(const DecoderContext& context) {
  return make_variable<NumericTextCodec>(context);
}

}  // namespace pg2athena::types
