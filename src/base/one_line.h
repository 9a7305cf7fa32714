// Text of several lines, for a place that has one.
#pragma once

#include <string>
#include <string_view>

namespace pg2athena {

// The text with one blank for each run of white space, and none at its ends.
std::string one_line(std::string_view text);

}  // namespace pg2athena
