// COPY's binary form from a server that lies: header, rows, and the decoder of every type in the table.
//
// The first byte of the input chooses the columns, the rest is what the server sends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "columnar/batch.h"
#include "postgres/row_block.h"
#include "types/decoded_size.h"
#include "types/type_table.h"

namespace {

using namespace pg2athena;

// A type of each row of the table, nullable and not; and arrays of the built-in ones.
std::vector<types::PgType> all_types() {
  std::vector<types::PgType> all;
  for (const types::TypeRow& row : types::type_table()) {
    if (row.oid == 0) continue;
    const types::PgType type{.oid = row.oid, .name = std::string(row.name)};
    all.push_back(type);
    all.push_back({.oid = 1, .name = "array", .element = {type}});
  }
  constexpr int kNumeric9_2 = ((9 << 16) | 2) + 4;
  constexpr int kNumeric38_10 = ((38 << 16) | 10) + 4;
  for (const int typmod : {kNumeric9_2, kNumeric38_10}) {
    all.push_back({.oid = types::oid::kNumeric, .typmod = typmod, .name = "numeric"});
  }
  all.push_back({.oid = 1, .kind = types::PgKind::Enum, .name = "enum"});
  return all;
}

void decode(const postgres::RowBlock& block, std::size_t i, const types::PgType& type, bool nullable) {
  const types::TypeMapping mapping = types::map_type(type);
  columnar::Column column({.name = "c", .type = mapping.column, .nullable = nullable});
  const auto decoded =
      types::make_copy_decoder(type, mapping, {.check_utf8 = true})->decode(block.column(i), column);
  const types::DecodedSize size = types::decoded_size(type, mapping);
  std::uint64_t foretold = 0;
  for (const types::WireValue& value : block.column(i)) {
    if (!value.is_null()) foretold += types::decoded_bytes(size, value.bytes());
  }
  if (!decoded) return;
  // What the decoder accepts has one slot a row, whatever the bytes were; and text of numbers is as long as
  // was said.
  if (column.length != block.rows()) std::abort();
  if (size == types::DecodedSize::NumericText && column.values.size() != foretold) std::abort();
  if (size == types::DecodedSize::NumericsArray && column.children[0].values.size() > foretold) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<types::PgType> types = all_types();
  if (size == 0) return 0;
  const types::PgType& type = types[data[0] % types.size()];
  const auto rest = postgres::skip_copy_header(std::as_bytes(std::span(data + 1, size - 1)));
  if (!rest) return 0;
  postgres::RowBlock block(2);
  std::span<const std::byte> bytes = *rest;
  while (!bytes.empty() && !block.full()) {
    const auto added = block.add(bytes);
    if (!added || *added == postgres::RowBlock::Added::Trailer) break;
  }
  decode(block, 0, type, true);
  decode(block, 1, type, false);
  return 0;
}
