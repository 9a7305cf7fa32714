// The type table: one row decides everything about a PostgreSQL type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "columnar/schema.h"
#include "types/decoders.h"
#include "types/pg_type.h"

namespace pg2athena::types {

// How a value travels from the server.
enum class WireForm {
  Binary,      // the type's send function; the binary form is stable across server versions
  OutputText,  // what the type's output function prints, by format('%s', x)
};

struct TypeRow {
  Oid oid;                // 0: not a built-in type, found by its kind
  std::string_view name;  // pg_type.typname, or the kind
  WireForm wire;
  // The column's type, from the typmod where that matters.
  columnar::Type (*column)(const PgType& type);
  // The decoder for COPY. `column` is what the function above returned.
  DecoderPtr (*copy_decoder)(const PgType& type, const columnar::Type& column, DecoderOptions options);
  std::string_view can_fail_on;  // values that `column` can't hold; empty when there are none
};

// The rows, in the order of the documentation.
std::span<const TypeRow> type_table();

// The table applied to the type of one column.
struct TypeMapping {
  const TypeRow* row = nullptr;
  columnar::Type column;
  WireForm wire = WireForm::Binary;
  std::string
      note;  // what the plan says about it: what goes as text, or can fail; empty when nothing is special
};

// The most digits that a numeric(p,s) has, before and behind the point; nothing for any other type.
std::optional<std::uint64_t> numeric_digits(const PgType& type);

// Every type has a mapping: what the table does not know goes as its output text, and the note says so.
TypeMapping map_type(const PgType& type);

DecoderPtr make_copy_decoder(const PgType& type, const TypeMapping& mapping, DecoderOptions options);

}  // namespace pg2athena::types
