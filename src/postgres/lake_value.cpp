#include "postgres/lake_value.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "types/numeric_typmod.h"

namespace pg2athena::postgres {
namespace {

using columnar::TypeId;
using types::OnUnrepresentable;
using types::PgKind;
using types::PgType;
using types::TypeMapping;
namespace oid = types::oid;

// Operators and functions are qualified: the statement may run in the operator's search_path.
std::string call(std::string_view function, const std::string& argument) {
  return fmt::format("pg_catalog.{}({})", function, argument);
}
std::string cast(const std::string& value, std::string_view type) {
  return fmt::format("({})::pg_catalog.{}", value, type);
}
std::string when(const std::string& condition, const std::string& value) {
  return fmt::format("CASE WHEN {} THEN {} END", condition, value);
}
std::string compare(const std::string& left, std::string_view op, const std::string& right) {
  return fmt::format("({}) OPERATOR(pg_catalog.{}) {}", left, op, right);
}
// The syntax means pg_catalog.extract(), and that is exact since PostgreSQL 14: numeric.
std::string extract(std::string_view field, const std::string& value) {
  return fmt::format("EXTRACT({} FROM {})", field, value);
}

constexpr int kMicroDigits = 6;

// As base/civil_time.h has them: the last timestamp that microseconds since 1970 can be, and the first that
// PostgreSQL has.
std::string last_timestamp(std::string_view type) {
  return fmt::format("'294247-01-10 04:00:54.775807+00'::pg_catalog.{}", type);
}
std::string first_timestamp(std::string_view type) {
  return fmt::format("'4714-11-24 00:00:00+00 BC'::pg_catalog.{}", type);
}

// What becomes of values that the column can't hold, where the run doesn't end at them.
struct Range {
  std::string fits;     // a condition
  std::string clamped;  // the nearest value
};

class LeafFinder {
 public:
  LeafFinder(LakeValues& found, const std::string& encoding)
      : found_(found), sql_ascii_(encoding == "SQL_ASCII"), utf8_(encoding == "UTF8" || sql_ascii_) {}

  // `value` is an expression of the type, in a scope.
  void find(const std::string& value, const PgType& type, const TypeMapping& mapping, std::size_t scope) {
    if (mapping.form->column == nullptr) return find_parts(value, type, mapping, scope);
    if (mapping.column.children.empty()) return add_scalar(value, type, mapping, scope);
    if (type.oid == oid::kInterval && policy(mapping) != OnUnrepresentable::Clamp)
      return add_interval(value, mapping, scope);
    add_unknown(mapping.column);
  }

 private:
  static OnUnrepresentable policy(const TypeMapping& mapping) {
    return mapping.can_fail_on.empty() ? OnUnrepresentable::Error : mapping.on_unrepresentable;
  }

  // What nothing is known of.
  void add_unknown(const columnar::Type& type) {
    if (type.children.empty()) {
      found_.leaves.push_back({.type = type.id});
      return;
    }
    for (const columnar::Field& child : type.children) add_unknown(child.type);
  }

  void find_parts(const std::string& value, const PgType& type, const TypeMapping& mapping,
                  std::size_t scope) {
    switch (type.kind) {
      case PgKind::Composite:
        for (std::size_t i = 0; i < type.attributes.size(); ++i) {
          const types::PgAttribute& attribute = type.attributes[i];
          find(fmt::format("({}).{}", value, quote_identifier(attribute.name)), attribute.type,
               mapping.parts[i], scope);
        }
        return;
      case PgKind::Range:
        return find_range(value, type, mapping, scope);
      case PgKind::Array:
      case PgKind::Multirange:
        return find_list(value, type, mapping, scope);
      case PgKind::Base:
      case PgKind::Enum:
      case PgKind::Pseudo:
        return add_unknown(mapping.column);
    }
  }

  // A range with a bound that can't be held is NULL as a whole, where its bounds' policy is that.
  void find_range(std::string value, const PgType& type, const TypeMapping& mapping, std::size_t scope) {
    const PgType& subtype = type.element[0];
    const TypeMapping& bound = mapping.parts[0];
    if (policy(bound) == OnUnrepresentable::Null) {
      const auto is_held = [&](std::string_view which) {
        const std::string of_range = call(which, value);
        return fmt::format("(({}) IS NULL) OPERATOR(pg_catalog.=) (({}) IS NULL)", of_range,
                           held(of_range, subtype, bound));
      };
      value = when(fmt::format("{} AND {}", is_held("lower"), is_held("upper")), value);
    }
    find(call("lower", value), subtype, bound, scope);
    find(call("upper", value), subtype, bound, scope);
    for (const std::string_view flag : {"lower_inc", "upper_inc", "isempty"}) {
      add_boolean(call(flag, value), scope);
    }
  }

