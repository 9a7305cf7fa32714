#include "postgres/server_totals.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/number_text.h"
#include "postgres/hash_bytes.h"
#include "types/value_text.h"

namespace pg2athena::postgres {
namespace {

// A statement returns at most 1 664 columns (MaxTupleAttributeNumber in src/include/access/htup_details.h),
// and each reads the shard again. A quarter of that is still planned in no time, and nearly all tables have
// fewer leaves.
constexpr std::size_t kLeavesPerStatement = 400;

// Any text that the server is to hash as we do.
constexpr std::string_view kProbe = "pg2athena";

constexpr std::string_view kRow = "r";

std::string hash_of(const std::string& text) {
  return fmt::format("pg_catalog.hashtextextended({} COLLATE pg_catalog.\"C\", 0)", text);
}

Error broken_answer() {
  return Error(ErrorKind::CorruptInput, "the server's answer to a question for sums is broken");
}

// A numeric's text, of any number of digits behind the point, as a number without its point. Nothing where it
// has other digits than zeros behind the scale.
std::optional<ExactSum> unscaled_in(std::string_view text, int scale) {
  const auto digits = static_cast<std::size_t>(scale);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string padded(text.substr(0, point));
  std::string_view behind = text.substr(std::min(point + 1, text.size()));
  while (behind.size() > digits && behind.ends_with('0')) behind.remove_suffix(1);
  if (behind.size() > digits) return std::nullopt;
  if (digits != 0) padded += fmt::format(".{:0<{}}", behind, digits);
  // (numeric has no negative zero.)
  return ExactSum::parse(padded, scale);
}

// The next of the texts between commas; empty for NULL.
std::string_view take_part(std::string_view& text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view part = text.substr(0, comma);
  text.remove_prefix(std::min(comma + 1, text.size()));
  return part;
}

// A number of the lake, where the text has one.
bool read_number(std::string_view text, int scale, std::optional<ExactSum>& out) {
  if (text.empty()) return true;
  out = unscaled_in(text, scale);
  return out.has_value();
}

bool read_floating(std::string_view text, std::optional<double>& out) {
  if (text.empty()) return true;
  double number = 0;
  if (!types::parse_float_text(text, number)) return false;
  out = number;
  return true;
}

// What ServerQuestions::item() asked for. NULL, which a sum of nothing is, is 0 here.
bool read_leaf(std::string_view text, const LeafSql& sql, ServerLeaf& leaf) {
  const LeafMeasures& measures = sql.measures;
  const bool floating = sql.type == columnar::TypeId::Float32 || sql.type == columnar::TypeId::Float64;
  const std::string_view entries_text = take_part(text);
  const std::string_view values_text = take_part(text);
  // The sum over no rows is NULL.
  const auto entries =
      entries_text.empty() ? std::optional<std::uint64_t>(0) : parse_whole<std::uint64_t>(entries_text);
  const auto values =
      values_text.empty() ? std::optional<std::uint64_t>(0) : parse_whole<std::uint64_t>(values_text);
  if (!entries || !values || *entries < *values) return false;
  leaf.values = *values;
  leaf.nulls = *entries - *values;
  if (!read_number(take_part(text), measures.scale, leaf.sum)) return false;
  if (measures.sum && !leaf.sum) leaf.sum.emplace();
  const std::string_view min = take_part(text);
  const std::string_view max = take_part(text);
  const bool bounds =
      floating ? read_floating(min, leaf.least) && read_floating(max, leaf.most)
               : read_number(min, measures.scale, leaf.min) && read_number(max, measures.scale, leaf.max);
  std::optional<ExactSum> digest;
  if (!bounds || !read_number(text, 0, digest)) return false;
  leaf.digest = digest.value_or(ExactSum()).low_bits();
  return true;
}

// The one line of a COPY in its text form.
Result<std::string> copied_line(Connection& connection, const std::string& sql) {
  PG2ATHENA_TRY(connection.start_copy(sql));
  std::string text;
  while (true) {
    PG2ATHENA_ASSIGN(const auto message, connection.next_copy_message());
    if (!message) break;
    text.append(message->data.get(), message->size);
  }
  if (!text.ends_with('\n')) return fail(broken_answer());
  text.pop_back();
  return text;
}

}  // namespace

ServerQuestions::ServerQuestions(const ScanSource& source, const std::string& encoding, bool digests)
    : source_(source), values_(lake_values(source.columns, std::string(kRow), encoding)), digests_(digests) {}

// Entries and values, sum, minimum, maximum and digest: as one text, since a statement has few columns. What
// a leaf hasn't is empty.
std::string ServerQuestions::item(std::size_t index) const {
  const LeafSql& leaf = values_.leaves[index];
  const bool digest = digests_ && leaf.measures.text != CanonicalText::None;
  std::string parts;
  const auto add = [&](bool has, const std::string& aggregate) {
    parts += fmt::format("{}{}", parts.empty() ? "" : ", ',', ", has ? aggregate : "''");
  };
  if (leaf.scope == 0) {
    add(true, "pg_catalog.count(*)");
    add(true, fmt::format("pg_catalog.count({})", leaf.value));
    add(leaf.measures.sum, fmt::format("pg_catalog.sum({})", leaf.sum));
    add(leaf.measures.bounds, leaf.min);
    add(leaf.measures.bounds, leaf.max);
    add(digest, fmt::format("pg_catalog.sum({})", hash_of(leaf.text)));
  } else {
    const auto of_rows = [&](std::string_view aggregate, std::string_view what) {
      return fmt::format("pg_catalog.{}(s{}.{}{})", aggregate, leaf.scope, what, index);
    };
    add(true, fmt::format("pg_catalog.sum(s{}.n)", leaf.scope));
    add(true, of_rows("sum", "c"));
    add(leaf.measures.sum, of_rows("sum", "t"));
    add(leaf.measures.bounds, of_rows("min", "a"));
    add(leaf.measures.bounds, of_rows("max", "z"));
    add(digest, of_rows("sum", "h"));
  }
  return fmt::format("pg_catalog.concat({})", parts);
}

// The same of the elements that one row has.
std::string ServerQuestions::scope_join(std::size_t scope, std::size_t begin, std::size_t end) const {
  std::string list = "pg_catalog.count(*) AS n";
  bool any = false;
  for (std::size_t i = begin; i < end; ++i) {
    const LeafSql& leaf = values_.leaves[i];
    if (!leaf.measures.count || leaf.scope != scope) continue;
    any = true;
    list += fmt::format(", pg_catalog.count({}) AS c{}", leaf.value, i);
    if (leaf.measures.sum) list += fmt::format(", pg_catalog.sum({}) AS t{}", leaf.sum, i);
    if (leaf.measures.bounds) list += fmt::format(", {} AS a{}, {} AS z{}", leaf.min, i, leaf.max, i);
    if (digests_ && leaf.measures.text != CanonicalText::None) {
      list += fmt::format(", pg_catalog.sum({}) AS h{}", hash_of(leaf.text), i);
    }
  }
  if (!any) return "";
  return fmt::format(" LEFT JOIN LATERAL (SELECT {} FROM {}) AS s{} ON true", list, values_.scopes[scope],
                     scope);
}

std::string ServerQuestions::statement(const ShardRange& range, std::size_t begin, std::size_t end) const {
  std::string list = "pg_catalog.count(*)";
  if (digests_) list += ", " + hash_of(fmt::format("'{}'::pg_catalog.text", kProbe));
  for (std::size_t i = begin; i < end; ++i) {
    if (values_.leaves[i].measures.count) list += ", " + item(i);
  }
  std::string columns;
  for (std::size_t i = 0; i < source_.columns.size(); ++i) {
    columns +=
        fmt::format("{}{} AS c{}", columns.empty() ? "" : ", ", quote_identifier(source_.columns[i].name), i);
  }
  std::string joins;
  for (std::size_t scope = 1; scope < values_.scopes.size(); ++scope) {
    joins += scope_join(scope, begin, end);
  }
  // What a view or a query makes of its columns is to be made once a row, as for COPY: the planner would put
  // it in each place that asks for the column, if it could dissolve the subquery.
  const bool makes_values = !source_.relation || source_.filenode == 0;
  return fmt::format("COPY (SELECT {} FROM (SELECT {} {}{}) AS {}{}) TO STDOUT", list, columns,
                     rows_of(source_, range), makes_values ? " OFFSET 0" : "", kRow, joins);
}

std::vector<std::string> ServerQuestions::statements(const ShardRange& range) const {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < values_.leaves.size(); begin += kLeavesPerStatement) {
    all.push_back(statement(range, begin, std::min(begin + kLeavesPerStatement, values_.leaves.size())));
  }
  return all;
}

