#include "file_cases.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "case_values.h"
#include "nested_cases.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

Field field(std::string name, Type type, bool nullable) {
  return {.name = std::move(name), .type = std::move(type), .nullable = nullable};
}

// A column for each scalar type, of which `value` makes the values.
std::vector<ColumnCase> every_type(bool nullable,
                                   const std::function<Value(const Type&, std::size_t)>& value) {
  std::vector<ColumnCase> columns;
  for (const Type& type : scalar_types()) {
    columns.push_back({field(fmt::format("c{}", columns.size()), type, nullable),
                       [type, value](std::size_t row) { return value(type, row); }});
  }
  return columns;
}

std::vector<ColumnCase> every_type_random(bool nullable) {
  return every_type(nullable, [nullable](const Type& type, std::size_t row) -> Value {
    if (nullable && mix(row * 7 + static_cast<std::uint64_t>(type.id)) % 5 == 0) return Null{};
    return any_value(type, row, static_cast<std::uint64_t>(type.id));
  });
}

std::vector<ColumnCase> lists_of_every_type(bool nullable, bool element_nullable) {
  std::vector<ColumnCase> columns;
  for (const Type& type : scalar_types()) {
    columns.push_back(
        {field(fmt::format("c{}", columns.size()), Type::list(type, element_nullable), nullable),
         [=](std::size_t row) { return any_list(type, row, nullable, element_nullable); }});
  }
  return columns;
}

ColumnCase nested_lists() {
  const Type inner = Type::list(Type::of(TypeId::Int32));
  return {field("nested", Type::list(inner), true), [](std::size_t row) -> Value {
            const std::uint64_t bits = mix(row + 5);
            if (bits % 6 == 0) return Null{};
            std::vector<Value> outer;
            outer.reserve(bits % 5);
            for (std::uint64_t i = 0; i < bits % 5; ++i) {
              outer.push_back(any_list(Type::of(TypeId::Int32), row * 10 + i, true, true));
            }
            return outer;
          }};
}

ColumnCase column(std::string name, Type type, bool nullable, std::function<Value(std::size_t)> value) {
  return {field(std::move(name), std::move(type), nullable), std::move(value)};
}

WriterOptions with_codec(Compression compression, int level = 1) {
  return {.compression = compression, .compression_level = level};
}

WriterOptions with_pages(std::size_t rows, std::size_t bytes = std::size_t{1} << 20U) {
  return {.page_bytes = bytes, .page_rows = rows};
}

WriterOptions with_row_groups(std::size_t bytes) {
  return {.row_group_bytes = bytes};
}

void add_types(std::vector<FileCase>& cases) {
  cases.push_back({"every_type_nullable", every_type_random(true), 3000});
  cases.push_back({"every_type_required", every_type_random(false), 3000});
  cases.push_back({"no_rows", every_type_random(true), 0});
  cases.push_back({"one_row", every_type_random(false), 1});
  cases.push_back({"all_null", every_type(true, [](const Type&, std::size_t) { return Null{}; }), 25000});
  cases.push_back({"extremes",
                   every_type(true,
                              [](const Type& type, std::size_t row) -> Value {
                                const auto values = extremes(type);
                                return row % 8 < values.size() ? values[row % 8] : Value(Null{});
                              }),
                   16});
  std::vector<ColumnCase> decimals;
  for (const auto& [precision, scale] : std::vector<std::pair<int, int>>{{1, 0},
                                                                         {1, 1},
                                                                         {4, 2},
                                                                         {9, 0},
                                                                         {9, 9},
                                                                         {10, 0},
                                                                         {15, 2},
                                                                         {18, 18},
                                                                         {19, 0},
                                                                         {21, 5},
                                                                         {28, 10},
                                                                         {37, 37},
                                                                         {38, 0},
                                                                         {38, 38}}) {
    const Type type = Type::decimal(precision, scale);
    decimals.push_back(column(fmt::format("d{}_{}", precision, scale), type, true, [type](std::size_t row) {
      return row < 5 ? extremes(type)[row] : row % 11 == 0 ? Value(Null{}) : any_value(type, row, 9);
    }));
  }
  cases.push_back({"decimals", std::move(decimals), 500});
  cases.push_back(
      {"floats",
       {column("nan", Type::of(TypeId::Float64), true, [](std::size_t) { return kNaN; }),
        column("some_nan", Type::of(TypeId::Float32), false,
               [](std::size_t row) { return row % 3 == 0 ? kNaN : static_cast<double>(row); }),
        column("minus_zero", Type::of(TypeId::Float64), false, [](std::size_t) { return -0.0; }),
        column("plus_zero", Type::of(TypeId::Float32), false, [](std::size_t) { return 0.0; }),
        column("infinite", Type::of(TypeId::Float64), false, [](std::size_t) { return kInfinity; }),
        column("minus_infinite", Type::of(TypeId::Float32), false, [](std::size_t) { return -kInfinity; }),
        column("unique", Type::of(TypeId::Float64), true,
               [](std::size_t row) -> Value {
                 return row % 10 == 0 ? kNaN : std::sqrt(static_cast<double>(row)) - 50;
               })},
       30000});
}

