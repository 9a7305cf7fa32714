#include "catalog/object_keys.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/run_id.h"
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
std::string records_prefix() {
  return fmt::format("{}/", kOurs);
}
std::string runs_prefix() {
  return fmt::format("{}/runs/", kOurs);
}
std::string run_prefix(std::string_view run_id) {
  return fmt::format("{}{}/", runs_prefix(), run_id);
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

namespace {

// The text up to the next '/', which goes with it. The rest stays; without a '/' nothing is taken.
std::string_view take_part(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  return part;
}

// A number as fmt prints it: no sign, no zeros in front.
bool take_number(std::string_view& rest, int& number) {
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const auto length = static_cast<std::size_t>(end - rest.data());
  if (problem != std::errc() || number < 0 || (length > 1 && rest.front() == '0')) return false;
  rest.remove_prefix(length);
  return true;
}

bool take(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text)) return false;
  rest.remove_prefix(text.size());
  return true;
}

// "_pg2athena/runs/<run>/", "<table>/data/<run>/".
struct RunFolder {
  std::string_view table;  // empty: the run's own folder
  std::string_view run_id;
  std::string_view rest;  // the name in it
};
std::optional<RunFolder> run_folder(std::string_view key) {
  RunFolder folder{.table = take_part(key), .run_id = {}, .rest = {}};
  const std::string_view second = take_part(key);
  folder.run_id = take_part(key);
  folder.rest = key;
  if (!is_run_id(folder.run_id)) return std::nullopt;
  if (folder.table == kOurs) {
    folder.table = {};
    return second == "runs" ? std::optional(folder) : std::nullopt;
  }
  if (second != "data" || !check_table_name(folder.table)) return std::nullopt;
  return folder;
}

std::optional<RunObject> data_object(const RunFolder& folder) {
  RunObject object{.run_id = std::string(folder.run_id), .table = std::string(folder.table)};
  std::string_view name = folder.rest;
  if (name.contains('/')) {
    const std::string_view partition = take_part(name);
    if (!partition.contains('=')) return std::nullopt;
    object.partition = fmt::format("{}/", partition);
  }
  const bool whole = take_number(name, object.shard) && take(name, "-") &&
                     take_number(name, object.attempt) && take(name, "-") && take_number(name, object.file) &&
                     name == ".parquet";
  return whole ? std::optional(std::move(object)) : std::nullopt;
}

std::optional<RunObject> record_object(const RunFolder& folder) {
  using Kind = RunObject::Kind;
  RunObject object{.kind = Kind::Plan, .run_id = std::string(folder.run_id)};
  std::string_view name = folder.rest;
  if (name == "plan.json") return object;
  object.kind = Kind::Commit;
  if (name == "commit.json") return object;
  object.kind = Kind::Published;
  if (name == "published.json") return object;
  object.kind = Kind::Receipt;
  const bool receipt = take(name, "receipts/") && take_number(name, object.shard) && name == ".json";
  return receipt ? std::optional(std::move(object)) : std::nullopt;
}

}  // namespace

std::optional<RunObject> run_object(std::string_view key) {
  if (const std::string pending = pending_prefix(); key.starts_with(pending)) {
    const std::string_view run_id = key.substr(pending.size());
    if (!is_run_id(run_id)) return std::nullopt;
    return RunObject{.kind = RunObject::Kind::Pending, .run_id = std::string(run_id)};
  }
  const std::optional<RunFolder> folder = run_folder(key);
  if (!folder) return std::nullopt;
  return folder->table.empty() ? record_object(*folder) : data_object(*folder);
}

bool may_have_objects(std::string_view folder) {
  const std::string_view table = take_part(folder);
  if (table.empty()) {
    // The last part: a table's, or ours. Names in the lake are of these characters (types/lake_name.h).
    return std::ranges::all_of(folder, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
  }
  if (table == kOurs) return true;
  const std::string_view data = take_part(folder);
  if (data.empty()) return folder == "data";
  if (data != "data") return false;
  const std::string_view run_id = take_part(folder);
  if (run_id.empty()) return is_run_id(folder);
  return !folder.contains('/') && folder.contains('=');  // a partition's
}

std::string_view run_of_folder(std::string_view key) {
  const std::optional<RunFolder> folder = run_folder(key);
  return folder ? folder->run_id : std::string_view();
}

}  // namespace pg2athena::catalog
