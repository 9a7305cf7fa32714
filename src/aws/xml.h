// XML as AWS's answers have it: elements and text. Attributes, comments and declarations are read over; there
// are no entities but the five and numbers, and no document type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace pg2athena::aws {

struct XmlElement {
  std::string name;
  std::string text;  // of its own, without that of its children, as it stands between the tags
  std::vector<XmlElement> children;

  // The first child of that name, or null.
  const XmlElement* child(std::string_view child_name) const;
  // The text of the first child of that name; empty if there is none.
  std::string_view child_text(std::string_view child_name) const;
  // The first element of that name at any depth, itself included, or null.
  const XmlElement* find(std::string_view element_name) const;
};

// The root. CorruptInput for what isn't well-formed in the sense above, and for more than 32 levels. Takes
// any bytes.
Result<XmlElement> parse_xml(std::string_view document);

}  // namespace pg2athena::aws
