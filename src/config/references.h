// ${NAME} and secret:NAME in a configuration: how a secret gets in without being written down.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "login/settings.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::config {

// Whether there is a ${NAME} in the text. $${ stands for ${ itself and is none.
bool has_reference(std::string_view text);
// Whether one of them names a variable that isn't set, or is empty.
bool has_unset_reference(std::string_view text, const postgres::Environment& environment);
// The text with each $${ as ${, and the other way round.
std::string unescaped(std::string_view text);
std::string escaped(std::string_view text);

// A connection string with its references replaced. A text that is one reference becomes the variable's value
// as it is; inside of a URI a value is percent-encoded, inside of a conninfo string quoted. InvalidArgument
// for a variable that isn't set, and for a password that stands in the text itself.
Result<std::string> expand_source(const std::string& text, const postgres::Environment& environment);

// The value of a secret, which has to be one reference: InvalidArgument if it stands in the text itself.
Result<std::string> expand_secret(const std::string& text, const postgres::Environment& environment);

// Whether it can be the name or the ARN of a secret of AWS Secrets Manager.
bool is_secret_id(std::string_view text);

// Of "secret:NAME", "secret:ARN#MEMBER"; none for a text that doesn't begin so. InvalidArgument for one that
// does and names no secret.
Result<std::optional<login::SecretPassword>> secret_password(std::string_view text);

}  // namespace pg2athena::config
