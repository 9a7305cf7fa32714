// What keeps us from reading a relation: rights and row security.
#pragma once

#include <vector>

#include "base/error.h"
#include "postgres/relation.h"
#include "postgres/session.h"

namespace pg2athena::postgres {

// An error that names every relation that the session's role can't read, with the GRANT to issue; or every
// relation where row security would hide rows from us, unless its policies are to be applied; or every one
// that is a part of such a relation.
Result<void> check_readable(const std::vector<Relation>& relations, const ServerInfo& server);

}  // namespace pg2athena::postgres