  // A list's elements are those of unnest(); it has no dimension but one, from 1, or is no list.
  void find_list(std::string value, const PgType& type, const TypeMapping& mapping, std::size_t scope) {
    if (mapping.on_unrepresentable == OnUnrepresentable::Null && type.is_array()) {
      value = when(fmt::format("COALESCE({}, 1) OPERATOR(pg_catalog.=) 1 AND COALESCE({}, 1) "
                               "OPERATOR(pg_catalog.=) 1",
                               call("array_ndims", value), call("array_lower", value + ", 1")),
                   value);
    }
    const std::string alias = fmt::format("e{}", found_.scopes.size());
    const std::string before = scope == 0 ? "(VALUES (0)) AS one (z)" : found_.scopes[scope];
    // As one column whatever the elements are: in FROM, unnest() would take composites apart.
    found_.scopes.push_back(fmt::format("{} LEFT JOIN LATERAL (SELECT {} AS v) AS {} ON true", before,
                                        call("unnest", value), alias));
    find(alias + ".v", type.element[0], mapping.parts[0], found_.scopes.size() - 1);
  }

  void add_scalar(const std::string& value, const PgType& type, const TypeMapping& mapping,
                  std::size_t scope) {
    LeafSql leaf{.type = mapping.column.id, .scope = scope, .value = held(value, type, mapping)};
    leaf.measures.count = true;
    switch (mapping.column.id) {
      case TypeId::Boolean:
        return add_boolean(value, scope);
      case TypeId::String:
        // Nobody knows in SQL which texts are no UTF-8.
        if (sql_ascii_ && policy(mapping) != OnUnrepresentable::Error) leaf.measures.count = false;
        set_text(leaf, mapping);
        break;
      case TypeId::Binary:
        if (type.oid == oid::kBytea) set_binary(leaf);
        break;
      case TypeId::Float32:
      case TypeId::Float64:
        set_floating(leaf);
        break;
      default:
        set_number(leaf, type, mapping);
        break;
    }
    found_.leaves.push_back(std::move(leaf));
  }

  void add_boolean(const std::string& value, std::size_t scope) {
    LeafSql leaf{.type = TypeId::Boolean, .scope = scope, .value = value};
    leaf.measures.count = true;
    const std::string number = cast(value, "int4");
    set_sum(leaf, number, number);
    set_bounds(leaf, call("min", number), call("max", number));
    found_.leaves.push_back(std::move(leaf));
  }

  // interval2itm() in timestamp.c splits months into years and months, and the time into hours, minutes and
  // seconds, each of the sign of the whole: added up again they are what is stored.
  void add_interval(std::string value, const TypeMapping& mapping, std::size_t scope) {
    if (policy(mapping) == OnUnrepresentable::Null) value = when(call("isfinite", value), value);
    const auto field = [&](std::string_view name) { return extract(name, value); };
    const auto add = [&](TypeId type, const std::string& number, int scale) {
      LeafSql leaf{.type = type, .scope = scope, .value = value};
      leaf.measures = {.count = true, .scale = scale};
      set_sum(leaf, number, number);
      set_bounds(leaf, call("min", number), call("max", number));
      found_.leaves.push_back(std::move(leaf));
    };
    constexpr std::string_view kSum = "({} OPERATOR(pg_catalog.*) {} OPERATOR(pg_catalog.+) {})";
    add(TypeId::Int32, fmt::format(kSum, field("YEAR"), 12, field("MONTH")), 0);
    add(TypeId::Int32, field("DAY"), 0);
    const std::string minutes = fmt::format(kSum, field("HOUR"), 60, field("MINUTE"));
    add(TypeId::Int64, fmt::format(kSum, minutes, 60, field("SECOND")), kMicroDigits);
  }

  // What the output function prints, but for what a cast to text leaves as it is, and for char(n), whose cast
  // takes the blanks away.
  static std::string output_text(const std::string& value, const TypeMapping& mapping) {
    const bool same = mapping.row->oid == oid::kText || mapping.row->oid == oid::kVarchar ||
                      mapping.row->name == "citext" || mapping.trim;
    if (same) return cast(value, "text");
    return fmt::format(
        "CASE WHEN {0} IS NOT DISTINCT FROM NULL THEN NULL ELSE pg_catalog.format('%s', {0}) END", value);
  }

