// What a plan will make that Athena does not read well: for lakes in S3, where Athena looks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/plan.h"

namespace pg2athena::pipeline {

// One line for each table and matter, by matter; where one is of many tables, one line for all of them. Each
// says what, why it matters, and what to do. They are estimates where they count: the statistics of the
// server, where it has some.
std::vector<std::string> athena_warnings(const Plan& plan);

// What makes fewer partitions: "partition it by year".
std::string_view fewer_partitions(types::PartitionBy by);

// Of tables that would have more partitions than limits.partitions takes, wherever the lake is: the run would
// end with an error, after it has read for a while.
std::vector<std::string> partition_limit_warnings(const Plan& plan);

}  // namespace pg2athena::pipeline
