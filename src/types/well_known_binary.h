// From PostGIS's extended well-known binary to the well-known binary of ISO 19125 and SQL/MM, which other
// programs read.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace pg2athena::types {

// EWKB says in flags of a geometry's type that it has Z, M and an SRID (liblwgeom/lwin_wkb.c of PostGIS); ISO
// adds 1000 for Z and 2000 for M and has no place for an SRID. Coordinates stay as they are. False when the
// bytes aren't EWKB of a geometry that PostGIS has; some of it may have been appended then.
bool append_iso_wkb(std::span<const std::byte> ewkb, ByteBuffer& out);

}  // namespace pg2athena::types
