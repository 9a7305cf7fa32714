#include "parquet/encoding_choice.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pg2athena::parquet {
namespace {

struct Name {
  Encoding encoding;
  std::string_view name;
};
constexpr std::array kNames = {Name{Encoding::Plain, "plain"},
                               Name{Encoding::RleDictionary, "dictionary"},
                               Name{Encoding::DeltaBinaryPacked, "delta_binary_packed"},
                               Name{Encoding::DeltaLengthByteArray, "delta_length_byte_array"},
                               Name{Encoding::ByteStreamSplit, "byte_stream_split"},
                               Name{Encoding::Rle, "rle"}};

// Without the dictionary these are also the ways that the profile Modern chooses from.
constexpr std::array kBooleans = {Encoding::Plain, Encoding::Rle};
constexpr std::array kIntegers = {Encoding::Plain, Encoding::DeltaBinaryPacked, Encoding::RleDictionary};
// Not for integers: Trino 476 fails on them.
constexpr std::array kFloats = {Encoding::Plain, Encoding::ByteStreamSplit, Encoding::RleDictionary};
constexpr std::array kStrings = {Encoding::Plain, Encoding::DeltaLengthByteArray, Encoding::RleDictionary};
constexpr std::array kFixed = {Encoding::Plain, Encoding::RleDictionary};

Error wrong(const Leaf& leaf, std::string text) {
  return Error(ErrorKind::InvalidArgument, std::move(text)).with("column", leaf.dotted_path());
}

Result<LeafOptions> check(const Leaf& leaf, const ColumnOptions& chosen) {
  if (chosen.encoding.has_value() && !can_have(leaf.physical, *chosen.encoding)) {
    return fail(wrong(leaf, fmt::format("the column's type has no encoding {}: it has {}",
                                        encoding_name(*chosen.encoding), encodings_text(leaf.physical))));
  }
  if (chosen.bloom_filter && leaf.physical == PhysicalType::Boolean) {
    return fail(wrong(leaf, "there are no Bloom filters over booleans"));
  }
  return LeafOptions{.encoding = chosen.encoding, .bloom_filter = chosen.bloom_filter};
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  const auto* const found = std::ranges::find(kNames, encoding, &Name::encoding);
  return found == kNames.end() ? "that is only read" : found->name;
}

std::optional<Encoding> encoding_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name, &Name::name);
  if (found == kNames.end()) return std::nullopt;
  return found->encoding;
}

std::span<const Encoding> all_encodings() {
  static const auto kAll = [] {
    std::array<Encoding, kNames.size()> all{};
    std::ranges::transform(kNames, all.begin(), &Name::encoding);
    return all;
  }();
  return kAll;
}

std::span<const Encoding> encodings_of(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::Boolean:
      return kBooleans;
    case PhysicalType::Int32:
    case PhysicalType::Int64:
      return kIntegers;
    case PhysicalType::Float:
    case PhysicalType::Double:
      return kFloats;
    case PhysicalType::ByteArray:
      return kStrings;
    case PhysicalType::FixedLenByteArray:
      return kFixed;
  }
  std::unreachable();
}

bool can_have(PhysicalType physical, Encoding encoding) {
  const auto possible = encodings_of(physical);
  return std::ranges::find(possible, encoding) != possible.end();
}

std::string encodings_text(PhysicalType physical) {
  std::vector<std::string_view> names;
  for (const Encoding encoding : encodings_of(physical)) names.push_back(encoding_name(encoding));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::span<const Encoding> direct_encodings(PhysicalType physical, const WriterOptions& options) {
  const auto all = encodings_of(physical);
  if (options.profile == Profile::Athena) return all.first(1);
  // Splitting moves bytes; only a codec makes them fewer.
  const bool split = physical == PhysicalType::Float || physical == PhysicalType::Double;
  if (split && options.compression == Compression::None) return all.first(1);
  return all.back() == Encoding::RleDictionary ? all.first(all.size() - 1) : all;
}

Result<std::vector<LeafOptions>> options_of_leaves(const std::vector<Leaf>& leaves,
                                                   const WriterOptions& options) {
  std::vector<LeafOptions> chosen(leaves.size());
  std::vector<bool> seen(leaves.size());
  for (const ColumnOptions& column : options.columns) {
    const auto found = std::ranges::find(leaves, column.path, &Leaf::dotted_path);
    const auto index = static_cast<std::size_t>(found - leaves.begin());
    if (found == leaves.end() || seen[index]) {
      return fail(Error(ErrorKind::InvalidArgument, found == leaves.end()
                                                        ? "options for a column that the file doesn't have"
                                                        : "options for one column twice")
                      .with("column", column.path));
    }
    seen[index] = true;
    PG2ATHENA_ASSIGN(chosen[index], check(*found, column));
  }
  return chosen;
}

}  // namespace pg2athena::parquet
