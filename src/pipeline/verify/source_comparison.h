// What a shard's files have, by its receipt, against what the server itself says of the shard's rows.
#pragma once

#include <cstdint>
#include <vector>

#include "catalog/receipt.h"
#include "columnar/schema.h"
#include "pipeline/verify/difference.h"
#include "postgres/server_totals.h"

namespace pg2athena::pipeline {

// Of the receipt, with its columns. `leaves` say how far each leaf can be compared.
std::vector<Difference> compare_with_source(const catalog::Receipt& receipt, const columnar::Schema& schema,
                                            const std::vector<postgres::LeafSql>& leaves,
                                            const postgres::ServerTotals& server);

// The digests of values that were read back from the shard's files.
std::vector<Difference> compare_digests(const catalog::Receipt& receipt, const columnar::Schema& schema,
                                        const std::vector<std::optional<std::uint64_t>>& server,
                                        const std::vector<std::uint64_t>& found);

}  // namespace pg2athena::pipeline
