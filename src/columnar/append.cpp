#include "columnar/append.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace pg2athena::columnar {
namespace {

std::unexpected<Error> misfit(const Column& column, std::string_view what) {
  return fail(ErrorKind::InvalidArgument,
              fmt::format("{} in a column of type {}", what, hive_name(column.type)));
}

// One more slot, with a value.
void end_slot(Column& column) {
  if (column.nullable) column.validity.push_back(true);
  ++column.length;
}

template <typename T>
void append_fixed(Column& column, T value) {
  column.values.append(reinterpret_cast<const std::byte*>(&value), sizeof value);
}

Result<void> end_offsets(Column& column, std::size_t end) {
  if (end > std::numeric_limits<std::uint32_t>::max()) {
    return misfit(column, "4 GiB of text, or as many entries,");
  }
  column.offsets.push_back(static_cast<std::uint32_t>(end));
  return {};
}

// What an integer of a type can be, from -most - 1 to most; a decimal's digits, from -most to most; a time of
// day, from 0 to most.
Int128 largest(const Type& type) {
  switch (type.id) {
    case TypeId::Int16:
      return std::numeric_limits<std::int16_t>::max();
    case TypeId::Decimal:
      return power_of_ten(type.precision) - 1;
    case TypeId::Time:
      return Int128{86'400} * 1'000'000 - 1;
    default:
      return type.storage() == Storage::Int32 ? Int128{std::numeric_limits<std::int32_t>::max()}
                                              : Int128{std::numeric_limits<std::int64_t>::max()};
  }
}

// A slot without a value in a column, and in its children: what stands there, nobody reads.
void fill_slot(Column& column) {
  switch (column.type.storage()) {
    case Storage::List:
    case Storage::Bytes:
      column.offsets.push_back(column.offsets.back());
      break;
    case Storage::Struct:
      for (Column& child : column.children) fill_slot(child);
      break;
    default:
      for (std::size_t i = 0; i < column.type.width(); ++i) column.values.push_back(std::byte{0});
      break;
  }
  if (column.nullable) {
    column.validity.push_back(false);
    ++column.null_count;
  }
  ++column.length;
}

}  // namespace

Result<void> append_null(Column& column) {
  if (!column.nullable) return misfit(column, "NULL, which isn't allowed there,");
  fill_slot(column);
  return {};
}

Result<void> append_boolean(Column& column, bool value) {
  if (column.type.id != TypeId::Boolean) return misfit(column, "a boolean");
  column.values.push_back(std::byte{value});
  end_slot(column);
  return {};
}

Result<void> append_integer(Column& column, Int128 value) {
  const Storage storage = column.type.storage();
  if (storage == Storage::Float || storage == Storage::Double) {
    return append_number(column, static_cast<double>(value));
  }
  if (storage != Storage::Int32 && storage != Storage::Int64 && storage != Storage::Int128) {
    return misfit(column, "an integer");
  }
  const Int128 most = largest(column.type);
  const TypeId id = column.type.id;
  const Int128 least = id == TypeId::Decimal ? -most : id == TypeId::Time ? Int128{0} : -most - 1;
  if (value < least || value > most) return misfit(column, "an integer that is too large");
  if (storage == Storage::Int32) append_fixed(column, static_cast<std::int32_t>(value));
  if (storage == Storage::Int64) append_fixed(column, static_cast<std::int64_t>(value));
  if (storage == Storage::Int128) append_fixed(column, value);
  end_slot(column);
  return {};
}

Result<void> append_number(Column& column, double value) {
  const Storage storage = column.type.storage();
  if (storage != Storage::Float && storage != Storage::Double)
    return misfit(column, "a floating-point number");
  if (storage == Storage::Float) {
    if (std::isfinite(value) && !std::isfinite(static_cast<float>(value))) {
      return misfit(column, "a number that is too large");
    }
    append_fixed(column, static_cast<float>(value));
  } else {
    append_fixed(column, value);
  }
  end_slot(column);
  return {};
}

Result<void> append_bytes(Column& column, std::span<const std::byte> value) {
  if (column.type.storage() != Storage::Bytes) return misfit(column, "text or bytes");
  PG2ATHENA_TRY(end_offsets(column, column.values.size() + value.size()));
  column.values.append(value);
  end_slot(column);
  return {};
}

Result<void> end_list(Column& column) {
  PG2ATHENA_ASSIGN(const Column* const entries, entries_of(column));
  PG2ATHENA_TRY(end_offsets(column, entries->length));
  end_slot(column);
  return {};
}

Result<void> end_struct(Column& column) {
  end_slot(column);
  return {};
}

Result<Column*> entries_of(Column& list) {
  if (list.type.storage() != Storage::List) return misfit(list, "a list");
  return &list.children[0];
}

Result<void> check_struct(const Column& column, std::size_t fields) {
  if (column.type.storage() == Storage::Struct && column.children.size() == fields) return {};
  return misfit(column, fmt::format("a struct of {} fields", fields));
}

}  // namespace pg2athena::columnar
