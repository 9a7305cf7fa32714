// How a SchemaElement lies in the file: its logical type as a union, and once more as the legacy
// ConvertedType, which is all that old files have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "parquet/metadata.h"
#include "parquet/thrift_compact.h"

namespace pg2athena::parquet {

// ConvertedType in parquet.thrift, deprecated but required for old readers.
enum class ConvertedType : std::int32_t {
  Utf8 = 0,
  Map = 1,
  MapKeyValue = 2,
  List = 3,
  Enum = 4,
  Decimal = 5,
  Date = 6,
  TimeMillis = 7,
  TimeMicros = 8,
  TimestampMillis = 9,
  TimestampMicros = 10,
  Uint8 = 11,
  Uint16 = 12,
  Uint32 = 13,
  Uint64 = 14,
  Int8 = 15,
  Int16 = 16,
  Int32 = 17,
  Int64 = 18,
  Json = 19,
  Bson = 20,
};

struct DecimalParameters {
  std::int32_t scale = 0;
  std::int32_t precision = 0;
};
template <typename Archive>
void describe(Archive& archive, IsA<DecimalParameters> auto& decimal) {
  archive.field(1, decimal.scale);
  archive.field(2, decimal.precision);
}

// A union of empty structs.
struct TimeUnitUnion {
  std::optional<EmptyStruct> millis;
  std::optional<EmptyStruct> micros;
  std::optional<EmptyStruct> nanos;
};
template <typename Archive>
void describe(Archive& archive, IsA<TimeUnitUnion> auto& unit) {
  archive.field(1, unit.millis);
  archive.field(2, unit.micros);
  archive.field(3, unit.nanos);
}

struct TimeParameters {
  bool utc = false;
  TimeUnitUnion unit;
};
template <typename Archive>
void describe(Archive& archive, IsA<TimeParameters> auto& time) {
  archive.field(1, time.utc);
  archive.field(2, time.unit);
}

struct IntegerParameters {
  std::int8_t bit_width = 0;
  bool is_signed = false;
};
template <typename Archive>
void describe(Archive& archive, IsA<IntegerParameters> auto& integer) {
  archive.field(1, integer.bit_width);
  archive.field(2, integer.is_signed);
}

// The union LogicalType. Its members without parameters, and those of which the parameters aren't known, are
// told by their ids.
struct LogicalTypeUnion {
  static constexpr std::size_t kMembers = 20;  // ids are less

  std::optional<DecimalParameters> decimal;
  std::optional<TimeParameters> time;
  std::optional<TimeParameters> timestamp;
  std::optional<IntegerParameters> integer;
  std::array<std::optional<EmptyStruct>, kMembers> others;
};
template <typename Archive>
void describe(Archive& archive, IsA<LogicalTypeUnion> auto& logical) {
  for (std::size_t i = 1; i < LogicalTypeUnion::kMembers; ++i) {
    const auto id = static_cast<std::int16_t>(i);
    switch (static_cast<LogicalKind>(id)) {
      case LogicalKind::Decimal:
        archive.field(id, logical.decimal);
        break;
      case LogicalKind::Time:
        archive.field(id, logical.time);
        break;
      case LogicalKind::Timestamp:
        archive.field(id, logical.timestamp);
        break;
      case LogicalKind::Integer:
        archive.field(id, logical.integer);
        break;
      default:
        archive.field(id, logical.others[i]);
        break;
    }
  }
}

struct SchemaElementForm {
  std::optional<PhysicalType> type;
  std::optional<std::int32_t> type_length;
  std::optional<Repetition> repetition;
  std::string name;
  std::optional<std::int32_t> num_children;
  std::optional<ConvertedType> converted_type;
  std::optional<std::int32_t> scale;
  std::optional<std::int32_t> precision;
  std::optional<LogicalTypeUnion> logical_type;
};
template <typename Archive>
void describe(Archive& archive, IsA<SchemaElementForm> auto& element) {
  archive.field(1, element.type);
  archive.field(2, element.type_length);
  archive.field(3, element.repetition);
  archive.field(4, element.name);
  archive.field(5, element.num_children);
  archive.field(6, element.converted_type);
  archive.field(7, element.scale);
  archive.field(8, element.precision);
  archive.field(10, element.logical_type);
}

template <>
struct WireForm<SchemaElement> {
  using Form = SchemaElementForm;
  static Form of(const SchemaElement& element);
  static bool read(Form&& form, SchemaElement& element);
};

}  // namespace pg2athena::parquet
