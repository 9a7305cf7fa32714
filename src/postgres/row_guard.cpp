#include "postgres/row_guard.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/quantity.h"
#include "postgres/relation.h"
#include "types/decoded_size.h"

namespace pg2athena::postgres {
namespace {

using types::PgKind;
namespace oid = types::oid;

// What fails says this, the row's ctid, and the size of each large column, with blanks between them.
constexpr std::string_view kMarker = "pg2athena row too large: ";
constexpr std::string_view kNoCtid = "-";
// A column with no more than this isn't worth a look at each row.
constexpr std::uint64_t kSmall = 1024;

std::optional<std::uint64_t> if_small(std::uint64_t bytes) {
  return bytes <= kSmall ? std::optional(bytes) : std::nullopt;
}

// text(n) and the like: n characters of UTF-8. The typmod is n and the length of a varlena header.
std::optional<std::uint64_t> most_characters(std::int32_t typmod) {
  constexpr std::int32_t kVarhdrsz = 4;
  constexpr std::uint64_t kBytesPerCharacter = 4;
  if (typmod < kVarhdrsz) return std::nullopt;
  return if_small(static_cast<std::uint64_t>(typmod - kVarhdrsz) * kBytesPerCharacter);
}

bool is_text_or_bytea(const types::PgType& type) {
  return type.oid == oid::kText || type.oid == oid::kVarchar || type.oid == oid::kBpchar ||
         type.oid == oid::kBytea || (type.extension == "citext" && type.type_name == "citext");
}

bool by_octet_length(const ScanColumn& column) {
  return column.mapping.wire == types::WireForm::Binary && is_text_or_bytea(column.type);
}

// What the send function makes of a value. record_send calls it, wherever an extension has put it; and says
// the number of fields, the field's type and its length before it.
std::string sent_size(const std::string& name) {
  constexpr int kBeforeField = 12;
  return fmt::format(
      "(pg_catalog.octet_length(pg_catalog.record_send(ROW({}))) OPERATOR(pg_catalog.-) {})::pg_catalog.int8",
      name, kBeforeField);
}

// One by one: all texts together may be more than the server can hold.
std::string element_texts_size(const std::string& name) {
  return fmt::format(
      "(SELECT COALESCE(pg_catalog.sum(pg_catalog.octet_length(pg_catalog.format('%s', e.v))), 0) FROM "
      "pg_catalog.unnest({}) AS e (v))",
      name);
}

std::string array_size(const ScanColumn& column, const std::string& name) {
  std::string size = fmt::format(
      "({} OPERATOR(pg_catalog.+) ({}::pg_catalog.int8 OPERATOR(pg_catalog.*) "
      "pg_catalog.cardinality({})))",
      sent_size(name), types::slot_bytes(column.mapping.parts[0].column), name);
  if (!types::is_numeric_text(column.mapping.parts[0])) return size;
  return fmt::format("({} OPERATOR(pg_catalog.+) {})", size, element_texts_size(name));
}

std::string struct_size(const ScanColumn& column, const std::string& name) {
  return fmt::format("CASE WHEN {} IS NOT DISTINCT FROM NULL THEN 0 ELSE {} OPERATOR(pg_catalog.+) {} END",
                     name, sent_size(name), types::slot_bytes(column.mapping.column));
}

// The value's bytes, as bigint; NULL or 0 for NULL. No less than travels, no more than decoded_bytes(): what
// that knows besides (of the parts of parts, of maps, of numbers in them that become text) is counted when
// the row has arrived.
std::string size_of(const ScanColumn& column) {
  const std::string name = quote_identifier(column.name);
  const std::string wide = "::pg_catalog.int8";
  if (by_octet_length(column)) return fmt::format("pg_catalog.octet_length({}){}", name, wide);
  if (column.mapping.wire == types::WireForm::OutputText || types::is_numeric_text(column.mapping)) {
    return fmt::format("pg_catalog.octet_length(pg_catalog.format('%s', {})){}", name, wide);
  }
  if (column.type.is_array()) return array_size(column, name);
  const bool is_struct = column.mapping.column.storage() == columnar::Storage::Struct;
  return is_struct ? struct_size(column, name) : sent_size(name);
}

// By how many times what is sent of a value, or counts, passes what is stored of it. A boolean in an array
// has 1 byte there and 4 + 1 + 16 here; in a composite value 4 more here, for its type.
std::uint64_t largest_expansion(const types::PgType& type) {
  constexpr std::uint64_t kOfParts = 25;
  switch (type.kind) {
    case PgKind::Array:
    case PgKind::Composite:
      return kOfParts;
    case PgKind::Range:
    case PgKind::Multirange:
      return largest_expansion(type.element[0]);
    case PgKind::Base:
    case PgKind::Enum:
    case PgKind::Pseudo:
      break;
  }
  return kUsualExpansion;
}

// True for every value of more than `bytes`, and cheap.
std::string may_pass(const ScanColumn& column, std::uint64_t bytes) {
  const std::string name = quote_identifier(column.name);
  if (by_octet_length(column)) {
    return fmt::format("{} OPERATOR(pg_catalog.>) {}", size_of(column), bytes);
  }
  const std::uint64_t ratio = kLargestCompression * largest_expansion(column.type);
  return fmt::format("pg_catalog.pg_column_size({}) OPERATOR(pg_catalog.>) {}", name, bytes / ratio);
}

std::vector<const ScanColumn*> large_columns(const ScanSource& source) {
  std::vector<const ScanColumn*> columns;
  for (const ScanColumn& column : source.columns) {
    if (!most_bytes(column)) columns.push_back(&column);
  }
  return columns;
}

// A tree and not a chain: the server's parser and planner descend it, and a table has up to 1 600 columns.
std::string sum(const std::vector<std::string>& terms, std::size_t begin, std::size_t end) {
  if (end - begin == 1) return terms[begin];
  const std::size_t middle = begin + (end - begin) / 2;
  return fmt::format("({} OPERATOR(pg_catalog.+) {})", sum(terms, begin, middle), sum(terms, middle, end));
}

std::optional<std::uint64_t> most_bytes(const types::PgType& type, const types::TypeMapping& mapping);

// Of a composite value, a range or another struct: what its parts have, and what each counts besides.
std::optional<std::uint64_t> most_bytes_of_parts(const types::PgType& type,
                                                 const types::TypeMapping& mapping) {
  constexpr std::uint64_t kHeader = 4;
  constexpr std::uint64_t kBeforePart = 8;  // its type and its length
  std::uint64_t bytes = kHeader + types::slot_bytes(mapping.column);
  const auto add = [&](const types::PgType& part, const types::TypeMapping& part_mapping) {
    const auto most = most_bytes(part, part_mapping);
    // What contains others counts where it stands and for itself.
    const std::uint64_t times = types::grows(part_mapping) ? 2 : 1;
    if (most) bytes += kBeforePart + types::kElementBytes + times * *most;
    return most.has_value();
  };
  for (std::size_t i = 0; i < type.attributes.size(); ++i) {
    if (!add(type.attributes[i].type, mapping.parts[i])) return std::nullopt;
  }
  if (type.kind == PgKind::Range) {
    for (int bound = 0; bound < 2; ++bound) {
      if (!add(type.element[0], mapping.parts[0])) return std::nullopt;
    }
  }
  return if_small(bytes);
}

std::optional<std::uint64_t> most_bytes(const types::PgType& type, const types::TypeMapping& mapping) {
  constexpr std::uint64_t kName = 64;  // NAMEDATALEN; labels of enums too
  constexpr std::uint64_t kUuidText = 36;
  constexpr std::uint64_t kSignAndPoint = 3;  // and a zero before the point
  const columnar::Storage storage = mapping.column.storage();
  if (storage == columnar::Storage::List || mapping.wire == types::WireForm::OutputText) return std::nullopt;
  if (storage == columnar::Storage::Struct) return most_bytes_of_parts(type, mapping);
  // A number without a precision can be long on its way to a decimal.
  const auto digits = types::numeric_digits(type);
  if (type.oid == oid::kNumeric && !digits) return std::nullopt;
  if (storage != columnar::Storage::Bytes) return mapping.column.width();
  if (type.kind == PgKind::Enum || type.oid == oid::kName) return kName;
  if (type.oid == oid::kUuid) return kUuidText;
  if (type.oid == oid::kVarchar || type.oid == oid::kBpchar) return most_characters(type.typmod);
  return digits ? if_small(*digits + kSignAndPoint) : std::nullopt;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::optional<std::uint64_t> most_bytes(const ScanColumn& column) {
  return most_bytes(column.type, column.mapping);
}

std::uint64_t small_columns_bytes(const std::vector<ScanColumn>& columns) {
  constexpr std::uint64_t kLength = 4;
  std::uint64_t bytes = 0;
  for (const ScanColumn& column : columns) bytes += most_bytes(column).value_or(0) + kLength;
  return bytes;
}

bool expands(const ScanColumn& column) {
  return !most_bytes(column) && !by_octet_length(column) && column.type.oid != oid::kJson;
}

std::string row_guard(const ScanSource& source, bool with_ctid) {
  const std::vector<const ScanColumn*> columns = large_columns(source);
  if (columns.empty()) return "";
  // Where no column has more than its part of the limit, all together have no more than the limit.
  const std::uint64_t part = source.max_value_bytes / columns.size();
  std::string may;
  std::string sizes;
  std::vector<std::string> terms;
  for (const ScanColumn* const column : columns) {
    may += (may.empty() ? "" : " OR ") + may_pass(*column, part);
    terms.push_back(fmt::format("COALESCE({}, 0)", size_of(*column)));
    sizes += (sizes.empty() ? "" : ", ") + terms.back();
  }
  const std::string ctid = with_ctid ? "pg_catalog.format('%s', ctid)" : fmt::format("'{}'", kNoCtid);
  // The cast fails, with the text in its message. (A constant text would fail in the planner.)
  return fmt::format(
      "CASE WHEN {} THEN CASE WHEN {} OPERATOR(pg_catalog.>) {} THEN pg_catalog.concat('{}', {}, ' ', "
      "pg_catalog.array_to_string(ARRAY[{}], ' '))::pg_catalog.bool ELSE false END ELSE false END",
      may, sum(terms, 0, terms.size()), source.max_value_bytes, kMarker, ctid, sizes);
}

void LargeRow::add(std::size_t index, std::uint64_t value_bytes) {
  bytes += value_bytes;
  if (value_bytes <= column_bytes) return;
  column_bytes = value_bytes;
  column = index;
}

std::optional<LargeRow> parse_guard_message(std::string_view message, const ScanSource& source) {
  const std::size_t at = message.find(kMarker);
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + kMarker.size());
  LargeRow row;
  row.ctid = message.substr(0, message.find(' '));
  message.remove_prefix(row.ctid.size());
  if (row.ctid == kNoCtid) row.ctid.clear();
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    if (most_bytes(source.columns[i])) continue;
    if (message.starts_with(' ')) message.remove_prefix(1);
    row.add(i, take_number(message).value_or(0));
  }
  return row;
}

Error large_row_error(const LargeRow& row, const ScanSource& source) {
  const std::string column = source.columns[row.column].name;
  const std::string what = row.bytes == row.column_bytes
                               ? fmt::format("a value of {} bytes in column {}", row.bytes, column)
                               : fmt::format("{} bytes in its values, {} of them in column {}", row.bytes,
                                             row.column_bytes, column);
  Error error = Error(ErrorKind::ValueTooLarge,
                      fmt::format("a row of {} has {}; max_value_size is {}", source.display(), what,
                                  byte_size_text(source.max_value_bytes)))
                    .with("table", source.display())
                    .with("column", column);
  return row.ctid.empty() ? error : std::move(error).with("ctid", row.ctid);
}

}  // namespace pg2athena::postgres
