// What the names in the operator's SQL mean: which relations a query or a condition reads.
//
// Nothing keeps them from coming to mean something else while we hold the relations: a table that is made in
// a schema that comes earlier in the search_path, schemas that are renamed. Then a COPY of the same text
// would read other rows than were planned, or none, without an error.
#pragma once

#include <string>
#include <vector>

#include "postgres/connection.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// The relations that the parser finds for the statement now: it locks them, and the open transaction must not
// have locked any before. Views with what they read, but no indexes, which are the planner's. What is a part
// of the relations is looked up in the present catalog, so the transaction has to be READ COMMITTED.
Result<NameLookup> look_up_names(Connection& connection, const std::string& statement,
                                 const std::string& search_path);

// Whether the open transaction has locked another relation that is called so now, in whatever schema. (A
// planner locks more than the statement names, but one that took the place of ours has its name.)
Result<bool> locked_another_of_the_name(Connection& connection, Oid oid, const std::string& name);

}  // namespace pg2athena::postgres
