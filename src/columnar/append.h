// Fills a Batch from C++ values, a value or a row at a time: for programs that have rows. (What reads
// PostgreSQL fills the columns itself.)
//
//   append_row(batch, 17, "apple", std::optional<double>(), std::vector<std::string>{"red", "sweet"});
//
//   a column of                     takes
//   Boolean                         bool
//   Int16, Int32, Int64             every integer
//   Decimal                         every integer, __int128 too: the value times 10^scale
//   Date, Timestamp, Time           every integer: days, microseconds (schema.h)
//   Float32, Float64                every number
//   String, Binary                  std::string, std::string_view, a literal, a span of std::byte
//   List                            a range of what the element takes
//   Map                             a range of pairs, std::map for one
//   Struct                          std::tuple, std::pair: a value for each field
//   anything nullable               std::nullopt, or std::optional of what it takes otherwise
//
// InvalidArgument for a value that the column can't have: of another kind, too large for it, NULL where NULL
// isn't allowed, or more than the 4 GiB of text that a column of one batch has room for. Only part of the row
// is there then: clear the batch.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "base/bytes.h"
#include "base/error.h"
#include "base/int128.h"
#include "columnar/batch.h"

namespace pg2athena::columnar {

// The steps that append() below is made of. A list's slot is ended when its entries are in children[0], a
// struct's when each child has its value.
Result<void> append_null(Column& column);
Result<void> append_boolean(Column& column, bool value);
Result<void> append_integer(Column& column, Int128 value);
Result<void> append_number(Column& column, double value);
Result<void> append_bytes(Column& column, std::span<const std::byte> value);
Result<void> end_list(Column& column);
Result<void> end_struct(Column& column);

// The column that a list's entries are appended to.
Result<Column*> entries_of(Column& list);
// InvalidArgument unless the column is a struct of so many fields.
Result<void> check_struct(const Column& column, std::size_t fields);

namespace append_values {

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <typename T>
concept Text = std::convertible_to<const T&, std::string_view>;
template <typename T>
concept Bytes = std::convertible_to<const T&, std::span<const std::byte>>;
// is_integral leaves __int128 out where ISO C++ is asked for.
template <typename T>
concept Integer = std::integral<T> || std::same_as<T, Int128>;
template <typename T>
concept Tuple = requires { std::tuple_size<T>::value; };

}  // namespace append_values

template <typename T>
Result<void> append(Column& column, const T& value) {
  using namespace append_values;
  if constexpr (std::same_as<T, std::nullopt_t>) {
    return append_null(column);
  } else if constexpr (is_optional<T>) {
    return value ? append(column, *value) : append_null(column);
  } else if constexpr (std::same_as<T, bool>) {
    return append_boolean(column, value);
  } else if constexpr (Integer<T>) {
    return append_integer(column, Int128{value});
  } else if constexpr (std::floating_point<T>) {
    return append_number(column, static_cast<double>(value));
  } else if constexpr (Text<T>) {
    return append_bytes(column, as_bytes(std::string_view(value)));
  } else if constexpr (Bytes<T>) {
    return append_bytes(column, value);
  } else if constexpr (std::ranges::input_range<const T>) {
    PG2ATHENA_ASSIGN(Column* const entries, entries_of(column));
    for (const std::ranges::range_value_t<const T>& entry : value) PG2ATHENA_TRY(append(*entries, entry));
    return end_list(column);
  } else {
    static_assert(Tuple<T>, "no column takes a value of this type");
    PG2ATHENA_TRY(check_struct(column, std::tuple_size_v<T>));
    return std::apply(
        [&](const auto&... fields) -> Result<void> {
          Result<void> result;
          auto child = column.children.begin();
          static_cast<void>(((result = append(*child++, fields)).has_value() && ...));
          return result ? end_struct(column) : result;
        },
        value);
  }
}

// One value for each column, from the first to the last.
template <typename... T>
Result<void> append_row(Batch& batch, const T&... values) {
  if (batch.columns.size() != sizeof...(values)) {
    return fail(ErrorKind::InvalidArgument, "a row with more or fewer values than there are columns");
  }
  Result<void> result;
  auto column = batch.columns.begin();
  static_cast<void>(((result = append(*column++, values)).has_value() && ...));
  return result;
}

}  // namespace pg2athena::columnar
