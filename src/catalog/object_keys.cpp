#include "catalog/object_keys.h"

#include <fmt/format.h>

#include "storage/object_store.h"

namespace pg2athena::catalog {
namespace {

constexpr std::string_view kOurs = "_pg2athena";

}  // namespace

Result<void> check_table_name(std::string_view table) {
  if (table.find('/') != std::string_view::npos || table == kOurs) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("\"{}\" can't be a table's name in the lake", table))
            .hint("give the table another name there with `as:`"));
  }
  return storage::check_key(table);
}

std::string data_prefix(std::string_view table, std::string_view run_id) {
  return fmt::format("{}/data/{}/", table, run_id);
}
std::string data_key(std::string_view table, std::string_view run_id, std::string_view partition, int shard,
                     int attempt, int file) {
  return fmt::format("{}{}{}-{}-{}.parquet", data_prefix(table, run_id), partition, shard, attempt, file);
}
std::string latest_key(std::string_view table) {
  return fmt::format("{}/latest", table);
}
std::string latest_target(std::string_view run_id) {
  return fmt::format("data/{}", run_id);
}
std::string run_prefix(std::string_view run_id) {
  return fmt::format("{}/runs/{}/", kOurs, run_id);
}
std::string plan_key(std::string_view run_id) {
  return run_prefix(run_id) + "plan.json";
}
std::string receipts_prefix(std::string_view run_id) {
  return run_prefix(run_id) + "receipts/";
}
std::string receipt_key(std::string_view run_id, int shard) {
  return fmt::format("{}{}.json", receipts_prefix(run_id), shard);
}
std::string commit_key(std::string_view run_id) {
  return run_prefix(run_id) + "commit.json";
}
std::string published_key(std::string_view run_id) {
  return run_prefix(run_id) + "published.json";
}
std::string pending_prefix() {
  return fmt::format("{}/pending/", kOurs);
}
std::string pending_key(std::string_view run_id) {
  return pending_prefix().append(run_id);
}
std::string tables_prefix() {
  return fmt::format("{}/tables/", kOurs);
}
std::string table_key(std::string_view table) {
  return fmt::format("{}{}.json", tables_prefix(), table);
}

}  // namespace pg2athena::catalog
