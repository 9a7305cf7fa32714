#include "data_sets.h"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

#include <fmt/format.h>

namespace pg2athena::bench {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Field;
using columnar::Type;
using columnar::TypeId;

// An independent looking number for each row and column (the finalizer of SplitMix64).
std::uint64_t mix(std::uint64_t row, std::uint64_t column) {
  std::uint64_t z = row * 0x9E3779B97F4A7C15 + (column + 1) * 0xD1B54A32D192ED03;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
  return z ^ (z >> 31U);
}

// In [0, 1).
double fraction(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

void append_validity(Column& column, bool value) {
  ++column.length;
  if (!value) ++column.null_count;
  if (column.nullable) column.validity.push_back(value);
}

template <typename T>
void put(Column& column, T value) {
  column.values.append(reinterpret_cast<const std::byte*>(&value), sizeof value);
  append_validity(column, true);
}

void put_text(Column& column, std::string_view value) {
  column.values.append(as_bytes(value));
  column.offsets.push_back(static_cast<std::uint32_t>(column.values.size()));
  append_validity(column, true);
}

// The list whose elements have been appended to its child.
void put_list(Column& column) {
  column.offsets.push_back(static_cast<std::uint32_t>(column.children[0].length));
  append_validity(column, true);
}

void put_null(Column& column) {
  if (column.type.storage() == columnar::Storage::Bytes || column.type.storage() == columnar::Storage::List) {
    column.offsets.push_back(column.offsets.back());
  } else {
    const std::uint64_t zero = 0;
    column.values.append(reinterpret_cast<const std::byte*>(&zero), column.type.width());
  }
  append_validity(column, false);
}

// A column and what appends a row's value to it.
struct Generator {
  Field field;
  std::function<void(Column&, std::uint64_t row)> append;
};

DataSet generate(const std::vector<Generator>& columns, std::size_t rows) {
  constexpr std::size_t kBatchRows = std::size_t{16} * 1024;
  constexpr std::size_t kBatchBytes = std::size_t{4} * 1024 * 1024;
  constexpr std::size_t kStep = 256;
  DataSet set;
  for (const Generator& column : columns) set.schema.fields.push_back(column.field);
  for (std::size_t row = 0; row < rows;) {
    Batch& batch = set.batches.emplace_back(set.schema);
    while (row < rows && batch.rows() < kBatchRows && batch.size_bytes() < kBatchBytes) {
      const std::size_t end = std::min(row + kStep, rows);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        for (std::size_t at = row; at < end; ++at) columns[i].append(batch.columns[i], at);
      }
      row = end;
    }
  }
  return set;
}

// Lets about one row in `one_in` be NULL.
Generator with_nulls(Generator column, std::uint64_t one_in, std::uint64_t seed) {
  column.field.nullable = true;
  column.append = [append = std::move(column.append), one_in, seed](Column& to, std::uint64_t row) {
    if (mix(row, seed) % one_in == 0) {
      put_null(to);
    } else {
      append(to, row);
    }
  };
  return column;
}

// Of a function from a row's number to its value.
template <typename Value>
Generator numbers(std::string name, Type type, Value value) {
  return {.field = {.name = std::move(name), .type = std::move(type), .nullable = false},
          .append = [value](Column& to, std::uint64_t row) { put(to, value(row)); }};
}
template <typename Value>
Generator texts(std::string name, Value value) {
  return {.field = {.name = std::move(name), .type = Type::of(TypeId::String), .nullable = false},
          .append = [value](Column& to, std::uint64_t row) { put_text(to, value(row)); }};
}

constexpr std::array<std::string_view, 16> kWords = {
    "carefully", "quickly", "furiously", "slyly",   "blithely", "regular",  "final",    "ironic",
    "pending",   "bold",    "express",   "special", "requests", "deposits", "packages", "accounts"};

// bench/sql/lineitem.sql, line by line.
DataSet lineitem(std::size_t rows) {
  const auto a = [](std::uint64_t i) { return i * 2654435761 % 2147483647; };
  const auto b = [](std::uint64_t i) { return (i + 77) * 48271 % 2147483629; };
  const auto c = [](std::uint64_t i) { return (i + 4099) * 1103515245 % 2147483587; };
  constexpr std::int32_t kFirstDay = 8036;  // 1992-01-02
  static constexpr std::array<std::string_view, 4> kFlags = {"R", "A", "N", "N"};
  static constexpr std::array<std::string_view, 4> kInstructions = {
      "DELIVER IN PERSON        ", "COLLECT COD              ", "NONE                     ",
      "TAKE BACK RETURN         "};
  static constexpr std::array<std::string_view, 7> kModes = {
      "REG AIR   ", "AIR       ", "RAIL      ", "SHIP      ", "TRUCK     ", "MAIL      ", "FOB       "};
  const Type money = Type::decimal(15, 2);
  const auto int32 = [](std::uint64_t value) { return static_cast<std::int32_t>(value); };
  const auto int64 = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const Type integer = Type::of(TypeId::Int32);
  const Type date = Type::of(TypeId::Date);
  return generate(
      {
          numbers("l_orderkey", Type::of(TypeId::Int64), [=](std::uint64_t i) { return int64(i / 4 + 1); }),
          numbers("l_partkey", integer, [=](std::uint64_t i) { return int32(a(i) % 200000 + 1); }),
          numbers("l_suppkey", integer, [=](std::uint64_t i) { return int32(b(i) % 10000 + 1); }),
          numbers("l_linenumber", integer, [=](std::uint64_t i) { return int32(i % 4 + 1); }),
          numbers("l_quantity", money, [=](std::uint64_t i) { return int64((c(i) % 50 + 1) * 100); }),
          numbers("l_extendedprice", money,
                  [=](std::uint64_t i) { return int64((c(i) % 50 + 1) * (90000 + a(i) % 10000000 / 100)); }),
          numbers("l_discount", money, [=](std::uint64_t i) { return int64(b(i) % 11); }),
          numbers("l_tax", money, [=](std::uint64_t i) { return int64(c(i) / 7 % 9); }),
          texts("l_returnflag", [=](std::uint64_t i) { return kFlags[a(i) % 4]; }),
          texts("l_linestatus", [=](std::uint64_t i) { return std::string_view(b(i) % 2 == 0 ? "O" : "F"); }),
          numbers("l_shipdate", date, [=](std::uint64_t i) { return kFirstDay + int32(a(i) % 2526); }),
          numbers("l_commitdate", date,
                  [=](std::uint64_t i) { return kFirstDay + int32(a(i) % 2526 + b(i) % 61) - 30; }),
          numbers("l_receiptdate", date,
                  [=](std::uint64_t i) { return kFirstDay + int32(a(i) % 2526 + c(i) % 30 + 1); }),
          texts("l_shipinstruct", [=](std::uint64_t i) { return kInstructions[b(i) / 3 % 4]; }),
          texts("l_shipmode", [=](std::uint64_t i) { return kModes[c(i) / 5 % 7]; }),
          texts("l_comment",
                [=](std::uint64_t i) {
                  std::string text =
                      fmt::format("{} {} {} {}", kWords[a(i) / 11 % 16], kWords[b(i) / 13 % 16],
                                  kWords[c(i) / 17 % 16], a(i) % 99991);
                  text.resize(std::min<std::size_t>(text.size(), 10 + b(i) % 34));
                  return text;
                }),
      },
      rows);
}

// `count` words that `bits` choose.
std::string sentence(std::uint64_t bits, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += ' ';
    text += kWords[(bits >> (4 * i % 60)) % kWords.size()];
  }
  return text;
}

