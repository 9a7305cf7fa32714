#include "random_values.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "case_json.h"
#include "case_values.h"

namespace pg2athena::parquet {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

namespace {

constexpr std::size_t kRun = 300;

// In ascending order for i = 0, 1, 2, …
Value ascending(const Type& type, std::size_t i) {
  const auto number = static_cast<std::int64_t>(i);
  switch (type.id) {
    case TypeId::Boolean:
      return i >= kRun;
    case TypeId::Int16:
      return std::min<std::int64_t>(number - 100, 32767);
    case TypeId::Int32:
    case TypeId::Int64:
      return number * 7 - 1000;
    case TypeId::Float32:
    case TypeId::Float64:
      return static_cast<double>(number) / 8 - 20;
    case TypeId::Decimal:
      return std::min<Int128>(number - 5, largest(type.precision));
    case TypeId::Date:
      return number / 3;
    case TypeId::Timestamp:
    case TypeId::Time:
      return std::min<std::int64_t>(number * 1'000'003, 86'399'999'999);
    default:
      return fmt::format("key {:09}", i);
  }
}

// Not far from each other, in no order.
Value close(const Type& type, std::size_t i, std::uint64_t seed) {
  return ascending(type, i / 2 + mix(i + seed) % 40);
}

// Keys are equal for a reader when they are here; 0.0 and -0.0 are, too.
std::string identity(const Type& key, const Value& value) {
  const auto* number = std::get_if<double>(&value.value);
  if (number != nullptr && *number == 0) return "0";
  return to_json(key, value).dump();
}

}  // namespace

std::uint64_t Random::bits() {
  return mix(state_++);
}

RandomValues::RandomValues(const Field& field, Random& random)
    : type_(field.type),
      nullable_(field.nullable),
      shape_(random.one_of({Shape::AnyValue, Shape::AnyValue, Shape::FewValues, Shape::Constant,
                            Shape::Ascending, Shape::Runs, Shape::Close, Shape::Extremes})),
      seed_(random.bits()),
      null_percent_(random.one_of<std::uint64_t>({0, 1, 10, 10, 50, 95, 100})),
      empty_percent_(random.one_of<std::uint64_t>({0, 5, 20, 60, 100})),
      longest_list_(random.one_of<std::uint64_t>({1, 2, 3, 3, 5})),
      null_runs_(random.percent(15)) {
  for (const Field& child : type_.children) children_.emplace_back(child, random);
}

Value RandomValues::next(Random& random) {
  ++count_;
  const bool null = null_runs_ ? count_ / kRun % 2 == 0 : random.percent(null_percent_);
  if (nullable_ && null) return Null{};
  switch (type_.id) {
    case TypeId::List:
    case TypeId::Map:
      return list(random);
    case TypeId::Struct: {
      Record record;
      for (RandomValues& child : children_) record.push_back(child.next(random));
      return record;
    }
    default:
      return scalar(random);
  }
}

Value RandomValues::list(Random& random) {
  Elements list;
  if (random.percent(empty_percent_)) return list;
  const std::uint64_t length = random.below(500) == 0 ? 200 : 1 + random.below(longest_list_);
  std::set<std::string> keys;
  for (std::uint64_t i = 0; i < length; ++i) {
    if (type_.id == TypeId::List) {
      list.push_back(children_[0].next(random));
      continue;
    }
    Value key = children_[0].next(random);
    if (!keys.insert(identity(type_.children[0].type, key)).second) continue;
    list.push_back(Record{std::move(key), children_[1].next(random)});
  }
  return list;
}

Value RandomValues::scalar(Random& random) {
  const std::size_t i = count_;
  switch (shape_) {
    case Shape::AnyValue:
      return any_value(type_, i, seed_);
    case Shape::FewValues:
      return any_value(type_, random.below(1 + seed_ % 50), seed_);
    case Shape::Constant:
      return any_value(type_, 0, seed_);
    case Shape::Ascending:
      return ascending(type_, i);
    case Shape::Runs:
      return any_value(type_, i / (1 + seed_ % kRun), seed_);
    case Shape::Close:
      return close(type_, i, seed_);
    case Shape::Extremes: {
      const std::vector<Value> values = extremes(type_);
      return values[random.below(values.size())];
    }
  }
  return Null{};
}

std::size_t RandomValues::made() const {
  std::size_t made = count_;
  for (const RandomValues& child : children_) made += child.made();
  return made;
}

}  // namespace pg2athena::parquet
