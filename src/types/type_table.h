// The type table: one row decides everything about a PostgreSQL type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columnar/schema.h"
#include "types/decoders.h"
#include "types/pg_type.h"
#include "types/type_choice.h"

namespace pg2athena::types {

// How a value travels from the server.
enum class WireForm {
  Binary,      // the type's send function; the binary form is stable across server versions
  OutputText,  // what the type's output function prints, by format('%s', x)
};

// One way to hold the values of a type.
struct TypeForm {
  std::string_view name;  // as the configuration spells it after `as:`; empty: only by default
  // The column's type, from the typmod where that matters; nothing where this form can't hold the type.
  std::optional<columnar::Type> (*column)(const PgType& type, const MappingRules& rules);
  // The decoder of the binary form, and of the text that stands inside of a container's text. Null: there is
  // none, and the value goes as text, or has to be text.
  DecoderPtr (*from_binary)(const DecoderContext& context);
  DecoderPtr (*from_text)(const DecoderContext& context);
  std::string_view can_fail_on = {};  // values that the column can't hold; empty when there are none
  std::string_view loses = {};        // what the column doesn't have of a value that it holds
  std::string_view athena = {};       // what Athena can't read, or shows otherwise
};

struct TypeRow {
  Oid oid;                          // 0: not a built-in type, found by its kind or its extension
  std::string_view name;            // pg_type.typname, or the kind
  std::span<const TypeForm> forms;  // the first that can hold the type is the default
  std::string_view extension = {};  // that the type comes with
};

// The rows, in the order of the documentation.
std::span<const TypeRow> type_table();

// The row that a name in the configuration means: "numeric", "timestamptz", or PostgreSQL's longer spelling
// ("timestamp with time zone"). Null when there is none.
const TypeRow* row_named(std::string_view name);

// The table applied to the type of one column, with what the operator chose. A tree, as types are.
struct TypeMapping {
  const TypeRow* row = nullptr;
  const TypeForm* form = nullptr;
  columnar::Type column;
  WireForm wire = WireForm::Binary;                                 // of the whole value
  OnUnrepresentable on_unrepresentable = OnUnrepresentable::Error;  // never String: that has become a form
  bool trim = false;
  std::vector<TypeMapping>
      parts;  // of an array its element, of a range its subtype, a composite's attributes
  // For the plan, of the whole tree. Each is empty when there is nothing to say.
  std::string note;         // what is special: that it goes as text
  std::string can_fail_on;  // values that are unrepresentable, and fall under the policy
  std::string loses;
  std::string athena;
};

// Every type has a mapping: what the table does not know goes as its output text, and the note says so.
// InvalidArgument where a choice isn't one for the type, with what it can be (the choice's place is in the
// message); NameCollision where two attributes of a composite type would have one name in the lake;
// Unsupported for a composite type without attributes.
Result<TypeMapping> map_type(const PgType& type, const MappingRules& rules = {},
                             const TypeChoice& choice = {});

// The most digits that a numeric(p,s) has, before and behind the point; nothing for any other type.
std::optional<std::uint64_t> numeric_digits(const PgType& type);

DecoderPtr make_copy_decoder(const PgType& type, const TypeMapping& mapping, const DecoderOptions& options);

}  // namespace pg2athena::types
