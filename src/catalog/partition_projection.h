// How Athena is told which partitions a table has, without any being registered: by a rule among the table's
// parameters ("Partition projection with Amazon Athena" in Athena's user guide). So one call moves a table of
// ten thousand partitions from run to run.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

// The parameters by which Athena finds all partitions of the run that the record shows, and no folder of
// another; `data_url` is where its files are, with a slash at its end. Days, years and whole numbers are
// projected from the first to the last that there is, months and texts as a list; of injected ones a query
// says which it wants. Unsupported for what can't be projected, which Athena would leave out without a word:
// NULLs of a table with rows; days before 1582-10-15; a text with a comma, a blank at an end, or a character
// that the folder's name has in another form; numbers too far apart; a list too long for Glue.
Result<std::map<std::string, std::string>> projection_parameters(const TableRecord& record,
                                                                 std::string_view data_url);

// Whether so many partitions lie too far apart in a range of so many days or numbers to be projected: Athena
// would look for each of them.
bool is_sparse(std::uint64_t partitions, std::uint64_t steps);

// Whether a parameter is one of those.
bool is_projection_parameter(std::string_view name);

}  // namespace pg2athena::catalog