Result<ServerTotals> ServerQuestions::ask(Connection& connection, const ShardRange& range) const {
  ServerTotals totals;
  totals.leaves.resize(values_.leaves.size());
  for (std::size_t begin = 0; begin < values_.leaves.size(); begin += kLeavesPerStatement) {
    const std::size_t end = std::min(begin + kLeavesPerStatement, values_.leaves.size());
    PG2ATHENA_ASSIGN(const std::string line, copied_line(connection, statement(range, begin, end)));
    PG2ATHENA_TRY(read_answer(line, begin, end, totals));
  }
  return totals;
}

Result<void> ServerQuestions::read_answer(std::string_view line, std::size_t begin, std::size_t end,
                                          ServerTotals& totals) const {
  const auto take_column = [&] {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    const std::string_view column = line.substr(0, tab);
    line.remove_prefix(std::min(tab + 1, line.size()));
    return column;
  };
  const auto rows = parse_whole<std::uint64_t>(take_column());
  if (!rows) return fail(broken_answer());
  totals.rows = *rows;
  if (digests_) {
    const auto hash = static_cast<std::int64_t>(hash_bytes(as_bytes(kProbe)));
    if (take_column() != std::to_string(hash)) {
      return fail(Error(ErrorKind::Unsupported, "the server hashes bytes otherwise than this program")
                      .hint("a big-endian server does; verify without digests of values: --verify"));
    }
  }
  for (std::size_t i = begin; i < end; ++i) {
    const LeafMeasures& measures = values_.leaves[i].measures;
    if (!measures.count) continue;
    if (!read_leaf(take_column(), values_.leaves[i], totals.leaves[i])) return fail(broken_answer());
  }
  return line.empty() ? Result<void>() : fail(broken_answer());
}

Result<std::uint64_t> count_rows(Connection& connection, const ScanSource& source) {
  const std::string sql =
      fmt::format("COPY (SELECT pg_catalog.count(*) {}) TO STDOUT", rows_of(source, WholeSource()));
  PG2ATHENA_ASSIGN(const std::string line, copied_line(connection, sql));
  const auto rows = parse_whole<std::uint64_t>(line);
  if (!rows) return fail(broken_answer());
  return *rows;
}

}  // namespace pg2athena::postgres