void add_lists(std::vector<FileCase>& cases) {
  for (const bool nullable : {false, true}) {
    for (const bool element_nullable : {false, true}) {
      cases.push_back({fmt::format("lists_{}_of_{}", nullable ? "nullable" : "required",
                                   element_nullable ? "nullable" : "required"),
                       lists_of_every_type(nullable, element_nullable), 700});
    }
  }
  cases.push_back({"nested_lists", {nested_lists()}, 2000});
  cases.push_back({"lists_in_small_pages",
                   {nested_lists(), lists_of_every_type(true, true)[13]},
                   500,
                   with_pages(7, 64),
                   13});
  cases.push_back(
      {"empty_lists",
       {column("empty", Type::list(Type::of(TypeId::Int64)), true,
               [](std::size_t) { return std::vector<Value>{}; }),
        column("null", Type::list(Type::of(TypeId::String)), true, [](std::size_t) { return Null{}; }),
        column("of_null", Type::list(Type::of(TypeId::String)), true,
               [](std::size_t) { return std::vector<Value>{Null{}, Null{}}; })},
       100});
  cases.push_back({"long_lists",
                   {column("long", Type::list(Type::of(TypeId::Int32)), false,
                           [](std::size_t row) {
                             return std::vector<Value>(row == 3 ? 500000 : 10,
                                                       Value(static_cast<std::int64_t>(row)));
                           })},
                   10});
}

void add_nulls_and_runs(std::vector<FileCase>& cases) {
  const auto pattern = [](std::string name, const std::function<bool(std::size_t)>& null) {
    return column(std::move(name), Type::of(TypeId::Int32), true, [null](std::size_t row) -> Value {
      return null(row) ? Value(Null{}) : Value(static_cast<std::int64_t>(row));
    });
  };
  const std::vector<ColumnCase> patterns = {
      pattern("alternating", [](std::size_t row) { return row % 2 == 0; }),
      pattern("runs", [](std::size_t row) { return row / 1000 % 2 == 0; }),
      pattern("odd_runs", [](std::size_t row) { return row / 77 % 3 == 0; }),
      pattern("first", [](std::size_t row) { return row == 0; }),
      pattern("late", [](std::size_t row) { return row > 45000; }),
      pattern("not_before_late", [](std::size_t row) { return row < 45000; }),
      pattern("sparse", [](std::size_t row) { return mix(row) % 1000 != 0; }),
      pattern("dense", [](std::size_t row) { return mix(row) % 1000 == 0; })};
  cases.push_back({"null_patterns", patterns, 50000, {}, 4096});
  cases.push_back({"null_patterns_in_odd_batches", patterns, 50000, {}, 317});
  const auto number = [](std::string name, const std::function<std::int64_t(std::size_t)>& value) {
    return column(std::move(name), Type::of(TypeId::Int64), false,
                  [value](std::size_t row) { return value(row); });
  };
  cases.push_back({"runs_and_widths",
                   {number("constant", [](std::size_t) { return 42; }),
                    number("two", [](std::size_t row) { return random(row, 1, 0, 1); }),
                    number("three", [](std::size_t row) { return random(row, 2, 0, 2); }),
                    number("sixteen", [](std::size_t row) { return random(row, 3, 0, 15); }),
                    number("seventeen", [](std::size_t row) { return random(row, 4, 0, 16); }),
                    number("w8", [](std::size_t row) { return random(row, 5, 0, 255); }),
                    number("w9", [](std::size_t row) { return random(row, 6, 0, 256); }),
                    number("w12", [](std::size_t row) { return random(row, 7, 0, 4000); }),
                    number("w15", [](std::size_t row) { return random(row, 8, 0, 30000); }),
                    number("w17", [](std::size_t row) { return random(row, 9, 0, 100000) * 1000003; }),
                    number("sorted", [](std::size_t row) { return static_cast<std::int64_t>(row / 100); }),
                    number("runs", [](std::size_t row) { return random(row / 13, 10, 0, 5); }),
                    number("unique", [](std::size_t row) { return static_cast<std::int64_t>(row); })},
                   100000,
                   {},
                   10000});
}

