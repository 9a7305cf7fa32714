// Which encodings there are for a column, and what a caller chose for each leaf.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// As configuration and documentation spell it: "delta_binary_packed"; RleDictionary is "dictionary". Others,
// which only the reader knows, have no name.
std::string_view encoding_name(Encoding encoding);
std::optional<Encoding> encoding_named(std::string_view name);
std::span<const Encoding> all_encodings();

// What a caller may choose for a leaf of this type, and whether it is among them.
std::span<const Encoding> encodings_of(PhysicalType physical);
bool can_have(PhysicalType physical, Encoding encoding);
// Their names, for a message: "plain, dictionary".
std::string encodings_text(PhysicalType physical);

// What the data may choose from where there is no dictionary, the simplest first.
std::span<const Encoding> direct_encodings(PhysicalType physical, const WriterOptions& options);

// A leaf's part of WriterOptions::columns.
struct LeafOptions {
  std::optional<Encoding> encoding;
  bool bloom_filter = false;
};

// One for each leaf. InvalidArgument for a path that isn't there or comes twice, for an encoding that the
// type can't have, and for a Bloom filter over booleans.
Result<std::vector<LeafOptions>> options_of_leaves(const std::vector<Leaf>& leaves,
                                                   const WriterOptions& options);

}  // namespace pg2athena::parquet