std::string uuid(std::uint64_t high, std::uint64_t low) {
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, high >> 16U & 0xFFFFU,
                     high & 0xFFFU, low >> 50U | 0x8000U, low & 0xFFFFFFFFFFFFU);
}

// 30 columns of text, one value in ten NULL, of six kinds.
DataSet wide_text(std::size_t rows) {
  std::vector<Generator> columns;
  for (std::uint64_t i = 0; i < 30; ++i) {
    const auto value = [i](std::uint64_t row) -> std::string {
      const std::uint64_t bits = mix(row, i);
      switch (i % 6) {
        case 0:  // names: a thousand
          return fmt::format("{} {}", kWords[bits % 16], bits / 16 % 63 * 7919);
        case 1:  // identifiers: each once
          return uuid(bits, mix(row, i + 100));
        case 2:  // prose
          return sentence(bits, 3 + bits % 12);
        case 3:  // states: a dozen
          return std::string(kWords[bits % (4 + i / 3)]);
        case 4:  // addresses: tens of thousands
          return fmt::format("https://www.example.com/{}/{}?from={}", kWords[bits % 16], bits / 16 % 50000,
                             bits / 16 % 7);
        default:  // codes: short and many
          return fmt::format("{:X}", bits % (std::uint64_t{1} << (12 + 3 * (i / 6))));
      }
    };
    columns.push_back(with_nulls(texts(fmt::format("text_{}", i), value), 10, 1000 + i));
  }
  return generate(columns, rows);
}

