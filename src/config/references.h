// ${NAME} in a configuration: how a secret gets in without being written down.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::config {

// Whether there is a ${NAME} in the text. $${ stands for ${ itself and is none.
bool has_reference(std::string_view text);
// The text with each $${ as ${, and the other way round.
std::string unescaped(std::string_view text);
std::string escaped(std::string_view text);

// A connection string with its references replaced. A text that is one reference becomes the variable's value
// as it is; inside of a URI a value is percent-encoded, inside of a conninfo string quoted. InvalidArgument
// for a variable that isn't set, and for a password that stands in the text itself.
Result<std::string> expand_source(const std::string& text, const postgres::Environment& environment);

// The value of a secret, which has to be one reference: InvalidArgument if it stands in the text itself.
Result<std::string> expand_secret(const std::string& text, const postgres::Environment& environment);

}  // namespace pg2athena::config
