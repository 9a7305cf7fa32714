// Writes orders with flat and nested columns to a Parquet file:
//
//   write_orders orders.parquet
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "columnar/append.h"
#include "local_file.h"
#include "parquet/file_writer.h"

using namespace pg2athena;
using columnar::Type;
using enum columnar::TypeId;

namespace {

using Item = std::tuple<std::string, int>;  // product, quantity

columnar::Schema order_schema() {
  const Type item = Type::structure({{.name = "product", .type = Type::of(String), .nullable = false},
                                     {.name = "quantity", .type = Type::of(Int32), .nullable = false}});
  return {{{.name = "id", .type = Type::of(Int64), .nullable = false},
           {.name = "customer", .type = Type::of(String)},
           {.name = "total", .type = Type::decimal(12, 2)},
           {.name = "ordered_at", .type = Type::timestamp(/*utc=*/true)},
           {.name = "items", .type = Type::list(item)},
           {.name = "labels", .type = Type::map(Type::of(String), Type::of(String))}}};
}

parquet::WriterOptions options() {
  return {.profile = parquet::Profile::Modern,
          .compression = parquet::Compression::Zstd,
          .compression_level = 3,
          .columns = {{.path = "id", .encoding = parquet::Encoding::DeltaBinaryPacked},
                      {.path = "customer", .bloom_filter = true}},
          .sorting_columns = {{.column_idx = 0}},
          .key_value_metadata = {{"source", "the example"}}};
}

Result<void> write_orders(const std::string& path) {
  constexpr std::int64_t kOrders = 100'000;
  constexpr std::size_t kBatchRows = 10'000;
  const columnar::Schema schema = order_schema();
  NewFile file(path);
  PG2ATHENA_ASSIGN(auto writer, parquet::FileWriter::open(file, schema, options()));
  columnar::Batch batch(schema);
  for (std::int64_t id = 1; id <= kOrders; ++id) {
    const auto customer = id % 10 == 0 ? std::nullopt : std::optional("customer " + std::to_string(id % 977));
    const std::int64_t cents = id * 1999 % 100'000;
    const std::int64_t microseconds = 1'767'225'600'000'000 + id * 60'000'000;  // from 2026-01-01 on
    std::vector<Item> items;
    for (int i = 0; i < id % 4; ++i) items.emplace_back("product " + std::to_string((id + i) % 50), i + 1);
    std::map<std::string, std::string> labels;
    if (id % 100 == 0) labels["gift"] = "yes";
    PG2ATHENA_TRY(columnar::append_row(batch, id, customer, cents, microseconds, items, labels));
    if (batch.rows() == kBatchRows || id == kOrders) {
      PG2ATHENA_TRY(writer.write(batch));
      batch.clear();
    }
  }
  PG2ATHENA_ASSIGN(const parquet::FileSummary summary, writer.close());
  PG2ATHENA_TRY(file.close());
  std::printf("%s: %llu rows in %llu bytes\n", path.c_str(), static_cast<unsigned long long>(summary.rows),
              static_cast<unsigned long long>(summary.bytes));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_orders FILE\n");
    return 2;
  }
  if (const auto written = write_orders(argv[1]); !written) {
    std::fprintf(stderr, "error: %s\n", written.error().message().c_str());
    return 1;
  }
  return 0;
}
