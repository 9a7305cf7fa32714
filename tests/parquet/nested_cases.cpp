#include "nested_cases.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "case_values.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

ColumnCase column(std::string name, Type type, bool nullable, std::function<Value(std::size_t)> value) {
  return {{.name = std::move(name), .type = std::move(type), .nullable = nullable}, std::move(value)};
}

Field required(std::string name, Type type) {
  return {.name = std::move(name), .type = std::move(type), .nullable = false};
}

Field optional(std::string name, Type type) {
  return {.name = std::move(name), .type = std::move(type), .nullable = true};
}

Value now_and_then_null(Value value, std::size_t row, std::uint64_t seed) {
  return mix(row * 5 + seed) % 6 == 0 ? Value(Null{}) : std::move(value);
}

// A struct with a required and a nullable field of every type.
ColumnCase struct_of_every_type(bool nullable) {
  std::vector<Field> fields;
  for (const Type& type : scalar_types()) {
    fields.push_back(required(fmt::format("r{}", fields.size()), type));
    fields.push_back(optional(fmt::format("n{}", fields.size()), type));
  }
  return column("s", Type::structure(fields), nullable, [fields, nullable](std::size_t row) -> Value {
    Record record;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      Value value = any_value(fields[i].type, row, i);
      record.push_back(fields[i].nullable ? now_and_then_null(std::move(value), row, i) : std::move(value));
    }
    return nullable ? now_and_then_null(std::move(record), row, 99) : Value(std::move(record));
  });
}

// A map with keys of each type that can tell them apart, and values of the next type.
std::vector<ColumnCase> maps_of_every_type() {
  const std::vector<Type> types = scalar_types();
  std::vector<ColumnCase> columns;
  for (std::size_t t = 0; t < types.size(); ++t) {
    const Type& key = types[t];
    const Type& value = types[(t + 1) % types.size()];
    columns.push_back(column(
        fmt::format("m{}", t), Type::map(key, value), t % 2 == 0, [key, value, t](std::size_t row) -> Value {
          const std::uint64_t bits = mix(row * 3 + t);
          if (t % 2 == 0 && bits % 7 == 0) return Null{};
          Elements entries;
          if (bits % 5 == 0) return entries;
          // Booleans are two; of the others two random ones differ.
          if (key.id == TypeId::Boolean) {
            entries.push_back(Record{true, now_and_then_null(any_value(value, row, 1), row, 2)});
            entries.push_back(Record{false, now_and_then_null(any_value(value, row, 2), row, 3)});
            return entries;
          }
          entries.push_back(
              Record{any_value(key, row, 4), now_and_then_null(any_value(value, row, 1), row, 4)});
          return entries;
        }));
  }
  return columns;
}

const Type kPoint =
    Type::structure({required("x", Type::of(TypeId::Float64)), optional("y", Type::of(TypeId::Float32))});

Value point(std::size_t row) {
  return Record{any_value(Type::of(TypeId::Float64), row, 1),
                now_and_then_null(any_value(Type::of(TypeId::Float32), row, 2), row, 3)};
}

