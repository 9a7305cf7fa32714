// Reads what write_orders wrote, column by column:
//
//   read_orders orders.parquet
#include <cstdint>
#include <cstdio>
#include <string>

#include "columnar/batch.h"
#include "local_file.h"
#include "parquet/file_reader.h"

using namespace pg2athena;

namespace {

struct Totals {
  std::uint64_t orders = 0;
  std::uint64_t without_customer = 0;
  std::int64_t cents = 0;
  std::int64_t quantity = 0;
};

// The columns are in the file's order: id, customer, total, ordered_at, items, labels.
void add(const columnar::Batch& batch, Totals& totals) {
  const columnar::Column& total = batch.columns[2];
  const columnar::Column& quantity = batch.columns[4].children[0].children[1];  // of all items
  totals.orders += batch.rows();
  totals.without_customer += batch.columns[1].null_count;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (!total.is_null(row)) totals.cents += total.fixed<std::int64_t>()[row];
  }
  for (const std::int32_t items : quantity.fixed<std::int32_t>()) totals.quantity += items;
}

Result<Totals> read_orders(const std::string& path) {
  constexpr std::size_t kBatchRows = 10'000;
  ExistingFile file(path);
  PG2ATHENA_ASSIGN(const auto reader, parquet::FileReader::open(file));
  Totals totals;
  columnar::Batch batch(reader.schema());
  for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
    PG2ATHENA_ASSIGN(auto row_group, reader.row_group(i));
    while (row_group.rows_left() != 0) {
      PG2ATHENA_TRY(row_group.read(batch, kBatchRows));
      add(batch, totals);
    }
  }
  return totals;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: read_orders FILE\n");
    return 2;
  }
  const auto totals = read_orders(argv[1]);
  if (!totals) {
    std::fprintf(stderr, "error: %s\n", totals.error().message().c_str());
    return 1;
  }
  std::printf("%llu orders, %llu without a customer, %lld.%02lld in total, %lld items\n",
              static_cast<unsigned long long>(totals->orders),
              static_cast<unsigned long long>(totals->without_customer),
              static_cast<long long>(totals->cents / 100), static_cast<long long>(totals->cents % 100),
              static_cast<long long>(totals->quantity));
  return 0;
}
