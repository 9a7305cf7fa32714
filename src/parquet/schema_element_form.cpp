#include "parquet/schema_element_form.h"

#include <utility>

namespace pg2athena::parquet {
namespace {

std::optional<ConvertedType> converted_integer(const LogicalType& logical) {
  switch (logical.bit_width) {
    case 8:
      return logical.is_signed ? ConvertedType::Int8 : ConvertedType::Uint8;
    case 16:
      return logical.is_signed ? ConvertedType::Int16 : ConvertedType::Uint16;
    case 32:
      return logical.is_signed ? ConvertedType::Int32 : ConvertedType::Uint32;
    case 64:
      return logical.is_signed ? ConvertedType::Int64 : ConvertedType::Uint64;
    default:
      return std::nullopt;
  }
}

std::optional<ConvertedType> converted_time(TimeUnit unit, ConvertedType millis, ConvertedType micros) {
  if (unit == TimeUnit::Millis) return millis;
  if (unit == TimeUnit::Micros) return micros;
  return std::nullopt;
}

// LogicalTypes.md has a table for each type. Times and timestamps of no zone get the legacy name too,
// although it meant UTC: "Parquet writer implementation must annotate local time with legacy annotations
// too".
std::optional<ConvertedType> converted_type(const LogicalType& logical) {
  switch (logical.kind) {
    case LogicalKind::String:
      return ConvertedType::Utf8;
    case LogicalKind::Map:
      return ConvertedType::Map;
    case LogicalKind::List:
      return ConvertedType::List;
    case LogicalKind::Enum:
      return ConvertedType::Enum;
    case LogicalKind::Decimal:
      return ConvertedType::Decimal;
    case LogicalKind::Date:
      return ConvertedType::Date;
    case LogicalKind::Time:
      return converted_time(logical.unit, ConvertedType::TimeMillis, ConvertedType::TimeMicros);
    case LogicalKind::Timestamp:
      return converted_time(logical.unit, ConvertedType::TimestampMillis, ConvertedType::TimestampMicros);
    case LogicalKind::Integer:
      return converted_integer(logical);
    case LogicalKind::Json:
      return ConvertedType::Json;
    case LogicalKind::Bson:
      return ConvertedType::Bson;
    case LogicalKind::Unknown:
    case LogicalKind::Null:
    case LogicalKind::Uuid:
      break;
  }
  return std::nullopt;
}

LogicalType of_integer(int bit_width, bool is_signed) {
  return {
      .kind = LogicalKind::Integer, .bit_width = static_cast<std::int8_t>(bit_width), .is_signed = is_signed};
}

LogicalType of_time(LogicalKind kind, TimeUnit unit) {
  return {.kind = kind, .utc = true, .unit = unit};
}

LogicalType logical_type(ConvertedType converted, std::int32_t precision, std::int32_t scale) {
  switch (converted) {
    case ConvertedType::Utf8:
      return {.kind = LogicalKind::String};
    case ConvertedType::Map:
    case ConvertedType::MapKeyValue:
      return {.kind = LogicalKind::Map};
    case ConvertedType::List:
      return {.kind = LogicalKind::List};
    case ConvertedType::Enum:
      return {.kind = LogicalKind::Enum};
    case ConvertedType::Decimal:
      return {.kind = LogicalKind::Decimal, .precision = precision, .scale = scale};
    case ConvertedType::Date:
      return {.kind = LogicalKind::Date};
    case ConvertedType::TimeMillis:
      return of_time(LogicalKind::Time, TimeUnit::Millis);
    case ConvertedType::TimeMicros:
      return of_time(LogicalKind::Time, TimeUnit::Micros);
    case ConvertedType::TimestampMillis:
      return of_time(LogicalKind::Timestamp, TimeUnit::Millis);
    case ConvertedType::TimestampMicros:
      return of_time(LogicalKind::Timestamp, TimeUnit::Micros);
    case ConvertedType::Uint8:
      return of_integer(8, false);
    case ConvertedType::Uint16:
      return of_integer(16, false);
    case ConvertedType::Uint32:
      return of_integer(32, false);
    case ConvertedType::Uint64:
      return of_integer(64, false);
    case ConvertedType::Int8:
      return of_integer(8, true);
    case ConvertedType::Int16:
      return of_integer(16, true);
    case ConvertedType::Int32:
      return of_integer(32, true);
    case ConvertedType::Int64:
      return of_integer(64, true);
    case ConvertedType::Json:
      return {.kind = LogicalKind::Json};
    case ConvertedType::Bson:
      return {.kind = LogicalKind::Bson};
  }
  return {.kind = LogicalKind::Unknown};
}

TimeUnitUnion union_of(TimeUnit unit) {
  TimeUnitUnion form;
  if (unit == TimeUnit::Millis) form.millis.emplace();
  if (unit == TimeUnit::Micros) form.micros.emplace();
  if (unit == TimeUnit::Nanos) form.nanos.emplace();
  return form;
}

LogicalTypeUnion union_of(const LogicalType& logical) {
  LogicalTypeUnion form;
  switch (logical.kind) {
    case LogicalKind::Decimal:
      form.decimal = {.scale = logical.scale, .precision = logical.precision};
      break;
    case LogicalKind::Time:
      form.time = {.utc = logical.utc, .unit = union_of(logical.unit)};
      break;
    case LogicalKind::Timestamp:
      form.timestamp = {.utc = logical.utc, .unit = union_of(logical.unit)};
      break;
    case LogicalKind::Integer:
      form.integer = {.bit_width = logical.bit_width, .is_signed = logical.is_signed};
      break;
    default:
      form.others.at(static_cast<std::size_t>(logical.kind)).emplace();
      break;
  }
  return form;
}

LogicalType time_of(LogicalKind kind, const TimeParameters& time) {
  const TimeUnit unit = time.unit.micros   ? TimeUnit::Micros
                        : time.unit.millis ? TimeUnit::Millis
                        : time.unit.nanos  ? TimeUnit::Nanos
                                           : TimeUnit::Unknown;
  return {.kind = kind, .utc = time.utc, .unit = unit};
}

LogicalType logical_type(const LogicalTypeUnion& form) {
  if (form.decimal) {
    return {.kind = LogicalKind::Decimal, .precision = form.decimal->precision, .scale = form.decimal->scale};
  }
  if (form.time) return time_of(LogicalKind::Time, *form.time);
  if (form.timestamp) return time_of(LogicalKind::Timestamp, *form.timestamp);
  if (form.integer) return of_integer(form.integer->bit_width, form.integer->is_signed);
  for (std::size_t i = 1; i < LogicalTypeUnion::kMembers; ++i) {
    if (form.others[i]) return {.kind = static_cast<LogicalKind>(i)};
  }
  return {.kind = LogicalKind::Unknown};
}

}  // namespace

SchemaElementForm WireForm<SchemaElement>::of(const SchemaElement& element) {
  SchemaElementForm form{.type = element.type,
                         .type_length = element.type_length,
                         .repetition = element.repetition,
                         .name = element.name,
                         .num_children = element.num_children};
  if (!element.logical_type) return form;
  form.converted_type = converted_type(*element.logical_type);
  if (element.logical_type->kind == LogicalKind::Decimal) {
    form.scale = element.logical_type->scale;
    form.precision = element.logical_type->precision;
  }
  form.logical_type = union_of(*element.logical_type);
  return form;
}

bool WireForm<SchemaElement>::read(SchemaElementForm&& form, SchemaElement& element) {
  element = {.type = form.type,
             .type_length = form.type_length,
             .repetition = form.repetition,
             .name = std::move(form.name),
             .num_children = form.num_children};
  // "scale: … If not specified, the scale is 0" (LogicalTypes.md, "DECIMAL").
  if (form.logical_type) {
    element.logical_type = logical_type(*form.logical_type);
  } else if (form.converted_type) {
    element.logical_type =
        logical_type(*form.converted_type, form.precision.value_or(0), form.scale.value_or(0));
  }
  return true;
}

}  // namespace pg2athena::parquet