std::vector<ColumnCase> nested_columns() {
  const Type text = Type::of(TypeId::String);
  const Type number = Type::of(TypeId::Int64);
  const auto length = [](std::size_t row, std::uint64_t seed) { return mix(row + seed) % 4; };
  std::vector<ColumnCase> columns;
  columns.push_back(column("points", Type::list(kPoint), true, [=](std::size_t row) -> Value {
    Elements list;
    for (std::size_t i = 0; i < length(row, 1); ++i)
      list.push_back(now_and_then_null(point(row * 10 + i), row + i, 4));
    return now_and_then_null(std::move(list), row, 5);
  }));
  const Type order = Type::structure({required("id", number), required("lines", Type::list(kPoint, false)),
                                      optional("tags", Type::list(text))});
  columns.push_back(column("orders", Type::list(order), true, [=](std::size_t row) -> Value {
    Elements list;
    for (std::size_t i = 0; i < length(row, 2); ++i) {
      Elements lines(length(row + i, 3), point(row));
      Elements tags(length(row + i, 4), now_and_then_null("tag", row + i, 6));
      list.push_back(now_and_then_null(Record{static_cast<std::int64_t>(row), std::move(lines),
                                              now_and_then_null(std::move(tags), row, 7)},
                                       row + i, 8));
    }
    return now_and_then_null(std::move(list), row, 9);
  }));
  columns.push_back(column("map_of_structs", Type::map(text, order), true, [=](std::size_t row) -> Value {
    Elements entries;
    for (std::size_t i = 0; i < length(row, 5); ++i) {
      Value value = Record{static_cast<std::int64_t>(i), Elements{point(i)}, Elements{"a", Null{}}};
      entries.push_back(Record{fmt::format("key {}", i), now_and_then_null(std::move(value), row + i, 10)});
    }
    return now_and_then_null(std::move(entries), row, 11);
  }));
  const Type maps =
      Type::structure({optional("m", Type::map(number, Type::map(text, number))), optional("n", number)});
  columns.push_back(column("struct_of_maps", maps, true, [=](std::size_t row) -> Value {
    Elements outer;
    for (std::size_t i = 0; i < length(row, 6); ++i) {
      Elements inner;
      for (std::size_t j = 0; j < length(row + i, 7); ++j) {
        inner.push_back(
            Record{fmt::format("k{}", j), now_and_then_null(static_cast<std::int64_t>(j), row + j, 12)});
      }
      outer.push_back(Record{static_cast<std::int64_t>(i), now_and_then_null(std::move(inner), row + i, 13)});
    }
    return now_and_then_null(Record{now_and_then_null(std::move(outer), row, 14), 1}, row, 15);
  }));
  columns.push_back(
      column("deep",
             Type::structure(
                 {optional("a", Type::structure({required("b", Type::structure({optional("c", number)}))}))}),
             true, [](std::size_t row) -> Value {
               Value c = now_and_then_null(static_cast<std::int64_t>(row), row, 16);
               Value a = now_and_then_null(Record{Record{std::move(c)}}, row, 17);
               return now_and_then_null(Record{std::move(a)}, row, 18);
             }));
  return columns;
}

std::vector<ColumnCase> nothing_in_them() {
  const Type number = Type::of(TypeId::Int32);
  const Type pair = Type::structure({required("a", number), optional("b", Type::of(TypeId::String))});
  return {
      column("null_structs", pair, true, [](std::size_t) { return Null{}; }),
      column("null_fields", Type::structure({optional("a", number), optional("b", pair)}), false,
             [](std::size_t) -> Value { return Record{Null{}, Null{}}; }),
      column("null_maps", Type::map(number, number), true, [](std::size_t) { return Null{}; }),
      column("empty_maps", Type::map(number, pair), false, [](std::size_t) { return Elements{}; }),
      column("null_values", Type::map(number, pair), false,
             [](std::size_t) -> Value { return Elements{Record{1, Null{}}, Record{2, Null{}}}; }),
      column("lists_of_null_structs", Type::list(pair), true,
             [](std::size_t row) { return Elements(row % 3, Value(Null{})); }),
      column("lists_of_empty_lists", Type::list(Type::list(number)), true,
             [](std::size_t row) { return Elements(row % 3, Value(Elements{})); }),
  };
}

std::vector<ColumnCase> names() {
  const Type number = Type::of(TypeId::Int32);
  const auto row_number = [](std::size_t row) { return static_cast<std::int64_t>(row); };
  return {
      column("größe", number, false, row_number),
      column("列 with space",
             Type::structure({required("имя", number), optional("key", number), optional("a.b", number)}),
             true,
             [](std::size_t row) -> Value { return Record{static_cast<std::int64_t>(row), Null{}, 7}; }),
      column("quo\"te", Type::list(number), true, [](std::size_t) { return Elements{1, Null{}}; }),
      column("a.b", number, true, row_number),
      column("list", Type::list(Type::structure({required("list", number), required("element", number)})),
             true, [](std::size_t) -> Value { return Elements{Record{1, 2}}; }),
  };
}

}  // namespace

void add_nested(std::vector<FileCase>& cases) {
  cases.push_back({"structs_nullable", {struct_of_every_type(true)}, 700});
  cases.push_back({"structs_required", {struct_of_every_type(false)}, 700});
  cases.push_back({"maps_of_every_type", maps_of_every_type(), 700});
  cases.push_back({"nested", nested_columns(), 3000});
  cases.push_back({"nested_in_small_pages", nested_columns(), 400, {.page_bytes = 64, .page_rows = 7}, 13});
  cases.push_back({"nested_in_row_groups", nested_columns(), 3000, {.row_group_bytes = 20'000}, 700});
  cases.push_back({"nested_without_rows", nested_columns(), 0});
  cases.push_back({"nested_nothing", nothing_in_them(), 500});
  cases.push_back({"names", names(), 100});
}

}  // namespace pg2athena::parquet
