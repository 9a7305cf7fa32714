#include "parquet/type_text.h"

#include <utility>

#include <fmt/format.h>

#include "parquet/schema_mapping.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

std::string physical_text(const Type& type) {
  switch (physical_type(type)) {
    case PhysicalType::Boolean:
      return "BOOLEAN";
    case PhysicalType::Int32:
      return "INT32";
    case PhysicalType::Int64:
      return "INT64";
    case PhysicalType::Float:
      return "FLOAT";
    case PhysicalType::Double:
      return "DOUBLE";
    case PhysicalType::ByteArray:
      return "BYTE_ARRAY";
    case PhysicalType::FixedLenByteArray:
      return fmt::format("FIXED_LEN_BYTE_ARRAY({})", decimal_bytes(type.precision));
  }
  std::unreachable();
}

// As LogicalTypes.md writes them. Of what this program writes, all units are microseconds.
std::string logical_text(const LogicalType& logical) {
  const std::string_view zone = logical.utc ? ", UTC" : "";
  switch (logical.kind) {
    case LogicalKind::String:
      return " STRING";
    case LogicalKind::Decimal:
      return fmt::format(" DECIMAL({},{})", logical.precision, logical.scale);
    case LogicalKind::Date:
      return " DATE";
    case LogicalKind::Time:
      return fmt::format(" TIME(MICROS{})", zone);
    case LogicalKind::Timestamp:
      return fmt::format(" TIMESTAMP(MICROS{})", zone);
    case LogicalKind::Integer:
      return fmt::format(" INT({}, {})", logical.bit_width, logical.is_signed ? "signed" : "unsigned");
    default:
      return "";
  }
}

}  // namespace

std::string type_text(const Type& type) {
  switch (type.id) {
    case TypeId::List:
      return fmt::format("LIST<{}>", type_text(type.children[0].type));
    case TypeId::Map:
      return fmt::format("MAP<{}, {}>", type_text(type.children[0].type), type_text(type.children[1].type));
    case TypeId::Struct: {
      std::string fields;
      for (const Field& field : type.children) {
        fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", field.name, type_text(field.type));
      }
      return fmt::format("group {{{}}}", fields);
    }
    default: {
      const auto logical = logical_type(type);
      return physical_text(type) + (logical ? logical_text(*logical) : std::string());
    }
  }
}

}  // namespace pg2athena::parquet