void add_strings(std::vector<FileCase>& cases) {
  const auto text = [](std::string name, const std::function<std::string(std::size_t)>& value) {
    return column(std::move(name), Type::of(TypeId::String), false,
                  [value](std::size_t row) { return value(row); });
  };
  cases.push_back(
      {"string_bounds",
       {text("ascii", [](std::size_t row) { return std::string(63, 'a') + wide_text(row, 10); }),
        text("exactly_64", [](std::size_t) { return std::string(64, 'x'); }),
        text("cut_inside", [](std::size_t row) { return std::string(63, 'a') + "é" + std::to_string(row); }),
        text("four_bytes", [](std::size_t row) { return std::string(62, 'a') + "😀" + std::to_string(row); }),
        text("last_code_point",
             [](std::size_t row) {
               std::string all;
               for (int i = 0; i < 20; ++i) all += "\xF4\x8F\xBF\xBF";
               return all + std::to_string(row);
             }),
        text("before_surrogates",
             [](std::size_t row) {
               return std::string(61, 'a') + "\xED\x9F\xBF" + std::to_string(row) + "tail";
             }),
        column("binary_ff", Type::of(TypeId::Binary), false,
               [](std::size_t row) { return std::string(70 + row % 3, '\xFF'); }),
        column("binary_mixed", Type::of(TypeId::Binary), false,
               [](std::size_t row) {
                 return std::string(60, 'b') + std::string(10, '\xFF') + std::to_string(row);
               })},
       300});
  cases.push_back({"long_strings",
                   {column("long", Type::of(TypeId::String), true,
                           [](std::size_t row) -> Value {
                             if (row % 5 == 0) return Null{};
                             if (row % 5 == 1) return "";
                             return wide_text(row, row == 7 ? 10'000'000 : row * 1000);
                           }),
                    column("beside", Type::of(TypeId::Int32), false,
                           [](std::size_t row) { return static_cast<std::int64_t>(row); })},
                   40});
  cases.push_back({"string_lengths",
                   {text("short", [](std::size_t row) { return wide_text(row % 500, row % 40); }),
                    text("unique", [](std::size_t row) { return wide_text(row, row % 40); }),
                    text("around_16", [](std::size_t row) { return wide_text(row % 97, 14 + row % 5); }),
                    text("zeros", [](std::size_t row) { return std::string(row % 20, '\0'); }),
                    column("nullable", Type::of(TypeId::String), true,
                           [](std::size_t row) -> Value {
                             return mix(row) % 3 == 0 ? Value(Null{}) : Value(wide_text(row % 300, row % 23));
                           })},
                   30000,
                   {},
                   777});
}

