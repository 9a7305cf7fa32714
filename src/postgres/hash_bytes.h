// PostgreSQL's hash of bytes, so that what a server hashed can be compared with what we have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pg2athena::postgres {

// hash_bytes_extended() of src/common/hashfn.c without a seed: Bob Jenkins' lookup3, of 64 bits. In SQL it is
// hashtextextended(x COLLATE "C", 0) for texts of these bytes (src/backend/access/hash/hashfunc.c), cast to
// an unsigned number. The same on all little-endian servers, in all versions that have it (11 and later); an
// index that was built must stay usable.
std::uint64_t hash_bytes(std::span<const std::byte> bytes);

}  // namespace pg2athena::postgres
