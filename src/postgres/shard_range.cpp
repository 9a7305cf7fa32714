#include "postgres/shard_range.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "postgres/sql_text.h"

namespace pg2athena::postgres {
namespace {

namespace oid = types::oid;

// What a column's values are compared as. varchar has no operators of its own: a column of it is seen as text
// without a conversion, so that its index serves. char(n) has its own, which ignore blanks at the end.
struct KeyType {
  types::Oid type;
  std::string_view bound;
};
constexpr std::array kTypes = {
    KeyType{oid::kInt2, "pg_catalog.int2"},           KeyType{oid::kInt4, "pg_catalog.int4"},
    KeyType{oid::kInt8, "pg_catalog.int8"},           KeyType{oid::kDate, "pg_catalog.date"},
    KeyType{oid::kTimestamp, "pg_catalog.timestamp"}, KeyType{oid::kTimestamptz, "pg_catalog.timestamptz"},
    KeyType{oid::kUuid, "pg_catalog.uuid"},           KeyType{oid::kText, "pg_catalog.text"},
    KeyType{oid::kVarchar, "pg_catalog.text"},        KeyType{oid::kBpchar, "pg_catalog.bpchar"},
};

const KeyType* find(types::Oid type) {
  const auto found = std::ranges::find(kTypes, type, &KeyType::type);
  return found == kTypes.end() ? nullptr : &*found;
}

// The operators are qualified: a search_path of the operator's may have others of their names before
// pg_catalog's.
std::string condition(const BlockRange& blocks) {
  std::string text = fmt::format("ctid OPERATOR(pg_catalog.>=) '({},0)'::pg_catalog.tid", blocks.first);
  if (blocks.end)
    text += fmt::format(" AND ctid OPERATOR(pg_catalog.<) '({},0)'::pg_catalog.tid", *blocks.end);
  return text;
}

std::string comparison(const KeyColumn& key, std::string_view sign, const std::string& bound) {
  return fmt::format("{} OPERATOR(pg_catalog.{}) {}::{}", key_expression(key), sign, quote_literal(bound),
                     bound_type(key));
}

std::string condition(const KeyRange& range) {
  const KeyColumn& key = range.key;
  if (range.nulls) return quote_identifier(key.name) + " IS NULL";
  if (!range.lower && !range.upper) return quote_identifier(key.name) + " IS NOT NULL";
  if (!range.upper) return comparison(key, ">=", *range.lower);
  const std::string upper = comparison(key, "<", *range.upper);
  return range.lower ? fmt::format("{} AND {}", comparison(key, ">=", *range.lower), upper) : upper;
}

std::string blocks_text(const BlockRange& blocks) {
  return fmt::format("blocks {}..{}", blocks.first,
                     blocks.end ? std::to_string(*blocks.end - 1) : "the last");
}

}  // namespace

bool is_key_type(types::Oid type) {
  return find(type) != nullptr;
}

bool is_text_key(types::Oid type) {
  return type == oid::kText || type == oid::kVarchar || type == oid::kBpchar;
}

std::string_view bound_type(const KeyColumn& key) {
  const KeyType* const type = find(key.type);
  return type == nullptr ? "pg_catalog.text" : type->bound;
}

std::string key_expression(const KeyColumn& key) {
  const std::string column = quote_identifier(key.name);
  return key.by_bytes ? fmt::format(R"(({} COLLATE pg_catalog."C"))", column) : column;
}

std::string range_condition(const ShardRange& range) {
  if (const auto* const blocks = std::get_if<BlockRange>(&range)) return condition(*blocks);
  if (const auto* const keys = std::get_if<KeyRange>(&range)) return condition(*keys);
  return "";
}

std::vector<BlockRange> split_blocks(std::uint64_t blocks, std::uint64_t parts) {
  parts = std::clamp<std::uint64_t>(parts, 1, std::max<std::uint64_t>(blocks, 1));
  std::vector<BlockRange> ranges;
  for (std::uint64_t i = 0; i < parts; ++i) {
    BlockRange range{.first = static_cast<std::uint32_t>(blocks * i / parts), .end = std::nullopt};
    if (i + 1 < parts) range.end = static_cast<std::uint32_t>(blocks * (i + 1) / parts);
    ranges.push_back(range);
  }
  return ranges;
}

// Why every row is in exactly one. A key that isn't NULL has a place in its type's order, which is total:
// each row is either before a bound or not, `<` and `>=` of one operator class are each other's negation, and
// who is before one bound is before all that follow, since bounds ascend. So there is a first bound that the
// row is before, or none; the range that this bound closes has the row, since the same literal, read as the
// same type under the same collation, is what opened it for the bound before. The first range has no lower
// bound and the last no upper, so no value is beyond them, however late it was inserted and however odd it
// is: infinity, -infinity and years BC have places in the same order. What the bounds are doesn't matter, and
// they may be out of date: then the ranges are less equal, and no less complete. That they ascend does: the
// server has sorted them, in the order in which it compares the key. NULL has no place in the order: no
// comparison with it is true, and it has a range of its own, unless the server enforces that there is none.
std::vector<KeyRange> ranges_between(const KeyColumn& key, std::span<const std::string> bounds,
                                     bool nullable) {
  std::vector<KeyRange> ranges;
  KeyRange range{.key = key, .lower = std::nullopt, .upper = std::nullopt};
  for (const std::string& bound : bounds) {
    range.upper = bound;
    ranges.push_back(range);
    range.lower = bound;
  }
  range.upper.reset();
  ranges.push_back(std::move(range));
  if (nullable) ranges.push_back({.key = key, .lower = std::nullopt, .upper = std::nullopt, .nulls = true});
  return ranges;
}

std::string range_text(const ShardRange& range) {
  if (const auto* const blocks = std::get_if<BlockRange>(&range)) return blocks_text(*blocks);
  if (const auto* const keys = std::get_if<KeyRange>(&range)) {
    return fmt::format("{} of {}", keys->nulls ? "the NULLs" : "a range", keys->key.name);
  }
  return "";
}

std::string range_text_with_bounds(const ShardRange& range) {
  const auto* const keys = std::get_if<KeyRange>(&range);
  if (keys == nullptr || keys->nulls || (!keys->lower && !keys->upper)) return range_text(range);
  std::string text = keys->key.name;
  if (keys->lower) text += " from " + *keys->lower;
  if (keys->upper) text += (keys->lower ? " to before " : " before ") + *keys->upper;
  return text;
}

}  // namespace pg2athena::postgres
