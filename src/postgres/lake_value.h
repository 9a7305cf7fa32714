// The SQL that makes of a value in PostgreSQL what the lake has of it, so that a server can count, sum and
// hash what a file should hold. The one place that says so; the decoders in src/types say it in C++.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "postgres/scan.h"

namespace pg2athena::postgres {

// A text that a value in a file and the server's value both have, whatever their types: what is hashed.
enum class CanonicalText : std::uint8_t {
  None,    // there is no SQL for it
  Number,  // a whole number with the point `scale` digits before its end: of booleans 0 or 1, of dates days,
           // of timestamps and times seconds
  Bits,    // of floating point, its bits in hexadecimal digits
  Text,    // the text itself
  Hex,     // the bytes in hexadecimal digits: of binary, and of text that the server has in another encoding
};

// What a server can be asked of one leaf.
struct LeafMeasures {
  bool count = false;  // its values and its NULLs; without, there is nothing else
  bool sum = false;
  bool bounds = false;
  CanonicalText text = CanonicalText::None;
  int scale = 0;  // of a sum, of bounds and of a Number: digits behind the point
};

// A leaf's measures with the SQL for them. Expressions are of one row, but for the bounds.
struct LeafSql {
  LeafMeasures measures;
  columnar::TypeId type = columnar::TypeId::String;
  // Where the row's values are: 0 for the row itself, else the scope (LakeValues::scopes) of the innermost
  // list.
  std::size_t scope = 0;
  std::string value;  // NULL where the lake has NULL
  std::string sum;    // an argument for sum()
  std::string min;    // an aggregate
  std::string max;
  std::string text;  // of type text, without a collation
};

// All leaves of a source's columns, in the order in which files have them.
struct LakeValues {
  std::vector<LeafSql> leaves;
  // FROM items that have an entry for each element of a list, and one that is NULL for a list without
  // elements, as Parquet's levels do. The first is empty: the row itself.
  std::vector<std::string> scopes;
};

// In the expressions column i is called `<row>.c<i>`. `encoding` is the database's.
LakeValues lake_values(const std::vector<ScanColumn>& columns, const std::string& row,
                       const std::string& encoding);

}  // namespace pg2athena::postgres
