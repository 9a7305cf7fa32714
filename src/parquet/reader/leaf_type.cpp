#include "parquet/reader/leaf_type.h"

#include <fmt/format.h>

#include "base/int128.h"

namespace pg2athena::parquet {
namespace {

using columnar::Type;
using columnar::TypeId;

constexpr std::int64_t kMicrosPerMilli = 1000;

std::unexpected<Error> wrong_physical() {
  return fail(ErrorKind::CorruptInput, "the logical type isn't one of its physical type");
}

// Without a logical type.
Result<LeafType> bare_type(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::Boolean:
      return LeafType{.type = Type::of(TypeId::Boolean)};
    case PhysicalType::Int32:
      return LeafType{.type = Type::of(TypeId::Int32)};
    case PhysicalType::Int64:
      return LeafType{.type = Type::of(TypeId::Int64)};
    case PhysicalType::Float:
      return LeafType{.type = Type::of(TypeId::Float32)};
    case PhysicalType::Double:
      return LeafType{.type = Type::of(TypeId::Float64)};
    case PhysicalType::ByteArray:
    case PhysicalType::FixedLenByteArray:
      return LeafType{.type = Type::of(TypeId::Binary)};
  }
  if (physical == kInt96) return fail(ErrorKind::Unsupported, "the type INT96");
  return fail(ErrorKind::CorruptInput, "a physical type that isn't one");
}

Result<LeafType> decimal_type(PhysicalType physical, const LogicalType& logical, std::size_t fixed_bytes) {
  const int precision = logical.precision;
  if (precision < 1 || logical.scale < 0 || logical.scale > precision) {
    return fail(ErrorKind::CorruptInput, fmt::format("there is no decimal({},{})", precision, logical.scale));
  }
  if (precision > kMaxDecimalDigits) {
    return fail(ErrorKind::Unsupported, fmt::format("a decimal of {} digits", precision));
  }
  constexpr int kInt32Digits = 9;
  constexpr int kInt64Digits = 18;
  switch (physical) {
    case PhysicalType::Int32:
      if (precision > kInt32Digits) return wrong_physical();
      break;
    case PhysicalType::Int64:
      if (precision > kInt64Digits) return wrong_physical();
      break;
    case PhysicalType::ByteArray:
    case PhysicalType::FixedLenByteArray:
      break;
    default:
      return wrong_physical();
  }
  return LeafType{.type = Type::decimal(precision, logical.scale), .fixed_bytes = fixed_bytes};
}

Result<LeafType> integer_type(PhysicalType physical, const LogicalType& logical) {
  const bool wide = logical.bit_width == 64;
  if (physical != (wide ? PhysicalType::Int64 : PhysicalType::Int32)) return wrong_physical();
  // The type that holds all values.
  const int bits = logical.is_signed ? logical.bit_width : 2 * logical.bit_width;
  switch (bits) {
    case 8:
    case 16:
      return LeafType{.type = Type::of(TypeId::Int16)};
    case 32:
      return LeafType{.type = Type::of(TypeId::Int32)};
    case 64:
      if (wide) return LeafType{.type = Type::of(TypeId::Int64)};
      break;
    default:
      break;
  }
  return fail(ErrorKind::Unsupported,
              fmt::format("{} integers of {} bits", logical.is_signed ? "signed" : "unsigned",
                          int{logical.bit_width}));
}

Result<LeafType> time_type(PhysicalType physical, const LogicalType& logical) {
  const bool millis = logical.unit == TimeUnit::Millis;
  if (!millis && logical.unit != TimeUnit::Micros) {
    return fail(ErrorKind::Unsupported, "times in nanoseconds or an unknown unit");
  }
  const bool timestamp = logical.kind == LogicalKind::Timestamp;
  if (physical != (millis && !timestamp ? PhysicalType::Int32 : PhysicalType::Int64)) return wrong_physical();
  return LeafType{.type = timestamp ? Type::timestamp(logical.utc) : Type::of(TypeId::Time),
                  .multiplier = millis ? kMicrosPerMilli : 1};
}

Result<LeafType> bytes_type(PhysicalType physical, TypeId id) {
  if (physical != PhysicalType::ByteArray) return wrong_physical();
  return LeafType{.type = Type::of(id)};
}

Result<LeafType> annotated_type(PhysicalType physical, const LogicalType& logical, std::size_t fixed_bytes) {
  switch (logical.kind) {
    case LogicalKind::Decimal:
      return decimal_type(physical, logical, fixed_bytes);
    case LogicalKind::Integer:
      return integer_type(physical, logical);
    case LogicalKind::Time:
    case LogicalKind::Timestamp:
      return time_type(physical, logical);
    case LogicalKind::Date:
      if (physical != PhysicalType::Int32) return wrong_physical();
      return LeafType{.type = Type::of(TypeId::Date)};
    case LogicalKind::String:
    case LogicalKind::Enum:
    case LogicalKind::Json:
      return bytes_type(physical, TypeId::String);
    case LogicalKind::Bson:
      return bytes_type(physical, TypeId::Binary);
    case LogicalKind::Uuid:
      if (physical != PhysicalType::FixedLenByteArray) return wrong_physical();
      return LeafType{.type = Type::of(TypeId::Binary), .fixed_bytes = fixed_bytes};
    case LogicalKind::Null: {
      PG2ATHENA_ASSIGN(LeafType type, bare_type(physical));
      type.fixed_bytes = fixed_bytes;
      return type;
    }
    case LogicalKind::List:
    case LogicalKind::Map:
      return wrong_physical();
    case LogicalKind::Unknown:
      break;
  }
  return fail(ErrorKind::Unsupported, fmt::format("the logical type {}", static_cast<int>(logical.kind)));
}

}  // namespace

Result<LeafType> leaf_type(const SchemaElement& element) {
  std::size_t fixed_bytes = 0;
  if (element.type == PhysicalType::FixedLenByteArray) {
    if (element.type_length.value_or(0) <= 0) {
      return fail(ErrorKind::CorruptInput, "values of a fixed length that have none");
    }
    fixed_bytes = static_cast<std::size_t>(*element.type_length);
  }
  if (element.logical_type) return annotated_type(*element.type, *element.logical_type, fixed_bytes);
  PG2ATHENA_ASSIGN(LeafType type, bare_type(*element.type));
  type.fixed_bytes = fixed_bytes;
  return type;
}

}  // namespace pg2athena::parquet
