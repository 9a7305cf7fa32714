#include "aws/xml.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pg2athena::aws {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::string_view kBlanks = " \t\r\n";

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12));
    byte(0x80U | ((code >> 6) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18));
    byte(0x80U | ((code >> 12) & 0x3FU));
    byte(0x80U | ((code >> 6) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

// The code point of "#65" or "#x41"; none if it is none of XML 1.0's (section 2.2).
std::optional<std::uint32_t> numbered(std::string_view reference) {
  reference.remove_prefix(1);
  const bool hexadecimal = reference.starts_with('x');
  if (hexadecimal) reference.remove_prefix(1);
  std::uint32_t code = 0;
  const char* const begin = reference.data();
  const char* const end = begin + reference.size();
  const auto [stop, error] = std::from_chars(begin, end, code, hexadecimal ? 16 : 10);
  if (error != std::errc() || stop != end) return std::nullopt;
  const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (control || surrogate || code > 0x10FFFF || code == 0xFFFE || code == 0xFFFF) return std::nullopt;
  return code;
}

bool append_reference(std::string& out, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, character] : kNamed) {
    if (name == known) {
      out += character;
      return true;
    }
  }
  if (!name.starts_with('#')) return false;
  const auto code = numbered(name);
  if (code) append_utf8(out, *code);
  return code.has_value();
}

class Parser {
 public:
  explicit Parser(std::string_view document) : rest_(document), size_(document.size()) {}

  Result<XmlElement> document() {
    PG2ATHENA_TRY(skip_between());
    XmlElement root;
    PG2ATHENA_TRY(element(root, 1));
    PG2ATHENA_TRY(skip_between());
    if (!rest_.empty()) return wrong("something behind the root element");
    return root;
  }

 private:
  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorKind::CorruptInput, fmt::format("not XML: {} at byte {}", what, size_ - rest_.size()));
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  // What is before `end`, and goes behind it; none if it isn't there.
  std::optional<std::string_view> take_until(std::string_view end) {
    const auto place = rest_.find(end);
    if (place == std::string_view::npos) return std::nullopt;
    const std::string_view taken = rest_.substr(0, place);
    rest_.remove_prefix(place + end.size());
    return taken;
  }
  void skip_blanks() {
    const auto place = rest_.find_first_not_of(kBlanks);
    rest_.remove_prefix(place == std::string_view::npos ? rest_.size() : place);
  }

  // A comment or a processing instruction; false if there is none.
  Result<bool> skip_aside() {
    if (take("<!--")) {
      if (!take_until("-->")) return wrong("a comment without an end");
      return true;
    }
    if (take("<?")) {
      if (!take_until("?>")) return wrong("a declaration without an end");
      return true;
    }
    return false;
  }

  Result<void> skip_between() {
    take("\xEF\xBB\xBF");
    for (;;) {
      skip_blanks();
      PG2ATHENA_ASSIGN(const bool skipped, skip_aside());
      if (!skipped) return {};
    }
  }

  Result<std::string> name() {
    const auto end = rest_.find_first_of(" \t\r\n/>=<&\"'");
    if (end == 0 || end == std::string_view::npos) return wrong("no name");
    std::string taken(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return taken;
  }

  // Reads over attributes. True when the element ends here ("<a/>").
  Result<bool> end_of_tag() {
    for (;;) {
      skip_blanks();
      if (take("/>")) return true;
      if (take(">")) return false;
      PG2ATHENA_TRY(name());
      skip_blanks();
      if (!take("=")) return wrong("an attribute without a value");
      skip_blanks();
      const bool single = rest_.starts_with('\'');
      if (!single && !rest_.starts_with('"')) return wrong("an attribute's value without quotes");
      rest_.remove_prefix(1);
      if (!take_until(single ? "'" : "\"")) return wrong("an attribute's value without an end");
    }
  }

  // The depth is bounded, and so is the recursion.
  // NOLINTNEXTLINE(misc-no-recursion)
  Result<void> element(XmlElement& out, int depth) {
    if (depth > kMaxDepth) return wrong("too many levels");
    if (!take("<")) return wrong("no element");
    PG2ATHENA_ASSIGN(out.name, name());
    PG2ATHENA_ASSIGN(const bool empty, end_of_tag());
    if (empty) return {};
    for (;;) {
      if (take("</")) return closing(out);
      PG2ATHENA_TRY(content(out, depth));
    }
  }

  Result<void> closing(const XmlElement& opened) {
    PG2ATHENA_ASSIGN(const std::string closed, name());
    skip_blanks();
    if (closed != opened.name || !take(">")) return wrong("an element that is closed by another");
    return {};
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Result<void> content(XmlElement& out, int depth) {
    if (take("<![CDATA[")) {
      const auto data = take_until("]]>");
      if (!data) return wrong("CDATA without an end");
      out.text += *data;
      return {};
    }
    PG2ATHENA_ASSIGN(const bool skipped, skip_aside());
    if (skipped) return {};
    if (rest_.starts_with('<')) return element(out.children.emplace_back(), depth + 1);
    return text(out);
  }

  Result<void> text(XmlElement& out) {
    if (rest_.empty()) return wrong("an element without an end");
    if (take("&")) {
      constexpr std::size_t kLongestReference = 10;  // "#x0010FFFF"
      const auto end = rest_.substr(0, kLongestReference + 1).find(';');
      if (end == std::string_view::npos || !append_reference(out.text, rest_.substr(0, end))) {
        return wrong("an unknown entity");
      }
      rest_.remove_prefix(end + 1);
      return {};
    }
    const auto end = rest_.find_first_of("<&");
    const std::string_view taken = rest_.substr(0, end);
    out.text += taken;
    rest_.remove_prefix(taken.size());
    return {};
  }

  std::string_view rest_;
  std::size_t size_;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view child_name) const {
  for (const XmlElement& element : children) {
    if (element.name == child_name) return &element;
  }
  return nullptr;
}

std::string_view XmlElement::child_text(std::string_view child_name) const {
  const XmlElement* const found = child(child_name);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

// NOLINTNEXTLINE(misc-no-recursion)
const XmlElement* XmlElement::find(std::string_view element_name) const {
  if (name == element_name) return this;
  for (const XmlElement& element : children) {
    if (const XmlElement* const found = element.find(element_name)) return found;
  }
  return nullptr;
}

Result<XmlElement> parse_xml(std::string_view document) {
  return Parser(document).document();
}

}  // namespace pg2athena::aws
