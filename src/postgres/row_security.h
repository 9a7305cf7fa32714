// Row security: whose policies hold for what is read.
//
// PostgreSQL applies the policies of the relation that a statement names, and of no other: a SELECT from a
// partitioned table, or from one that others inherit from, shows the rows of its parts whatever policies the
// parts have; a SELECT from a part shows all of its rows whatever policies the table above it has
// (get_row_security_policies in src/backend/rewrite/rowsecurity.c is called for the rewritten statement's own
// range table, expand_inherited_rtentry in src/backend/optimizer/util/inherit.c adds the parts later,
// without). So the parts of a table are read one by one only when no policy is in force on the table, on a
// part, nor on anything between or above; and a part that is exported by its own name, although a policy is
// in force above it, is refused: its rows would be in the lake, whoever keeps them from us by that policy.
#pragma once

#include <string>
#include <string_view>

namespace pg2athena::postgres {

// What becomes of a relation with a policy that is in force for us.
enum class RowSecurity {
  Refuse,  // the run is refused
  Apply,   // its rows are those that our role may see
};

// What to do about a refusal.
inline constexpr std::string_view kRowSecurityHint =
    "read as the tables' owner, or as a role with BYPASSRLS; or leave them out with --exclude; or have the "
    "rows that the role may see and no others: source.row_security: apply (--row-security apply)";

// An SQL condition: a policy is in force for us on a table that the relation is a partition or a child of, at
// any depth. `oid` is an expression of that type. Partitions are followed as they are now, whatever the
// statement's snapshot sees; children by INHERITS as the snapshot has them.
std::string row_security_above(std::string_view oid);

}  // namespace pg2athena::postgres
