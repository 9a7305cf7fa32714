// What keeps us from reading a relation: rights and row security.
#pragma once

#include <vector>

#include "base/error.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// An error that names every relation that `user` can't read, with the GRANT to issue; or every relation where
// row security would hide rows from us.
Result<void> check_readable(const std::vector<Relation>& relations, const std::string& user);

}  // namespace pg2athena::postgres
