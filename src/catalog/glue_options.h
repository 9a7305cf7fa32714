// How a lake's tables are told to AWS Glue's Data Catalog, where Athena looks for them.
#pragma once

#include <cstdint>
#include <string>

namespace pg2athena::catalog {

// What becomes of a column that Glue's table has and the source's has no more.
enum class DroppedColumns : std::uint8_t {
  Keep,    // it stays, behind the others, and is NULL: queries that name it go on
  Remove,  // it goes
};

struct GlueOptions {
  std::string database;    // empty: the lake isn't told to Glue
  std::string region;      // empty: the session's
  std::string endpoint;    // empty: by environment and region (aws/endpoint.h)
  std::string catalog_id;  // the account whose catalog it is; empty: whoever asks
  bool adopt = false;      // whether tables that another program made are taken over
  DroppedColumns dropped_columns = DroppedColumns::Keep;

  bool operator==(const GlueOptions&) const = default;
};

}  // namespace pg2athena::catalog
