// COPY's binary form from a server that lies: header, rows, and the values of a row of two columns.
#include <cstddef>
#include <cstdint>

#include "decode_values.h"
#include "postgres/row_block.h"

namespace {

using namespace pg2athena;

void decode(const postgres::RowBlock& block, std::size_t i, const types::PgType& type, bool nullable) {
  const types::TypeMapping mapping = types::map_type(type).value();
  columnar::Column column({.name = "c", .type = mapping.column, .nullable = nullable});
  const auto decoded =
      types::make_copy_decoder(type, mapping, {.check_utf8 = true})->decode(block.column(i), column);
  if (decoded) fuzz::check_column(column, block.rows());
}

}  // namespace

// The first byte of the input chooses the columns' type, the rest is what the server sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<types::PgType> types = fuzz::scalars();
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
