// How Athena is asked. Data only: also there in a build without AWS.
#pragma once

#include <string>

namespace pg2athena::catalog {

// The database, its catalog and the region are Glue's (glue_options.h).
struct AthenaOptions {
  std::string workgroup;        // empty: Athena's own, "primary"
  std::string output_location;  // where Athena puts results: s3://bucket/prefix/; empty: the workgroup's
  std::string endpoint;         // empty: by environment and region (aws/endpoint.h)

  bool operator==(const AthenaOptions&) const = default;
};

}  // namespace pg2athena::catalog
