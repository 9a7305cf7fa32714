#include "case_values.h"

#include <fmt/format.h>

namespace pg2athena::parquet {

using columnar::Type;
using columnar::TypeId;

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
Int128 largest(int precision) {
  return power_of_ten(precision) - 1;
}

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
std::string wide_text(std::size_t row, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; text.size() < length; ++i) text += fmt::format("{:x} ", mix(row * 77 + i));
  text.resize(length);
  return text;
}

}  // namespace pg2athena::parquet
