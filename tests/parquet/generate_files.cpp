// Writes Parquet files of every kind that the writer makes, each with what readers have to find in it:
//
//   parquet_generate_files DIR
//
// makes NAME.parquet; NAME.jsonl, a line for each row, an array of its values; and NAME.json, the columns,
// the options and the writer's own summary. test_readers.py reads the files with other programs and compares.
//
// In JSON a float is a string in hexadecimal ("0x1.8p+1"), a decimal a string, binary a string of hexadecimal
// digits; dates, times and timestamps are the numbers that they are stored as.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "parquet/file_writer.h"
#include "parquet/test_columns.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;
using Json = nlohmann::json;

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct ColumnCase {
  Field field;
  std::function<Value(std::size_t row)> value;
};

struct FileCase {
  std::string name;
  std::vector<ColumnCase> columns;
  std::size_t rows = 0;
  WriterOptions options = {};
  std::size_t batch_rows = 1000;
};

// A number that looks random and is the same everywhere: splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EB;
  return x ^ (x >> 31U);
}

std::int64_t random(std::size_t row, std::uint64_t seed, std::int64_t low, std::int64_t high) {
  const auto range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t bits = mix(row * 1000003 + seed);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + (range == 0 ? bits : bits % range));
}

std::vector<Type> scalar_types() {
  return {Type::of(TypeId::Boolean), Type::of(TypeId::Int16),   Type::of(TypeId::Int32),
          Type::of(TypeId::Int64),   Type::of(TypeId::Float32), Type::of(TypeId::Float64),
          Type::decimal(9, 2),       Type::decimal(18, 6),      Type::decimal(38, 10),
          Type::of(TypeId::Date),    Type::timestamp(false),    Type::timestamp(true),
          Type::of(TypeId::Time),    Type::of(TypeId::String),  Type::of(TypeId::Binary)};
}

std::string type_name(const Type& type) {
  switch (type.id) {
    case TypeId::Boolean:
      return "boolean";
    case TypeId::Int16:
      return "int16";
    case TypeId::Int32:
      return "int32";
    case TypeId::Int64:
      return "int64";
    case TypeId::Float32:
      return "float";
    case TypeId::Float64:
      return "double";
    case TypeId::Decimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeId::Date:
      return "date";
    case TypeId::Timestamp:
      return type.utc ? "timestamp_utc" : "timestamp";
    case TypeId::Time:
      return "time";
    case TypeId::String:
      return "string";
    case TypeId::Binary:
      return "binary";
    case TypeId::List:
      return "list<" + type_name(type.children[0].type) + ">";
    default:
      return "?";
  }
}

Int128 largest(int precision) {
  return power_of_ten(precision) - 1;
}

// A value of the type that looks random, with the whole range of the type in it.
Value any_value(const Type& type, std::size_t row, std::uint64_t seed) {
  const std::uint64_t bits = mix(row * 31 + seed);
  switch (type.id) {
    case TypeId::Boolean:
      return (bits & 1U) != 0;
    case TypeId::Int16:
      return random(row, seed, -32768, 32767);
    case TypeId::Int32:
      return random(row, seed, std::numeric_limits<std::int32_t>::min(),
                    std::numeric_limits<std::int32_t>::max());
    case TypeId::Int64:
      return random(row, seed, kInt64Min, kInt64Max);
    case TypeId::Float32:
      return static_cast<double>(static_cast<float>(random(row, seed, -1000000, 1000000)) / 64.0F);
    case TypeId::Float64:
      return static_cast<double>(random(row, seed, -1000000000000, 1000000000000)) / 1024.0;
    case TypeId::Decimal: {
      const Int128 wide =
          (static_cast<Int128>(static_cast<std::int64_t>(bits)) << 60U) + static_cast<Int128>(mix(bits));
      return wide % (largest(type.precision) + 1);
    }
    case TypeId::Date:
      return random(row, seed, -719162, 2932896);  // 0001-01-01 to 9999-12-31
    case TypeId::Timestamp:
      return random(row, seed, -62135596800000000, 253402300799999999);
    case TypeId::Time:
      return random(row, seed, 0, 86399999999);
    case TypeId::String: {
      std::string text;
      for (std::uint64_t i = 0; i < bits % 20; ++i) {
        static const std::vector<std::string> kLetters = {"a", "B", "7",  " ",  "\"", "\\",
                                                          "é", "ß", "語", "😀", "\n"};
        text += kLetters[mix(bits + i) % kLetters.size()];
      }
      return text;
    }
    case TypeId::Binary: {
      std::string bytes;
      for (std::uint64_t i = 0; i < bits % 12; ++i)
        bytes += static_cast<char>(static_cast<unsigned char>(mix(bits + i)));
      return bytes;
    }
    default:
      return Null{};
  }
}

std::vector<Value> extremes(const Type& type) {
  switch (type.id) {
    case TypeId::Boolean:
      return {true, false};
    case TypeId::Int16:
      return {-32768, 32767, 0, -1};
    case TypeId::Int32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max(), 0};
    case TypeId::Int64:
      return {kInt64Min, kInt64Max, 0};
    case TypeId::Float32:
      return {static_cast<double>(std::numeric_limits<float>::max()),
              static_cast<double>(std::numeric_limits<float>::denorm_min()),
              -kInfinity,
              kInfinity,
              0.0,
              -0.0,
              kNaN};
    case TypeId::Float64:
      return {std::numeric_limits<double>::max(),
              std::numeric_limits<double>::denorm_min(),
              -kInfinity,
              kInfinity,
              0.0,
              -0.0,
              kNaN};
    case TypeId::Decimal:
      return {largest(type.precision), -largest(type.precision), Int128{0}, Int128{1}, Int128{-1}};
    // What Python's dates can show; Parquet's go further.
    case TypeId::Date:
      return {-719162, 2932896, 0, -1};
    case TypeId::Timestamp:
      return {std::int64_t{-62135596800000000}, std::int64_t{253402300799999999}, 0, -1};
    case TypeId::Time:
      return {0, std::int64_t{86399999999}};
    case TypeId::String:
      return {"", "zzz", "\xF4\x8F\xBF\xBF", std::string("nul\0byte", 8), " "};
    case TypeId::Binary:
      return {"", std::string("\0", 1), "\xFF\xFF", "\x80"};
    default:
      return {};
  }
}

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

