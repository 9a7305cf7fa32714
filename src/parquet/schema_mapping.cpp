#include "parquet/schema_mapping.h"

#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/int128.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Storage;
using columnar::Type;
using columnar::TypeId;

Repetition repetition_of(bool nullable) {
  return nullable ? Repetition::Optional : Repetition::Required;
}

PhysicalType physical_type(const Type& type) {
  switch (type.storage()) {
    case Storage::Byte:
      return PhysicalType::Boolean;
    case Storage::Int32:
      return PhysicalType::Int32;
    case Storage::Int64:
      return PhysicalType::Int64;
    case Storage::Int128:
      return PhysicalType::FixedLenByteArray;
    case Storage::Float:
      return PhysicalType::Float;
    case Storage::Double:
      return PhysicalType::Double;
    case Storage::Bytes:
      return PhysicalType::ByteArray;
    case Storage::List:
    case Storage::Struct:
      break;
  }
  std::unreachable();
}

std::optional<LogicalType> logical_type(const Type& type) {
  switch (type.id) {
    case TypeId::Int16:
      return LogicalType{.kind = LogicalKind::Integer, .bit_width = 16};
    case TypeId::Decimal:
      return LogicalType{.kind = LogicalKind::Decimal, .precision = type.precision, .scale = type.scale};
    case TypeId::Date:
      return LogicalType{.kind = LogicalKind::Date};
    case TypeId::Timestamp:
      return LogicalType{.kind = LogicalKind::Timestamp, .utc = type.utc};
    // PostgreSQL's time has no zone.
    case TypeId::Time:
      return LogicalType{.kind = LogicalKind::Time, .utc = false};
    case TypeId::String:
      return LogicalType{.kind = LogicalKind::String};
    case TypeId::List:
      return LogicalType{.kind = LogicalKind::List};
    default:
      return std::nullopt;
  }
}

// Adds the nodes of one column, from its top to its leaf.
class ColumnMapping {
 public:
  ColumnMapping(MappedSchema& schema, std::size_t column) : schema_(schema) { leaf_.column = column; }

  Result<void> add(const Field& field, std::string_view name) {
    leaf_.path.emplace_back(name);
    switch (field.type.id) {
      case TypeId::List:
        return add_list(field, name);
      case TypeId::Map:
      case TypeId::Struct:
        return fail(ErrorKind::Unsupported, "the Parquet writer has no maps and structs yet");
      default:
        return add_leaf(field, name);
    }
  }

 private:
  // Three levels (LogicalTypes.md, "Lists"): the list, its repeated entries, and the element in each.
  Result<void> add_list(const Field& field, std::string_view name) {
    schema_.elements.push_back({.repetition = repetition_of(field.nullable),
                                .name = std::string(name),
                                .num_children = 1,
                                .logical_type = logical_type(field.type)});
    schema_.elements.push_back({.repetition = Repetition::Repeated, .name = "list", .num_children = 1});
    leaf_.path.emplace_back("list");
    leaf_.lists.push_back(field.nullable);
    // Two definition levels a list; the leaf may add one more.
    constexpr std::size_t kDeepest = (std::numeric_limits<std::uint8_t>::max() - 1) / 2;
    if (leaf_.lists.size() > kDeepest) {
      return fail(ErrorKind::Unsupported, fmt::format("lists within lists, more than {} deep", kDeepest));
    }
    leaf_.max_definition = static_cast<std::uint8_t>(leaf_.max_definition + (field.nullable ? 2 : 1));
    leaf_.max_repetition = static_cast<std::uint8_t>(leaf_.max_repetition + 1);
    return add(field.type.children[0], "element");
  }

  Result<void> add_leaf(const Field& field, std::string_view name) {
    const Type& type = field.type;
    if (type.id == TypeId::Decimal && (type.precision < 1 || type.precision > kMaxDecimalDigits ||
                                       type.scale < 0 || type.scale > type.precision)) {
      return fail(ErrorKind::InvalidArgument,
                  fmt::format("there is no decimal({},{}) in Parquet", type.precision, type.scale));
    }
    leaf_.type = type;
    leaf_.physical = physical_type(type);
    leaf_.nullable = field.nullable;
    if (field.nullable) leaf_.max_definition = static_cast<std::uint8_t>(leaf_.max_definition + 1);
    SchemaElement element{.type = leaf_.physical,
                          .repetition = repetition_of(field.nullable),
                          .name = std::string(name),
                          .logical_type = logical_type(type)};
    if (leaf_.physical == PhysicalType::FixedLenByteArray) {
      leaf_.fixed_bytes = decimal_bytes(type.precision);
      element.type_length = static_cast<std::int32_t>(leaf_.fixed_bytes);
    }
    schema_.elements.push_back(std::move(element));
    schema_.leaves.push_back(std::move(leaf_));
    return {};
  }

  MappedSchema& schema_;
  Leaf leaf_;
};

}  // namespace

std::string Leaf::dotted_path() const {
  std::string dotted = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) dotted += "." + path[i];
  return dotted;
}

std::size_t decimal_bytes(int precision) {
  std::size_t bytes = 1;
  while (bytes < sizeof(Int128) && ((Int128{1} << (8 * bytes - 1)) < power_of_ten(precision))) ++bytes;
  return bytes;
}

Result<MappedSchema> map_schema(const columnar::Schema& schema) {
  if (schema.fields.empty()) return fail(ErrorKind::InvalidArgument, "a Parquet file needs a column");
  MappedSchema mapped;
  mapped.elements.push_back(
      {.name = "schema", .num_children = static_cast<std::int32_t>(schema.fields.size())});
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    if (!names.insert(field.name).second) {
      return fail(Error(ErrorKind::NameCollision, "two columns have one name").with("column", field.name));
    }
    if (auto added = ColumnMapping(mapped, i).add(field, field.name); !added) {
      return fail(std::move(added).error().with("column", field.name));
    }
  }
  return mapped;
}

}  // namespace pg2athena::parquet
