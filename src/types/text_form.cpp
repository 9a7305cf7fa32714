#include "types/text_form.h"

#include <algorithm>
#include <array>

namespace pg2athena::types {
namespace {

// A part in quotes, of a record or a range: quotes and backslashes in it are doubled (record_out,
// range_bound_escape). `text` begins behind the opening quote and is cut behind the closing one.
bool take_doubled(std::string_view& text, TextValues& out) {
  while (!text.empty()) {
    const std::size_t plain = text.find_first_of("\"\\");
    if (plain == std::string_view::npos) return false;
    out.append(text.substr(0, plain));
    const char special = text[plain];
    text.remove_prefix(plain + 1);
    if (text.starts_with(special)) {
      out.append(special);
      text.remove_prefix(1);
    } else {
      return special == '"';
    }
  }
  return false;
}

// A part of a record or a range, up to one of `ends`, which stays. Nothing at all is NULL.
bool take_part(std::string_view& text, std::string_view ends, TextValues& out) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    out.begin();
    if (!take_doubled(text, out)) return false;
    out.end();
    return !text.empty() && ends.contains(text.front());
  }
  const std::size_t end = text.find_first_of(ends);
  if (end == std::string_view::npos) return false;
  if (end == 0) {
    out.add_null();
  } else {
    // What isn't quoted has none of these in it.
    if (text.substr(0, end).find_first_of("\"\\(),") != std::string_view::npos) return false;
    out.add(text.substr(0, end));
  }
  text.remove_prefix(end);
  return true;
}

// A part in quotes, of an array or an hstore: a backslash stands before quotes and backslashes in it
// (array_out, hstore_out). `text` begins behind the opening quote and is cut behind the closing one.
bool take_escaped(std::string_view& text, TextValues& out) {
  out.begin();
  while (true) {
    const std::size_t plain = text.find_first_of("\"\\");
    if (plain == std::string_view::npos) return false;
    out.append(text.substr(0, plain));
    const char special = text[plain];
    text.remove_prefix(plain + 1);
    if (special == '"') break;
    if (text.empty()) return false;
    out.append(text.front());
    text.remove_prefix(1);
  }
  out.end();
  return true;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Where the range that begins `text` ends; npos where it doesn't.
std::size_t range_end(std::string_view text) {
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      in_quotes = !in_quotes;  // a doubled quote ends and begins them
    } else if (text[i] == '\\') {
      ++i;
    } else if (!in_quotes && (text[i] == ')' || text[i] == ']')) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

void TextValues::add_null() {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + sizeof(std::int32_t));
  std::fill_n(bytes_.data() + at, sizeof(std::int32_t), std::byte{0xFF});
  ++count_;
}

void TextValues::add(std::string_view text) {
  begin();
  append(text);
  end();
}

void TextValues::begin() {
  begin_ = bytes_.size();
  bytes_.resize(begin_ + sizeof(std::int32_t));
}

void TextValues::end() {
  // Fits: no text of a server has more than a gigabyte.
  ++count_;
  const auto length = static_cast<std::uint32_t>(bytes_.size() - begin_ - sizeof(std::int32_t));
  for (std::size_t i = 0; i < sizeof length; ++i) {
    bytes_[begin_ + i] = static_cast<std::byte>(length >> (8 * (sizeof length - 1 - i)));
  }
}

ValueProblem ArrayText::begin(std::span<const std::byte> text) {
  rest_ = as_text(text);
  first_ = true;
  if (rest_.starts_with('[')) {
    // Bounds stand there only when one of them isn't 1.
    const std::size_t equals = rest_.find('=');
    if (equals == std::string_view::npos) return ValueProblem::WrongFormat;
    return rest_.substr(0, equals).contains("][") ? ValueProblem::ArrayDimensions
                                                  : ValueProblem::ArrayLowerBound;
  }
  if (rest_.size() < 2 || rest_.front() != '{' || rest_.back() != '}') return ValueProblem::WrongFormat;
  rest_.remove_prefix(1);
  return rest_.front() == '{' ? ValueProblem::ArrayDimensions : ValueProblem::None;
}

ArrayText::Step ArrayText::next(TextValues& out) {
  if (rest_ == "}") return Step::End;
  if (!first_ && !take(rest_, delimiter_)) return Step::Broken;
  first_ = false;
  if (take(rest_, '"')) return take_escaped(rest_, out) ? Step::Value : Step::Broken;
  const std::array<char, 2> ends = {delimiter_, '}'};
  const std::size_t end = rest_.find_first_of(std::string_view(ends.data(), ends.size()));
  if (end == 0 || end == std::string_view::npos) return Step::Broken;
  const std::string_view text = rest_.substr(0, end);
  // Alike but quoted are texts that aren't NULL.
  if (text.find_first_of("\"\\{} ") != std::string_view::npos) return Step::Broken;
  if (text == "NULL") {
    out.add_null();
  } else {
    out.add(text);
  }
  rest_.remove_prefix(end);
  return Step::Value;
}

bool take_record_text(std::span<const std::byte> bytes, std::size_t attributes, TextValues& out) {
  std::string_view text = as_text(bytes);
  for (std::size_t i = 0; i < attributes; ++i) {
    if (!take(text, i == 0 ? '(' : ',') || !take_part(text, ",)", out)) return false;
  }
  return text == ")";
}

bool take_range_text(std::span<const std::byte> bytes, RangeFlags& flags, TextValues& out) {
  std::string_view text = as_text(bytes);
  flags = {};
  if (text == "empty") {
    flags.bits = RangeFlags::kEmpty;
    out.add_null();
    out.add_null();
    return true;
  }
  if (take(text, '[')) {
    flags.bits |= RangeFlags::kLowerInclusive;
  } else if (!take(text, '(')) {
    return false;
  }
  if (text.starts_with(',')) flags.bits |= RangeFlags::kLowerInfinite;
  if (!take_part(text, ",", out) || !take(text, ',')) return false;
  if (text.starts_with(')')) flags.bits |= RangeFlags::kUpperInfinite;
  if (!take_part(text, ")]", out)) return false;
  if (text == "]") flags.bits |= RangeFlags::kUpperInclusive;
  return text.size() == 1;
}

ValueProblem MultirangeText::begin(std::span<const std::byte> text) {
  rest_ = as_text(text);
  first_ = true;
  if (rest_.size() < 2 || rest_.front() != '{' || rest_.back() != '}') return ValueProblem::WrongFormat;
  rest_.remove_prefix(1);
  return ValueProblem::None;
}

ArrayText::Step MultirangeText::next(TextValues& out) {
  if (rest_ == "}") return ArrayText::Step::End;
  if (!first_ && !take(rest_, ',')) return ArrayText::Step::Broken;
  first_ = false;
  const std::size_t end = range_end(rest_);
  if (end == std::string_view::npos) return ArrayText::Step::Broken;
  out.add(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return ArrayText::Step::Value;
}

bool take_hstore_text(std::span<const std::byte> bytes, TextValues& out) {
  std::string_view text = as_text(bytes);
  for (bool first = true; !text.empty(); first = false) {
    if (!first && !take(text, ", ")) return false;
    if (!take(text, '"') || !take_escaped(text, out) || !take(text, "=>")) return false;
    if (take(text, "NULL")) {
      out.add_null();
    } else if (!take(text, '"') || !take_escaped(text, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace pg2athena::types
