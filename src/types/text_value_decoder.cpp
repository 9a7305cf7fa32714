// Values from the text that their output functions print (src/backend/utils/adt), for what stands inside of a
// text that is taken apart. Strict: another form than the output function's breaks it.
#include <charconv>
#include <string_view>

#include "base/int128.h"
#include "types/decoder_parts.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// boolout.
struct BooleanText {
  using Value = std::uint8_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    const std::string_view text = as_text(bytes);
    if (text != "t" && text != "f") return ValueProblem::WrongFormat;
    out = text == "t" ? 1 : 0;
    return ValueProblem::None;
  }
};

// int2out, int4out, int8out, oidout, xidout. Wire is the type's own range, Held what the column holds.
template <typename Wire, typename Held>
struct IntegerText {
  using Value = Held;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    const std::string_view text = as_text(bytes);
    Wire number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size()) return ValueProblem::WrongFormat;
    out = number;
    return ValueProblem::None;
  }
};

// float4out, float8out with extra_float_digits = 1: the shortest text that is the same number again.
template <typename Number>
struct FloatText {
  using Value = Number;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    const std::string_view text = as_text(bytes);
    const bool negative = text.starts_with('-');
    const std::string_view magnitude = text.substr(negative ? 1 : 0);
    if (text == "NaN") {
      out = std::numeric_limits<Number>::quiet_NaN();
    } else if (magnitude == "Infinity") {
      out = negative ? -std::numeric_limits<Number>::infinity() : std::numeric_limits<Number>::infinity();
    } else {
      // from_chars also knows "inf" and "nan".
      if (magnitude.empty() || !is_digit(magnitude.front())) return ValueProblem::WrongFormat;
      const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
      if (end != text.data() + text.size() || problem != std::errc()) return ValueProblem::WrongFormat;
    }
    return ValueProblem::None;
  }
};

// numeric_out, to a decimal.
template <typename Held>
struct DecimalText {
  using Value = Held;
  int precision;
  int scale;

  ValueProblem operator()(Bytes bytes, Value& out) const {
    std::string_view text = as_text(bytes);
    if (text == "NaN") return ValueProblem::NaN;
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    Int128 magnitude = 0;
    ValueProblem problem = ValueProblem::None;
    if (text == "Infinity") {
      problem = ValueProblem::Infinity;
      magnitude = power_of_ten(precision) - 1;
    } else {
      problem = digits(text, magnitude);
    }
    out = static_cast<Held>(negative ? -magnitude : magnitude);
    return problem;
  }

 private:
  // Sets the nearest value, whatever the problem. Before the point there is a digit, and behind it too.
  ValueProblem digits(std::string_view text, Int128& magnitude) const {
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
    if (whole.empty() || (point < text.size() && fraction.empty())) return ValueProblem::WrongFormat;
    const Int128 most = power_of_ten(precision) - 1;
    bool overflow = false;
    const auto add = [&](char c) {
      // Nines stay nines: what overflows has the largest magnitude.
      overflow |= magnitude > (most - (c - '0')) / 10;
      magnitude = overflow ? most : magnitude * 10 + (c - '0');
    };
    for (const char c : whole) {
      if (!is_digit(c)) return ValueProblem::WrongFormat;
      add(c);
    }
    bool inexact = false;
    for (std::size_t i = 0; i < fraction.size(); ++i) {
      if (!is_digit(fraction[i])) return ValueProblem::WrongFormat;
      if (i < static_cast<std::size_t>(scale)) {
        add(fraction[i]);
      } else {
        inexact |= fraction[i] != '0';
      }
    }
    for (std::size_t i = fraction.size(); i < static_cast<std::size_t>(scale); ++i) add('0');
    if (overflow) return ValueProblem::DecimalOverflow;
    // As numeric rounds: from the middle away from zero.
    const std::string_view behind =
        fraction.substr(std::min(fraction.size(), static_cast<std::size_t>(scale)));
    if (inexact && behind.front() >= '5' && magnitude < most) ++magnitude;
    return inexact ? ValueProblem::DecimalInexact : ValueProblem::None;
  }
};

// byteaout with bytea_output = hex: \x, two digits a byte.
struct ByteaText {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    const std::string_view text = as_text(bytes);
    if (!text.starts_with("\\x") || text.size() % 2 != 0) return ValueProblem::WrongFormat;
    const std::size_t length = text.size() / 2 - 1;
    std::byte* to = out.extend(length);
    for (std::size_t i = 0; i < length; ++i) {
      const int high = digit(text[2 + 2 * i]);
      const int low = digit(text[3 + 2 * i]);
      if (high < 0 || low < 0) return ValueProblem::WrongFormat;
      *to++ = static_cast<std::byte>(high << 4 | low);
    }
    return ValueProblem::None;
  }

 private:
  static int digit(char c) {
    if (is_digit(c)) return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }
};

}  // namespace

DecoderPtr make_boolean_text_decoder(const DecoderContext& context) {
  return make_fixed<BooleanText>(context);
}
DecoderPtr make_int16_text_decoder(const DecoderContext& context) {
  return make_fixed<IntegerText<std::int16_t, std::int32_t>>(context);
}
DecoderPtr make_int32_text_decoder(const DecoderContext& context) {
  return make_fixed<IntegerText<std::int32_t, std::int32_t>>(context);
}
DecoderPtr make_int64_text_decoder(const DecoderContext& context) {
  return make_fixed<IntegerText<std::int64_t, std::int64_t>>(context);
}
DecoderPtr make_float32_text_decoder(const DecoderContext& context) {
  return make_fixed<FloatText<float>>(context);
}
DecoderPtr make_float64_text_decoder(const DecoderContext& context) {
  return make_fixed<FloatText<double>>(context);
}
DecoderPtr make_decimal_text_decoder(const DecoderContext& context) {
  return make_decimal<DecimalText>(context);
}
DecoderPtr make_bytea_text_decoder(const DecoderContext& context) {
  return make_variable<ByteaText>(context);
}

}  // namespace pg2athena::types