  void set_text(LeafSql& leaf, const TypeMapping& mapping) const {
    const std::string text = output_text(leaf.value, mapping);
    leaf.measures.sum = true;
    if (utf8_) {
      leaf.sum = cast(call("octet_length", text), "int8");
      leaf.text = text;
      leaf.measures.text = CanonicalText::Text;
      return;
    }
    const std::string bytes = call("convert_to", text + ", 'UTF8'");
    leaf.sum = cast(call("octet_length", bytes), "int8");
    leaf.text = call("encode", bytes + ", 'hex'");
    leaf.measures.text = CanonicalText::Hex;
  }

  static void set_binary(LeafSql& leaf) {
    leaf.measures.sum = true;
    leaf.sum = cast(call("octet_length", leaf.value), "int8");
    leaf.measures.text = CanonicalText::Hex;
    leaf.text = call("encode", leaf.value + ", 'hex'");
  }

  // Parquet's statistics know no NaN; PostgreSQL's order has it as the largest.
  static void set_floating(LeafSql& leaf) {
    const bool wide = leaf.type == TypeId::Float64;
    const std::string_view type = wide ? "float8" : "float4";
    const std::string numbers =
        when(compare(leaf.value, "<>", fmt::format("'NaN'::pg_catalog.{}", type)), leaf.value);
    set_bounds(leaf, call("min", numbers), call("max", numbers));
    leaf.measures.text = CanonicalText::Bits;
    leaf.text = call("encode", call(wide ? "float8send" : "float4send", leaf.value) + ", 'hex'");
  }

  static void set_sum(LeafSql& leaf, const std::string& summand, const std::string& number) {
    leaf.measures.sum = true;
    // sum(int4) has 64 bits, sum(int8) as many as it needs.
    leaf.sum = leaf.measures.scale == 0 && leaf.type != TypeId::Decimal ? cast(summand, "int8") : summand;
    leaf.measures.text = CanonicalText::Number;
    leaf.text = cast(number, "text");
  }
  static void set_bounds(LeafSql& leaf, std::string min, std::string max) {
    leaf.measures.bounds = true;
    leaf.min = std::move(min);
    leaf.max = std::move(max);
  }

  // `number` makes the lake's number of a value, by an order that doesn't change.
  template <typename Number>
  static void set_ordered(LeafSql& leaf, const Number& number) {
    set_sum(leaf, number(leaf.value), number(leaf.value));
    set_bounds(leaf, number(call("min", leaf.value)), number(call("max", leaf.value)));
  }
  // By any other order.
  static void set_unordered(LeafSql& leaf, const std::string& number) {
    set_sum(leaf, number, number);
    set_bounds(leaf, call("min", number), call("max", number));
  }

  static void set_number(LeafSql& leaf, const PgType& type, const TypeMapping& mapping) {
    const auto same = [](const std::string& value) { return value; };
    switch (type.oid) {
      case oid::kInt2:
      case oid::kInt4:
      case oid::kInt8:
        return set_ordered(leaf, same);
      case oid::kOid:
        return set_unordered(leaf, cast(leaf.value, "int8"));
      case oid::kXid:
        return set_unordered(leaf, cast(cast(leaf.value, "text"), "int8"));
      case oid::kNumeric:
      case oid::kMoney:
        return set_decimal(leaf, type, mapping);
      case oid::kDate:
        return set_date(leaf);
      case oid::kTimestamp:
      case oid::kTimestamptz:
        return set_timestamp(leaf, type, mapping);
      case oid::kTime:
      case oid::kTimetz:
        return set_time(leaf, type, mapping);
      default:
        return;  // its values are counted
    }
  }

  // What is left of a value where its policy makes another of it: the lake's value, or NULL.
  static std::string held(const std::string& value, const PgType& type, const TypeMapping& mapping) {
    if (policy(mapping) == OnUnrepresentable::Error) return value;
    const Range range = range_of(value, type, mapping);
    if (range.fits.empty()) return value;
    if (policy(mapping) == OnUnrepresentable::Null) return when(range.fits, value);
    // LEAST and GREATEST pass a NULL over, and would make it a bound.
    return when(fmt::format("({}) IS NOT NULL", value), range.clamped);
  }
  static std::string clamp(const std::string& value, const std::string& least, const std::string& most) {
    return fmt::format("LEAST(GREATEST({}, {}), {})", value, least, most);
  }

  // Empty for types that the lake has all values of.
  static Range range_of(const std::string& value, const PgType& type, const TypeMapping& mapping) {
    switch (type.oid) {
      case oid::kNumeric:
        return decimal_range(value, mapping);
      case oid::kDate:
        return {
            .fits = call("isfinite", value),
            .clamped = clamp(value, "'4714-11-24 BC'::pg_catalog.date", "'5874897-12-31'::pg_catalog.date")};
      case oid::kTimestamp:
      case oid::kTimestamptz: {
        const std::string first = first_timestamp(timestamp_name(type));
        const std::string last = last_timestamp(timestamp_name(type));
        return {.fits = fmt::format("{} AND {}", compare(value, "<=", last), compare(value, ">=", first)),
                .clamped = clamp(value, first, last)};
      }
      case oid::kTime:
        return {.fits = compare(value, "<", "'24:00:00'::pg_catalog.time"),
                .clamped = fmt::format("LEAST({}, '23:59:59.999999'::pg_catalog.time)", value)};
      default:
        return {};
    }
  }

