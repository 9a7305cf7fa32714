// Values as PostgreSQL servers sent them, with the SQL that made them: wire_fixtures.txt, for tests.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "types/pg_type.h"

namespace pg2athena::types {

struct WireFixture {
  PgType type;
  std::string sql;               // '{1,NULL}'::integer[]
  std::string text;              // what the type's output function prints
  std::vector<std::byte> bytes;  // what its send function sends
  int line = 0;                  // of the file, for messages

  // As a WireValue points at it: behind its length.
  std::vector<std::byte> field() const;
};

// What the file has. Aborts, with the line, where it isn't as scripts/capture-wire-fixtures writes it.
std::vector<WireFixture> parse_wire_fixtures(std::string_view file);
// wire_fixtures.txt. Those of one section: "arrays"; or all.
std::vector<WireFixture> wire_fixtures(std::string_view section = "");

// A type as the file describes it; what has its default is left out.
PgType type_from_json(const nlohmann::json& json);
nlohmann::json type_to_json(const PgType& type);

}  // namespace pg2athena::types
