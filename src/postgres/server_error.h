// What the server says went wrong, as our Errors.
#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "base/error.h"

namespace pg2athena::postgres {

// The kind for an SQLSTATE (PostgreSQL documentation, appendix A); Connection for an empty one, since libpq
// has none for what it found itself.
ErrorKind kind_of_sqlstate(std::string_view sqlstate);

// The error of a failed result: the server's primary message, with sqlstate, and its detail and hint where it
// has them.
Error error_of_result(const PGresult* result, const PGconn* connection);

// What to do when the server ended our connection for its idleness or age, although our sessions switch that
// off (session.h); empty for other states.
std::string_view timeout_hint(std::string_view sqlstate);

// What to do about libpq's or OpenSSL's own words about TLS, which have no SQLSTATE; empty for other
// messages.
std::string_view tls_hint(std::string_view message);

// The error of a connection that could not be made. The connection's verbosity must have been
// PQERRORS_VERBOSE: libpq has no call for the SQLSTATE of a failed login, but that verbosity writes it into
// the message.
Error error_of_connecting(const PGconn* connection);

}  // namespace pg2athena::postgres