  static Range decimal_range(const std::string& value, const TypeMapping& mapping) {
    if (mapping.column.id != TypeId::Decimal) return {};
    const int scale = mapping.column.scale;
    // 10^(p-s) less one of the last digit.
    std::string most(static_cast<std::size_t>(mapping.column.precision), '9');
    if (scale != 0) most.insert(most.size() - static_cast<std::size_t>(scale), 1, '.');
    if (most.starts_with('.')) most.insert(0, 1, '0');
    const std::string high = fmt::format("'{}'::pg_catalog.numeric", most);
    const std::string low = fmt::format("'-{}'::pg_catalog.numeric", most);
    const std::string rounded = call("round", fmt::format("{}, {}", value, scale));
    // NaN is above all and equal to itself: it fits nowhere.
    return {.fits = fmt::format("{} AND {} AND {}", compare(value, "=", rounded), compare(value, "<=", high),
                                compare(value, ">=", low)),
            .clamped = clamp(rounded, low, high)};
  }

  static void set_decimal(LeafSql& leaf, const PgType& type, const TypeMapping& mapping) {
    const int scale = mapping.column.scale;
    leaf.measures.scale = scale;
    if (type.oid == oid::kMoney) {
      return set_ordered(leaf, [](const std::string& value) { return cast(value, "numeric"); });
    }
    set_ordered(leaf, [](const std::string& value) { return value; });
    // All texts have the same digits behind the point.
    const auto typmod = types::numeric_typmod(type);
    const bool has_scale =
        typmod && std::max(typmod->scale, 0) == scale && policy(mapping) != OnUnrepresentable::Clamp;
    if (!has_scale) leaf.text = cast(call("round", fmt::format("{}, {}", leaf.value, scale)), "text");
  }

  static void set_date(LeafSql& leaf) {
    set_ordered(leaf, [](const std::string& value) {
      return fmt::format("({} OPERATOR(pg_catalog.-) '1970-01-01'::pg_catalog.date)", value);
    });
  }

  static std::string_view timestamp_name(const PgType& type) {
    return type.oid == oid::kTimestamp ? "timestamp" : "timestamptz";
  }

  static void set_timestamp(LeafSql& leaf, const PgType& type, const TypeMapping& mapping) {
    leaf.measures.scale = kMicroDigits;
    if (mapping.form->name == "millis_floor") {
      return set_ordered(leaf, [](const std::string& value) {
        return extract("EPOCH", call("date_trunc", "'milliseconds', " + value));
      });
    }
    // Of the very last one extract() divides numerics, which rounds away two digits (timestamp_part_common in
    // timestamp.c).
    const std::string last = last_timestamp(timestamp_name(type));
    set_ordered(leaf, [&](const std::string& value) {
      return fmt::format("CASE WHEN {} THEN 9223372036854.775807 ELSE {} END", compare(value, "=", last),
                         extract("EPOCH", value));
    });
  }

  // Of the time of day, which "24:00:00" ends; with a zone, in UTC, which may be the day before or after.
  static void set_time(LeafSql& leaf, const PgType& type, const TypeMapping& mapping) {
    leaf.measures.scale = kMicroDigits;
    if (type.oid == oid::kTime) {
      return set_ordered(leaf, [](const std::string& value) { return extract("EPOCH", value); });
    }
    if (policy(mapping) != OnUnrepresentable::Error) {
      leaf.measures.count = false;
      return;
    }
    constexpr std::string_view kDay = "86400";
    const std::string days = call("mod", fmt::format("{}, {}", extract("EPOCH", leaf.value), kDay));
    set_unordered(leaf, call("mod", fmt::format("{} OPERATOR(pg_catalog.+) {}, {}", days, kDay, kDay)));
  }

  LakeValues& found_;
  bool sql_ascii_;
  bool utf8_;  // the server's bytes of a text are the lake's
};

}  // namespace

LakeValues lake_values(const std::vector<ScanColumn>& columns, const std::string& row,
                       const std::string& encoding) {
  LakeValues found;
  found.scopes.emplace_back();
  LeafFinder finder(found, encoding);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    finder.find(fmt::format("{}.c{}", row, i), columns[i].type, columns[i].mapping, 0);
  }
  return found;
}

}  // namespace pg2athena::postgres