// Lists of a type: NULL, empty, with NULL elements, short and now and then long.
Value any_list(const Type& element, std::size_t row, bool nullable, bool element_nullable) {
  const std::uint64_t bits = mix(row + 17);
  if (nullable && bits % 7 == 0) return Null{};
  if (bits % 5 == 0) return std::vector<Value>{};
  const std::uint64_t length = bits % 97 == 0 ? 300 : bits % 4 + 1;
  std::vector<Value> list;
  for (std::uint64_t i = 0; i < length; ++i) {
    const bool null = element_nullable && mix(bits + i) % 3 == 0;
    list.push_back(null ? Value(Null{}) : any_value(element, row * 1000 + i, 3));
  }
  return list;
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

std::string wide_text(std::size_t row, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; text.size() < length; ++i) text += fmt::format("{:x} ", mix(row * 77 + i));
  text.resize(length);
  return text;
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
                             std::vector<Value> list;
                             for (std::size_t i = 0; i < (row == 3 ? 500000 : 10); ++i)
                               list.push_back(static_cast<std::int64_t>(i % 1000));
                             return list;
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

Json to_json(const Type& type, const Value& value) {
  if (value.is_null()) return nullptr;
  switch (type.id) {
    case TypeId::Boolean:
      return std::get<bool>(value.value);
    case TypeId::Float32:
    case TypeId::Float64:
      return fmt::format("{:a}", std::get<double>(value.value));
    case TypeId::Decimal:
      return format_decimal(value.number(), type.scale);
    case TypeId::String:
      return std::get<std::string>(value.value);
    case TypeId::Binary: {
      std::string digits;
      for (const char c : std::get<std::string>(value.value))
        digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return digits;
    }
    case TypeId::List: {
      Json list = Json::array();
      for (const Value& element : std::get<std::vector<Value>>(value.value))
        list.push_back(to_json(type.children[0].type, element));
      return list;
    }
    default:
      return static_cast<std::int64_t>(value.number());
  }
}

Json to_json(const ColumnSummary& summary) {
  Json json = {{"path", summary.path}, {"values", summary.values}, {"nulls", summary.nulls}};
  if (summary.min) json["min"] = *summary.min;
  if (summary.max) json["max"] = *summary.max;
  return json;
}

class FileSink final : public ByteSink {
 public:
  explicit FileSink(const std::filesystem::path& path) : file_(path, std::ios::binary) {}
  Result<void> write(std::span<const std::byte> bytes) override {
    file_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file_.flush()) return fail(ErrorKind::Storage, "can't write the file");
    return {};
  }

 private:
  std::ofstream file_;
};

Result<FileSummary> write_rows(const FileCase& file, const columnar::Schema& schema, FileWriter& writer,
                               std::ostream& lines) {
  columnar::Batch batch(schema);
  for (std::size_t row = 0; row < file.rows; ++row) {
    Json line = Json::array();
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      const Value value = file.columns[i].value(row);
      append(batch.columns[i], value);
      line.push_back(to_json(schema.fields[i].type, value));
    }
    lines << line.dump() << '\n';
    if (batch.rows() == file.batch_rows || row + 1 == file.rows) {
      PG2ATHENA_TRY(writer.write(batch));
      batch.clear();
    }
  }
  return writer.close();
}

Result<void> write_case(const FileCase& file, const std::filesystem::path& folder) {
  columnar::Schema schema;
  Json columns = Json::array();
  for (const ColumnCase& each : file.columns) {
    schema.fields.push_back(each.field);
    columns.push_back(
        {{"name", each.field.name}, {"type", type_name(each.field.type)}, {"nullable", each.field.nullable}});
  }
  WriterOptions options = file.options;
  options.key_value_metadata = {{"source.table", "public." + file.name}, {"empty", ""}};
  FileSink sink(folder / (file.name + ".parquet"));
  PG2ATHENA_ASSIGN(FileWriter writer, FileWriter::open(sink, schema, options));
  std::ofstream lines(folder / (file.name + ".jsonl"));
  PG2ATHENA_ASSIGN(const FileSummary summary, write_rows(file, schema, writer, lines));

  constexpr const char* kCodecs[] = {"UNCOMPRESSED", "SNAPPY", "ZSTD"};
  Json description = {{"columns", columns},
                      {"codec", kCodecs[static_cast<std::size_t>(options.compression)]},
                      {"rows", summary.rows},
                      {"bytes", summary.bytes},
                      {"row_groups", summary.row_groups},
                      {"summaries", Json::array()}};
  for (const ColumnSummary& each : summary.columns) description["summaries"].push_back(to_json(each));
  std::ofstream(folder / (file.name + ".json")) << description.dump(1) << '\n';
  return {};
}

int run(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::vector<FileCase> cases;
  add_types(cases);
  add_lists(cases);
  add_nulls_and_runs(cases);
  add_strings(cases);
  add_structure(cases);
  for (const FileCase& file : cases) {
    if (auto written = write_case(file, folder); !written) {
      std::cerr << file.name << ": " << written.error() << '\n';
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace pg2athena::parquet

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: parquet_generate_files DIR\n";
    return 2;
  }
  return pg2athena::parquet::run(argv[1]);
}