void add_structure(std::vector<FileCase>& cases) {
  const std::vector<ColumnCase> fallback = {
      column("int", Type::of(TypeId::Int64), false,
             [](std::size_t row) {
               return row < 60000 ? static_cast<std::int64_t>(row % 100)
                                  : random(row, 1, kInt64Min, kInt64Max);
             }),
      column("text", Type::of(TypeId::String), true,
             [](std::size_t row) -> Value {
               if (row % 50 == 0) return Null{};
               return row < 60000 ? std::string("repeated") : wide_text(row, 30);
             }),
      column("decimal", Type::decimal(30, 2), false, [](std::size_t row) -> Value {
        return row < 60000 ? Value(7) : any_value(Type::decimal(30, 2), row, 4);
      })};
  cases.push_back({"dictionary_fallback", fallback, 200000, {}, 8192});
  cases.push_back({"no_dictionaries", fallback, 5000, {.dictionary_bytes = 0}});
  cases.push_back(
      {"null_before_dictionary",
       {column("late", Type::of(TypeId::String), true,
               [](std::size_t row) -> Value { return row < 50000 ? Value(Null{}) : Value("late"); })},
       60000});
  cases.push_back({"many_row_groups", every_type_random(true), 20000, with_row_groups(20000), 700});
  // In order, so that most row groups have nothing for a filter; signed, and longer than bounds are.
  cases.push_back(
      {"sorted_row_groups",
       {column("number", Type::of(TypeId::Int64), false,
               [](std::size_t row) { return static_cast<std::int64_t>(row) - 15000; }),
        column(
            "decimal", Type::decimal(30, 2), true,
            [](std::size_t row) -> Value { return (static_cast<Int128>(row) - 15000) * power_of_ten(20); }),
        column("small_decimal", Type::decimal(9, 2), false,
               [](std::size_t row) { return static_cast<std::int64_t>(row) - 15000; }),
        column("real", Type::of(TypeId::Float32), true,
               [](std::size_t row) -> Value {
                 return row % 100 == 0 ? Value(Null{}) : Value(static_cast<double>(row) / 4 - 3000);
               }),
        column("day", Type::of(TypeId::Date), false,
               [](std::size_t row) { return static_cast<std::int64_t>(row / 10); }),
        column("text", Type::of(TypeId::String), false,
               [](std::size_t row) { return std::string(60, 'k') + fmt::format("é{:06}", row); })},
       30000,
       with_row_groups(100000)});
  for (const std::size_t rows : {19999U, 20000U, 20001U, 40000U}) {
    cases.push_back({fmt::format("pages_of_{}_rows", rows),
                     {column("n", Type::of(TypeId::Int32), true,
                             [](std::size_t row) -> Value {
                               return row % 20000 == 0 ? Value(Null{})
                                                       : Value(static_cast<std::int64_t>(row));
                             }),
                      column("s", Type::of(TypeId::String), false,
                             [](std::size_t row) { return std::to_string(row % 10); })},
                     rows,
                     {},
                     rows});
  }
  for (const std::size_t rows : {1U, 7U, 8U, 9U, 64U, 65U}) {
    cases.push_back(
        {fmt::format("small_pages_{}", rows), every_type_random(true), 300, with_pages(rows), 100});
  }
  cases.push_back({"small_pages_by_bytes", every_type_random(true), 1000, with_pages(20000, 100), 333});
  cases.push_back({"codec_none", every_type_random(true), 2500, with_codec(Compression::None)});
  cases.push_back({"codec_snappy", every_type_random(true), 2500, with_codec(Compression::Snappy)});
  cases.push_back({"codec_zstd_19", every_type_random(true), 2500, with_codec(Compression::Zstd, 19)});
}

// The same rows for readers of today: page indexes of pages that are few rows, and a Bloom filter wherever
// there can be one.
void add_modern_twins(std::vector<FileCase>& cases) {
  for (const std::string_view name :
       {"all_null", "decimals", "dictionary_fallback", "every_type_nullable", "extremes", "floats",
        "many_row_groups", "null_before_dictionary", "null_patterns", "runs_and_widths",
        "small_pages_by_bytes", "sorted_row_groups", "string_bounds", "string_lengths"}) {
    FileCase twin = *std::ranges::find(cases, name, &FileCase::name);
    twin.name += "_modern";
    twin.options.profile = Profile::Modern;
    twin.options.page_rows = std::max<std::size_t>(twin.rows / 50, 1);
    for (const ColumnCase& each : twin.columns) {
      if (each.field.type.id == TypeId::Boolean) continue;
      twin.options.columns.push_back({.path = each.field.name, .bloom_filter = true});
    }
    cases.push_back(std::move(twin));
  }
}

}  // namespace

std::vector<FileCase> file_cases() {
  std::vector<FileCase> cases;
  add_types(cases);
  add_lists(cases);
  add_nested(cases);
  add_nulls_and_runs(cases);
  add_strings(cases);
  add_structure(cases);
  add_modern_twins(cases);
  return cases;
}

}  // namespace pg2athena::parquet
