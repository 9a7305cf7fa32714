#include "types/type_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "types/numeric_typmod.h"

namespace pg2athena::types {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

using ColumnOf = std::optional<Type> (*)(const PgType&, const MappingRules&);

template <TypeId id>
std::optional<Type> plain(const PgType&, const MappingRules&) {
  return Type::of(id);
}
template <bool utc>
std::optional<Type> timestamp(const PgType&, const MappingRules&) {
  return Type::timestamp(utc);
}
std::optional<Type> time_in_utc(const PgType&, const MappingRules&) {
  Type type = Type::of(TypeId::Time);
  type.utc = true;
  return type;
}

// numeric(p,s) is DECIMAL, with the precision that a negative scale or one above p asks for.
std::optional<Type> decimal(const PgType& type, const MappingRules&) {
  const auto typmod = numeric_typmod(type);
  if (!typmod || typmod->digits() > kMaxDecimalDigits) return std::nullopt;
  return Type::decimal(typmod->digits(), std::max(typmod->scale, 0));
}

// Cash is 64 bits (src/include/utils/cash.h): 19 digits, wherever the point is.
std::optional<Type> money(const PgType&, const MappingRules& rules) {
  constexpr int kCashDigits = 19;
  return Type::decimal(kCashDigits, rules.money_digits);
}

std::optional<Type> interval(const PgType&, const MappingRules&) {
  const auto field = [](const char* name, TypeId id) {
    return Field{.name = name, .type = Type::of(id), .nullable = false};
  };
  return Type::structure(
      {field("months", TypeId::Int32), field("days", TypeId::Int32), field("micros", TypeId::Int64)});
}

std::optional<Type> vector(const PgType&, const MappingRules&) {
  return Type::list(Type::of(TypeId::Float32), /*element_nullable=*/false);
}

std::optional<Type> hstore(const PgType&, const MappingRules&) {
  return Type::map(Type::of(TypeId::String), Type::of(TypeId::String));
}

constexpr std::string_view kInfinities = "±infinity";
constexpr std::string_view kTimestamps = "±infinity, later than 294247-01-10";
constexpr std::string_view kMilliseconds = "shows milliseconds, rounded half up";

// Every type can go as the text that PostgreSQL prints.
constexpr TypeForm kAsString{
    .name = "string", .column = &plain<TypeId::String>, .from_binary = nullptr, .from_text = nullptr};

// A type that is one kind of column, and nothing else but text.
template <ColumnOf column, DecoderPtr (*binary)(const DecoderContext&),
          DecoderPtr (*text)(const DecoderContext&)>
inline constexpr std::array kForms = {
    TypeForm{.name = "", .column = column, .from_binary = binary, .from_text = text}, kAsString};

constexpr TypeForm text_from(DecoderPtr (*binary)(const DecoderContext&)) {
  return {.name = "string", .column = &plain<TypeId::String>, .from_binary = binary, .from_text = nullptr};
}

constexpr std::array kText = {text_from(&make_text_decoder)};
constexpr std::array kJsonb = {text_from(&make_jsonb_decoder)};
constexpr std::array kUuid = {text_from(&make_uuid_decoder)};
constexpr std::array kOutputText = {kAsString};

constexpr std::array kNumeric = {
    TypeForm{.name = "decimal",
             .column = &decimal,
             .from_binary = &make_decimal_decoder,
             .from_text = &make_decimal_text_decoder,
             .can_fail_on = "NaN"},
    text_from(&make_numeric_text_decoder),
};

constexpr std::array kMoney = {
    TypeForm{.name = "decimal", .column = &money, .from_binary = &make_money_decoder, .from_text = nullptr},
    kAsString};

constexpr std::array kDate = {TypeForm{.name = "date",
                                       .column = &plain<TypeId::Date>,
                                       .from_binary = &make_date_decoder,
                                       .from_text = &make_date_text_decoder,
                                       .can_fail_on = kInfinities},
                              kAsString};

template <bool utc>
inline constexpr std::array kTimestampForms = {
    TypeForm{.name = "micros",
             .column = &timestamp<utc>,
             .from_binary = &make_timestamp_decoder,
             .from_text = &make_timestamp_text_decoder,
             .can_fail_on = kTimestamps,
             .athena = kMilliseconds},
    TypeForm{.name = "millis_floor",
             .column = &timestamp<utc>,
             .from_binary = &make_timestamp_millis_floor_decoder,
             .from_text = &make_timestamp_millis_floor_text_decoder,
             .can_fail_on = kTimestamps,
             .loses = "what is finer than milliseconds"},
    TypeForm{.name = "bigint",
             .column = &plain<TypeId::Int64>,
             .from_binary = &make_timestamp_decoder,
             .from_text = &make_timestamp_text_decoder,
             .can_fail_on = kTimestamps},
    kAsString,
};

constexpr std::array kTime = {text_from(&make_time_to_text_decoder),
                              TypeForm{.name = "micros",
                                       .column = &plain<TypeId::Time>,
                                       .from_binary = &make_time_decoder,
                                       .from_text = nullptr,
                                       .can_fail_on = "24:00:00",
                                       .athena = "reads it as bigint: microseconds since midnight"}};
constexpr std::array kTimetz = {text_from(&make_timetz_to_text_decoder),
                                TypeForm{.name = "micros",
                                         .column = &time_in_utc,
                                         .from_binary = &make_timetz_decoder,
                                         .from_text = nullptr,
                                         .can_fail_on = "24:00:00",
                                         .loses = "the zone: it is the time in UTC",
                                         .athena = "reads it as bigint: microseconds since midnight"}};
constexpr std::array kInterval = {kAsString, TypeForm{.name = "struct",
                                                      .column = &interval,
                                                      .from_binary = &make_interval_decoder,
                                                      .from_text = nullptr,
                                                      .can_fail_on = kInfinities}};

constexpr std::array kGeometry = {TypeForm{.name = "wkb",
                                           .column = &plain<TypeId::Binary>,
                                           .from_binary = &make_wkb_decoder,
                                           .from_text = &make_wkb_text_decoder,
                                           .loses = "the SRID"},
                                  TypeForm{.name = "ewkb",
                                           .column = &plain<TypeId::Binary>,
                                           .from_binary = &make_ewkb_decoder,
                                           .from_text = &make_ewkb_text_decoder,
                                           .athena = "ST_GeomFromBinary() takes WKB, not EWKB"},
                                  kAsString};

// What contains other values: the column is made from theirs (type_mapping.cpp).
template <DecoderPtr (*binary)(const DecoderContext&), DecoderPtr (*text)(const DecoderContext&)>
inline constexpr std::array kContainer = {
    TypeForm{.name = "", .column = nullptr, .from_binary = binary, .from_text = text}, kAsString};
constexpr std::array kArray = {
    TypeForm{.name = "",
             .column = nullptr,
             .from_binary = &make_array_decoder,
             .from_text = &make_array_text_decoder,
             .can_fail_on = "more than one dimension, a first subscript other than 1"},
    kAsString};

constexpr std::array kTable = {
    TypeRow{oid::kBool, "boolean",
            kForms<&plain<TypeId::Boolean>, &make_boolean_decoder, &make_boolean_text_decoder>},
    TypeRow{oid::kInt2, "smallint",
            kForms<&plain<TypeId::Int16>, &make_int16_decoder, &make_int16_text_decoder>},
    TypeRow{oid::kInt4, "integer",
            kForms<&plain<TypeId::Int32>, &make_int32_decoder, &make_int32_text_decoder>},
    TypeRow{oid::kInt8, "bigint",
            kForms<&plain<TypeId::Int64>, &make_int64_decoder, &make_int64_text_decoder>},
    TypeRow{oid::kOid, "oid", kForms<&plain<TypeId::Int64>, &make_oid_decoder, &make_int64_text_decoder>},
    TypeRow{oid::kXid, "xid", kForms<&plain<TypeId::Int64>, &make_oid_decoder, &make_int64_text_decoder>},
    TypeRow{oid::kFloat4, "real",
            kForms<&plain<TypeId::Float32>, &make_float32_decoder, &make_float32_text_decoder>},
    TypeRow{oid::kFloat8, "double precision",
            kForms<&plain<TypeId::Float64>, &make_float64_decoder, &make_float64_text_decoder>},
    TypeRow{oid::kNumeric, "numeric", kNumeric},
    TypeRow{oid::kMoney, "money", kMoney},
    TypeRow{oid::kText, "text", kText},
    TypeRow{oid::kVarchar, "varchar", kText},
    TypeRow{oid::kBpchar, "char", kText},
    TypeRow{oid::kName, "name", kText},
    TypeRow{0, "citext", kText, "citext"},
    TypeRow{0, "enum", kText},
    TypeRow{oid::kJson, "json", kText},
    TypeRow{oid::kJsonb, "jsonb", kJsonb},
    TypeRow{oid::kXml, "xml", kOutputText},
    TypeRow{oid::kTsvector, "tsvector", kOutputText},
    TypeRow{oid::kTsquery, "tsquery", kOutputText},
    TypeRow{0, "ltree", kOutputText, "ltree"},
    TypeRow{oid::kUuid, "uuid", kUuid},
    TypeRow{oid::kBytea, "bytea",
            kForms<&plain<TypeId::Binary>, &make_binary_decoder, &make_bytea_text_decoder>},
    TypeRow{oid::kDate, "date", kDate},
    TypeRow{oid::kTimestamp, "timestamp", kTimestampForms<false>},
    TypeRow{oid::kTimestamptz, "timestamptz", kTimestampForms<true>},
    TypeRow{oid::kTime, "time", kTime},
    TypeRow{oid::kTimetz, "timetz", kTimetz},
    TypeRow{oid::kInterval, "interval", kInterval},
    TypeRow{0, "array", kArray},
    TypeRow{0, "composite", kContainer<&make_composite_decoder, &make_composite_text_decoder>},
    TypeRow{0, "hstore", kForms<&hstore, &make_hstore_decoder, &make_hstore_text_decoder>, "hstore"},
    TypeRow{0, "range", kContainer<&make_range_decoder, &make_range_text_decoder>},
    TypeRow{0, "multirange", kContainer<&make_multirange_decoder, &make_multirange_text_decoder>},
    TypeRow{0, "geometry", kGeometry, "postgis"},
    TypeRow{0, "geography", kGeometry, "postgis"},
    TypeRow{0, "vector", kForms<&vector, &make_vector_decoder, &make_vector_text_decoder>, "vector"},
    TypeRow{0, "any other", kOutputText},
};

// What format_type() prints, where the rows have the shorter name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSpellings = {{
    {"character varying", "varchar"},
    {"character", "char"},
    {"decimal", "numeric"},
    {"timestamp without time zone", "timestamp"},
    {"timestamp with time zone", "timestamptz"},
    {"time without time zone", "time"},
    {"time with time zone", "timetz"},
}};

}  // namespace

std::span<const TypeRow> type_table() {
  return kTable;
}

const TypeRow* row_named(std::string_view name) {
  const auto* const spelling = std::ranges::find(kSpellings, name, &decltype(kSpellings)::value_type::first);
  if (spelling != kSpellings.end()) name = spelling->second;
  const auto* const row = std::ranges::find(kTable, name, &TypeRow::name);
  return row == kTable.end() ? nullptr : row;
}

}  // namespace pg2athena::types
