// `columns:` of a selected table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// The error for a column that isn't there: NotFound, with what is near or all that there is. `of` is what it
// should be a column of, for people.
Error no_such_column(const std::string& of, std::span<const RelationColumn> columns, const std::string& name);

// Leaves the relation only the columns of these names, in the order of the names; no names leave it as it is.
// The names are taken as they are, without folding. NotFound for one that it has not, InvalidArgument for one
// that is named twice.
Result<void> project(Relation& relation, const std::vector<std::string>& columns);

}  // namespace pg2athena::postgres
