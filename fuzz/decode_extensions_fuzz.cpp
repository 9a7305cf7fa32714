// The decoders of types that extensions bring: hstore, pgvector's vector, PostGIS's geometry and geography.
#include "decode_values.h"

namespace {

using namespace pg2athena::fuzz;
using pg2athena::types::PgType;

std::vector<PgType> extension_types() {
  std::vector<PgType> all;
  for (const pg2athena::types::TypeRow& row : pg2athena::types::type_table()) {
    if (row.extension.empty()) continue;
    const PgType type{.oid = 20005,
                      .name = std::string(row.name),
                      .type_name = std::string(row.name),
                      .extension = std::string(row.extension)};
    all.push_back(type);
    all.push_back(array_of(type));
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<PgType> all = extension_types();
  decode_one(all, {data, size});
  return 0;
}