// 30 columns of numbers: series as they are found, and noise; every third with NULLs.
DataSet wide_numeric(std::size_t rows) {
  const Type real = Type::of(TypeId::Float64);
  const Type integer = Type::of(TypeId::Int32);
  const Type bigint = Type::of(TypeId::Int64);
  const auto cents = [](double value) { return std::round(value * 100) / 100; };
  constexpr std::int64_t kStart = 1'700'000'000'000'000;  // 2023-11-14
  constexpr double kTurn = 2 * std::numbers::pi;
  std::vector<Generator> columns;
  for (std::uint64_t k = 0; k < 3; ++k) {
    const auto add = [&](Generator column) {
      if (columns.size() % 3 == 2)
        column = with_nulls(std::move(column), k == 0 ? 4 : 20, 2000 + columns.size());
      columns.push_back(std::move(column));
    };
    const auto name = [&](std::string_view kind) { return fmt::format("{}_{}", kind, k); };
    add(numbers(name("price"), real, [=](std::uint64_t i) {
      return cents(80 + 30 * std::sin(kTurn * static_cast<double>(i) / 50000) + 5 * fraction(mix(i, k)));
    }));
    add(numbers(name("sensor"), real, [=](std::uint64_t i) {
      return std::round(
                 (20 + 8 * std::sin(kTurn * static_cast<double>(i) / 86400) + fraction(mix(i, 10 + k))) *
                 10) /
             10;
    }));
    add(numbers(name("noise"), real, [=](std::uint64_t i) { return fraction(mix(i, 20 + k)); }));
    add(numbers(name("ratio"), Type::of(TypeId::Float32),
                [=](std::uint64_t i) { return static_cast<float>(fraction(mix(i, 30 + k))); }));
    add(numbers(name("at"), Type::timestamp(true), [=](std::uint64_t i) {
      return kStart + static_cast<std::int64_t>(i * 1'000'000 + mix(i, 40 + k) % 50'000);
    }));
    add(numbers(name("changed"), Type::timestamp(false), [=](std::uint64_t i) {
      return kStart + static_cast<std::int64_t>(mix(i, 50 + k) % 31'536'000) * 1'000'000;
    }));
    add(numbers(name("id"), bigint,
                [=](std::uint64_t i) { return static_cast<std::int64_t>(i * (k + 1) + 1); }));
    add(numbers(name("other"), bigint,
                [=](std::uint64_t i) { return static_cast<std::int64_t>(mix(i, 60 + k)); }));
    add(numbers(name("count"), integer, [=](std::uint64_t i) {
      return static_cast<std::int32_t>(-std::log(1 - fraction(mix(i, 70 + k))) * 50);
    }));
    add(numbers(
        name("amount"),
        k == 0   ? Type::decimal(12, 2)
        : k == 1 ? integer
                 : Type::of(TypeId::Date),
        [=](std::uint64_t i) -> std::int64_t { return static_cast<std::int64_t>(mix(i, 80 + k) % 20000); }));
    if (columns.back().field.type.width() == sizeof(std::int32_t)) {
      Generator& last = columns.back();
      last.append = [k](Column& to, std::uint64_t row) {
        if (to.nullable && mix(row, 90) % 20 == 0) return put_null(to);
        put(to, static_cast<std::int32_t>(mix(row, 80 + k) % 20000));
      };
    }
  }
  return generate(columns, rows);
}

// Strings of which there are few: flags, countries, devices, categories.
DataSet low_cardinality(std::size_t rows) {
  const auto country = [](std::uint64_t n) {
    return std::string{static_cast<char>('A' + n % 26), static_cast<char>('A' + n / 26 % 26)};
  };
  std::vector<Generator> columns = {
      texts("answer", [](std::uint64_t i) { return std::string_view(mix(i, 0) % 10 < 7 ? "yes" : "no"); }),
      texts("status", [](std::uint64_t i) { return kWords[std::min(mix(i, 1) % 9, mix(i, 2) % 9)]; }),
      texts("weekday", [](std::uint64_t i) { return kWords[i / 4000 % 7]; }),
      texts("country", [=](std::uint64_t i) { return country(std::min(mix(i, 3) % 200, mix(i, 4) % 200)); }),
      texts("currency", [=](std::uint64_t i) { return country(mix(i, 5) % 30) + "X"; }),
      texts("device", [](std::uint64_t i) { return fmt::format("device-{:05}", mix(i, 6) % 1000); }),
      texts("category", [](std::uint64_t i) { return sentence((mix(i, 7) % 50) * 0x9E3779B97F4A7C15, 4); }),
      texts("region", [](std::uint64_t i) { return fmt::format("region {}", i / 1000 % 40); }),
      texts("host", [](std::uint64_t i) { return fmt::format("host{}.eu.example.com", mix(i, 8) % 5000); }),
      with_nulls(texts("plan", [](std::uint64_t i) { return kWords[mix(i, 9) % 4]; }), 5, 10),
      with_nulls(texts("channel", [](std::uint64_t i) { return kWords[mix(i, 11) % 12]; }), 3, 12),
      with_nulls(
          texts("note", [](std::uint64_t i) { return sentence(mix(i, 13) % 300 * 0xBF58476D1CE4E5B9, 6); }),
          2, 14),
  };
  return generate(columns, rows);
}

// A list of `count(row)` elements, which `element` appends.
template <typename Count, typename Element>
Generator lists(std::string name, Type element_type, bool element_nullable, Count count, Element element) {
  return {.field = {.name = std::move(name), .type = Type::list(std::move(element_type), element_nullable)},
          .append = [count, element](Column& to, std::uint64_t row) {
            const std::uint64_t elements = count(row);
            for (std::uint64_t i = 0; i < elements; ++i) element(to.children[0], row, i);
            put_list(to);
          }};
}

DataSet nested(std::size_t rows) {
  const auto up_to = [](std::uint64_t most, std::uint64_t seed) {
    return [=](std::uint64_t row) { return mix(row, seed) % (most + 1); };
  };
  std::vector<Generator> columns = {
      numbers("id", Type::of(TypeId::Int64), [](std::uint64_t i) { return static_cast<std::int64_t>(i); }),
      lists("numbers", Type::of(TypeId::Int64), true, up_to(8, 0),
            [](Column& to, std::uint64_t row, std::uint64_t i) {
              if (mix(row * 16 + i, 1) % 20 == 0) return put_null(to);
              put(to, static_cast<std::int64_t>(mix(row * 16 + i, 2) % 1'000'000'007));
            }),
      lists("quantities", Type::of(TypeId::Int32), false, up_to(5, 3),
            [](Column& to, std::uint64_t row, std::uint64_t i) {
              put(to, static_cast<std::int32_t>(mix(row * 16 + i, 4) % 100));
            }),
      with_nulls(lists("tags", Type::of(TypeId::String), true, up_to(6, 5),
                       [](Column& to, std::uint64_t row, std::uint64_t i) {
                         put_text(to, sentence(mix(row * 16 + i, 6) % 500, 2));
                       }),
                 10, 7),
      with_nulls(lists("lines", Type::of(TypeId::String), true, up_to(3, 8),
                       [](Column& to, std::uint64_t row, std::uint64_t i) {
                         if (mix(row * 16 + i, 9) % 10 == 0) return put_null(to);
                         const std::uint64_t bits = mix(row * 16 + i, 10);
                         put_text(to, sentence(bits, 2 + bits % 5));
                       }),
                 10, 11),
      lists("points", Type::list(Type::of(TypeId::Float64)), true, up_to(4, 12),
            [](Column& to, std::uint64_t row, std::uint64_t i) {
              for (std::uint64_t k = 0; k < 2; ++k)
                put(to.children[0], fraction(mix(row * 16 + i * 2 + k, 13)));
              put_list(to);
            }),
      lists("items",
            Type::structure({{.name = "product", .type = Type::of(TypeId::Int32), .nullable = false},
                             {.name = "price", .type = Type::decimal(12, 2)}}),
            true, up_to(3, 14),
            [](Column& to, std::uint64_t row, std::uint64_t i) {
              put(to.children[0], static_cast<std::int32_t>(mix(row * 16 + i, 15) % 3000));
              if (mix(row * 16 + i, 16) % 8 == 0) {
                put_null(to.children[1]);
              } else {
                put(to.children[1], static_cast<std::int64_t>(mix(row * 16 + i, 17) % 1'000'000));
              }
              append_validity(to, true);
            }),
  };
  return generate(columns, rows);
}

}  // namespace

const std::vector<DataSetKind>& data_sets() {
  static const std::vector<DataSetKind> kSets = {
      {.name = "lineitem", .rows = 6'000'000, .make = lineitem},
      {.name = "wide_text", .rows = 300'000, .make = wide_text},
      {.name = "wide_numeric", .rows = 1'000'000, .make = wide_numeric},
      {.name = "low_cardinality", .rows = 2'000'000, .make = low_cardinality},
      {.name = "nested", .rows = 1'000'000, .make = nested},
  };
  return kSets;
}

}  // namespace pg2athena::bench
