#include "parquet/schema_mapping.h"

#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::unexpected<Error> fail_at(const Leaf& at, ErrorKind kind, std::string text) {
  return fail(Error(kind, std::move(text)).with("column", at.dotted_path()));
}

// Adds the nodes under a field, depth first. `at` is the way there: what the leaves below have in common.
class FieldMapping {
 public:
  explicit FieldMapping(MappedSchema& schema) : schema_(schema) {}

  Result<void> add(const Field& field, std::string_view name, Leaf at) {
    at.path.emplace_back(name);
    switch (field.type.id) {
      case TypeId::List:
        return add_list(field, std::move(at));
      case TypeId::Map:
        return add_map(field, std::move(at));
      case TypeId::Struct:
        return add_struct(field, std::move(at));
      default:
        return add_leaf(field, std::move(at));
    }
  }

 private:
  // Three levels (LogicalTypes.md, "Lists"): the list, its repeated entries, and the element in each.
  Result<void> add_list(const Field& field, Leaf at) {
    if (field.type.children.size() != 1) {
      return fail_at(at, ErrorKind::InvalidArgument, "a list needs one type of elements");
    }
    PG2ATHENA_TRY(enter(at, {.list = true, .nullable = field.nullable}));
    add_group(field, at.path.back(), 1);
    at.path.emplace_back("list");
    schema_.elements.push_back({.repetition = Repetition::Repeated, .name = "list", .num_children = 1});
    return add(field.type.children[0], "element", std::move(at));
  }

  // The same with two fields in each entry (LogicalTypes.md, "Maps"). The column has a list of structs for
  // it.
  Result<void> add_map(const Field& field, Leaf at) {
    if (field.type.children.size() != 2) {
      return fail_at(at, ErrorKind::InvalidArgument, "a map needs a key and a value");
    }
    if (field.type.children[0].nullable) {
      return fail_at(at, ErrorKind::InvalidArgument, "a map's key may not be NULL");
    }
    PG2ATHENA_TRY(enter(at, {.list = true, .nullable = field.nullable}));
    PG2ATHENA_TRY(enter(at, {.list = false, .nullable = false}));
    add_group(field, at.path.back(), 1);
    at.path.emplace_back("key_value");
    schema_.elements.push_back({.repetition = Repetition::Repeated, .name = "key_value", .num_children = 2});
    PG2ATHENA_TRY(add(field.type.children[0], "key", at));
    at.steps.back().child = 1;
    return add(field.type.children[1], "value", std::move(at));
  }

  Result<void> add_struct(const Field& field, Leaf at) {
    const std::vector<Field>& fields = field.type.children;
    if (fields.empty()) return fail_at(at, ErrorKind::InvalidArgument, "a struct needs a field");
    PG2ATHENA_TRY(enter(at, {.list = false, .nullable = field.nullable}));
    add_group(field, at.path.back(), fields.size());
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!names.insert(fields[i].name).second) {
        at.path.push_back(fields[i].name);
        return fail_at(at, ErrorKind::NameCollision, "two fields of a struct have one name");
      }
      at.steps.back().child = i;
      PG2ATHENA_TRY(add(fields[i], fields[i].name, at));
    }
    return {};
  }

  Result<void> add_leaf(const Field& field, Leaf at) {
    const Type& type = field.type;
    if (type.id == TypeId::Decimal && (type.precision < 1 || type.precision > kMaxDecimalDigits ||
                                       type.scale < 0 || type.scale > type.precision)) {
      return fail_at(at, ErrorKind::InvalidArgument,
                     fmt::format("there is no decimal({},{}) in Parquet", type.precision, type.scale));
    }
    PG2ATHENA_TRY(raise(at.max_definition, field.nullable ? 1 : 0, at));
    at.type = type;
    at.physical = physical_type(type);
    at.nullable = field.nullable;
    SchemaElement element{.type = at.physical,
                          .repetition = repetition_of(field.nullable),
                          .name = at.path.back(),
                          .logical_type = logical_type(type)};
    if (at.physical == PhysicalType::FixedLenByteArray) {
      at.fixed_bytes = decimal_bytes(type.precision);
      element.type_length = static_cast<std::int32_t>(at.fixed_bytes);
    }
    schema_.elements.push_back(std::move(element));
    schema_.leaves.push_back(std::move(at));
    return {};
  }

  void add_group(const Field& field, const std::string& name, std::size_t children) {
    schema_.elements.push_back({.repetition = repetition_of(field.nullable),
                                .name = name,
                                .num_children = static_cast<std::int32_t>(children),
                                .logical_type = logical_type(field.type)});
  }

  static Result<void> enter(Leaf& at, PathStep step) {
    // Structs that are never NULL have no levels, and need a limit all the same.
    if (at.steps.size() == kMostLevels) return too_deep(at);
    at.steps.push_back(step);
    PG2ATHENA_TRY(raise(at.max_definition, (step.nullable ? 1 : 0) + (step.list ? 1 : 0), at));
    return raise(at.max_repetition, step.list ? 1 : 0, at);
  }

  static Result<void> raise(std::uint8_t& level, int by, const Leaf& at) {
    if (level + by > static_cast<int>(kMostLevels)) return too_deep(at);
    level = static_cast<std::uint8_t>(level + by);
    return {};
  }

  static std::unexpected<Error> too_deep(const Leaf& at) {
    return fail_at(at, ErrorKind::Unsupported, fmt::format("nested more than {} levels deep", kMostLevels));
  }

  static constexpr std::size_t kMostLevels = std::numeric_limits<std::uint8_t>::max();

  MappedSchema& schema_;
};

// Options and receipts go by dotted paths.
Result<void> check_paths(const std::vector<Leaf>& leaves) {
  std::set<std::string> paths;
  for (const Leaf& leaf : leaves) {
    if (!paths.insert(leaf.dotted_path()).second) {
      return fail_at(leaf, ErrorKind::NameCollision, "two columns have one path");
    }
  }
  return {};
}

}  // namespace

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
    case TypeId::Time:
      return LogicalType{.kind = LogicalKind::Time, .utc = type.utc};
    case TypeId::String:
      return LogicalType{.kind = LogicalKind::String};
    case TypeId::List:
      return LogicalType{.kind = LogicalKind::List};
    case TypeId::Map:
      return LogicalType{.kind = LogicalKind::Map};
    default:
      return std::nullopt;
  }
}

std::string Leaf::dotted_path() const {
  return parquet::dotted_path(path);
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
    Leaf at;
    at.column = i;
    PG2ATHENA_TRY(FieldMapping(mapped).add(field, field.name, std::move(at)));
  }
  PG2ATHENA_TRY(check_paths(mapped.leaves));
  return mapped;
}

}  // namespace pg2athena::parquet
