// The program's --help: CLI11's, but for options whose value is no word of its own.
#pragma once

#include <memory>

namespace CLI {
class Formatter;
}

namespace pg2athena::cli {

// Shows an option that may have a value behind '=' as such: "--verify[=none|totals|deep]", where CLI11 has
// "--verify{totals}".
std::shared_ptr<CLI::Formatter> help_formatter();

}  // namespace pg2athena::cli
