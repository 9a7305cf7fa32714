#include "types/type_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/int128.h"

namespace pg2athena::types {
namespace {

using columnar::Type;
using columnar::TypeId;

template <TypeId id>
Type plain(const PgType&) {
  return Type::of(id);
}
template <bool utc>
Type timestamp(const PgType&) {
  return Type::timestamp(utc);
}

struct NumericTypmod {
  int precision;
  int scale;
  // A negative scale is zeros before the point, one above the precision zeros behind it.
  int digits() const { return scale < 0 ? precision - scale : std::max(precision, scale); }
};

// numeric_typmod_precision and numeric_typmod_scale in numeric.c (11 bits of scale, signed, since PostgreSQL
// 15; never negative before).
std::optional<NumericTypmod> numeric_typmod(const PgType& type) {
  constexpr int kVarhdrsz = 4;
  if (type.typmod < kVarhdrsz) return std::nullopt;
  const int packed = type.typmod - kVarhdrsz;
  return NumericTypmod{.precision = (packed >> 16) & 0xFFFF, .scale = ((packed & 0x7FF) ^ 0x400) - 0x400};
}

// numeric(p,s) is DECIMAL, with the precision that a negative scale or one above p asks for; without a
// typmod, or with more digits than a decimal has, it is text.
Type numeric(const PgType& type) {
  const auto typmod = numeric_typmod(type);
  if (!typmod || typmod->digits() > kMaxDecimalDigits) return Type::of(TypeId::String);
  return Type::decimal(typmod->digits(), std::max(typmod->scale, 0));
}

DecoderPtr numeric_decoder(const PgType&, const Type& column, DecoderOptions) {
  return column.id == TypeId::Decimal ? make_decimal_decoder(column) : make_numeric_text_decoder();
}

template <DecoderPtr (*make)()>
DecoderPtr decoder(const PgType&, const Type&, DecoderOptions) {
  return make();
}
template <DecoderPtr (*make)(DecoderOptions)>
DecoderPtr decoder(const PgType&, const Type&, DecoderOptions options) {
  return make(options);
}

Type list(const PgType& type) {
  return Type::list(map_type(type.element[0]).column);
}

DecoderPtr list_decoder(const PgType& type, const Type&, DecoderOptions options) {
  const PgType& element = type.element[0];
  return make_array_decoder(element.oid, make_copy_decoder(element, map_type(element), options));
}

constexpr auto kText = &decoder<&make_text_decoder>;
constexpr std::string_view kInfinities = "infinity and -infinity";
constexpr std::string_view kEncoding = "text that is not UTF-8, where the database's encoding is SQL_ASCII";

constexpr std::array kTable = {
    TypeRow{oid::kBool, "boolean", WireForm::Binary, &plain<TypeId::Boolean>, &decoder<&make_boolean_decoder>,
            ""},
    TypeRow{oid::kInt2, "smallint", WireForm::Binary, &plain<TypeId::Int16>, &decoder<&make_int16_decoder>,
            ""},
    TypeRow{oid::kInt4, "integer", WireForm::Binary, &plain<TypeId::Int32>, &decoder<&make_int32_decoder>,
            ""},
    TypeRow{oid::kInt8, "bigint", WireForm::Binary, &plain<TypeId::Int64>, &decoder<&make_int64_decoder>, ""},
    TypeRow{oid::kOid, "oid", WireForm::Binary, &plain<TypeId::Int64>, &decoder<&make_oid_decoder>, ""},
    TypeRow{oid::kXid, "xid", WireForm::Binary, &plain<TypeId::Int64>, &decoder<&make_oid_decoder>, ""},
    TypeRow{oid::kFloat4, "real", WireForm::Binary, &plain<TypeId::Float32>, &decoder<&make_float32_decoder>,
            ""},
    TypeRow{oid::kFloat8, "double precision", WireForm::Binary, &plain<TypeId::Float64>,
            &decoder<&make_float64_decoder>, ""},
    TypeRow{oid::kNumeric, "numeric", WireForm::Binary, &numeric, &numeric_decoder, "NaN"},
    TypeRow{oid::kText, "text", WireForm::Binary, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{oid::kVarchar, "varchar", WireForm::Binary, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{oid::kBpchar, "char(n)", WireForm::Binary, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{oid::kName, "name", WireForm::Binary, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{0, "enum", WireForm::Binary, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{oid::kJson, "json", WireForm::Binary, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{oid::kJsonb, "jsonb", WireForm::Binary, &plain<TypeId::String>, &decoder<&make_jsonb_decoder>,
            kEncoding},
    TypeRow{oid::kTsvector, "tsvector", WireForm::OutputText, &plain<TypeId::String>, kText, kEncoding},
    TypeRow{oid::kUuid, "uuid", WireForm::Binary, &plain<TypeId::String>, &decoder<&make_uuid_decoder>, ""},
    TypeRow{oid::kBytea, "bytea", WireForm::Binary, &plain<TypeId::Binary>, &decoder<&make_binary_decoder>,
            ""},
    TypeRow{oid::kDate, "date", WireForm::Binary, &plain<TypeId::Date>, &decoder<&make_date_decoder>,
            kInfinities},
    TypeRow{oid::kTimestamp, "timestamp", WireForm::Binary, &timestamp<false>,
            &decoder<&make_timestamp_decoder>, "infinity and -infinity; later than 294247-01-10"},
    TypeRow{oid::kTimestamptz, "timestamptz", WireForm::Binary, &timestamp<true>,
            &decoder<&make_timestamp_decoder>, "infinity and -infinity; later than 294247-01-10"},
    TypeRow{0, "array", WireForm::Binary, &list, &list_decoder,
            "more than one dimension; a first subscript other than 1; what the element can fail on"},
    TypeRow{0, "any other", WireForm::OutputText, &plain<TypeId::String>, kText, kEncoding},
};

constexpr const TypeRow& row_named(std::string_view name) {
  return *std::ranges::find(kTable, name, &TypeRow::name);
}
constexpr const TypeRow& kEnum = row_named("enum");
constexpr const TypeRow& kArray = row_named("array");
constexpr const TypeRow& kAnyOther = row_named("any other");

const TypeRow& find_row(const PgType& type) {
  // An array is a list when its elements have a binary form of their own; otherwise the whole array goes as
  // text.
  if (type.is_array()) {
    const PgType& element = type.element[0];
    const bool listed = !element.is_array() && map_type(element).wire == WireForm::Binary;
    return listed ? kArray : kAnyOther;
  }
  if (type.kind == PgKind::Enum) return kEnum;
  const auto found =
      std::ranges::find_if(kTable, [&](const TypeRow& row) { return row.oid != 0 && row.oid == type.oid; });
  return found == kTable.end() ? kAnyOther : *found;
}

}  // namespace

std::span<const TypeRow> type_table() {
  return kTable;
}

std::optional<std::uint64_t> numeric_digits(const PgType& type) {
  if (type.oid != oid::kNumeric || type.is_array()) return std::nullopt;
  const auto typmod = numeric_typmod(type);
  return typmod ? std::optional(static_cast<std::uint64_t>(typmod->digits())) : std::nullopt;
}

TypeMapping map_type(const PgType& type) {
  const TypeRow& row = find_row(type);
  TypeMapping mapping{.row = &row, .column = row.column(type), .wire = row.wire, .note = ""};
  if (&row == &kAnyOther) {
    mapping.note = "as PostgreSQL's output text";
  } else if (row.oid == oid::kNumeric && mapping.column.id == TypeId::String) {
    mapping.note = type.typmod < 0 ? "numeric without precision: exact text"
                                   : fmt::format("more than {} digits: exact text", kMaxDecimalDigits);
  }
  return mapping;
}

DecoderPtr make_copy_decoder(const PgType& type, const TypeMapping& mapping, DecoderOptions options) {
  return mapping.row->copy_decoder(type, mapping.column, options);
}

}  // namespace pg2athena::types
