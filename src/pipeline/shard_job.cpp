#include "pipeline/shard_job.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/quantity.h"
#include "catalog/object_keys.h"
#include "pipeline/column_choices.h"

namespace pg2athena::pipeline {
namespace {

// A batch of more than this has an uncommonly large row in it (copy_reader.cpp has the limits). What is below
// is in worker_base_bytes().
constexpr std::uint64_t kCommonBatch = std::uint64_t{6} << 20U;

// What is more than common batches leave behind: of a large row, or of columns that were large one after the
// other.
void give_back(columnar::Batch& batch) {
  const bool large = batch.size_bytes() > kCommonBatch;
  if (!large && batch.capacity_bytes() <= kCommonBatch / 2 * 3) return;
  batch.clear();
  batch.release_above(kCommonBatch / 4);
  if (batch.capacity_bytes() > kCommonBatch) batch.release_above(kCommonBatch / batch.columns.size());
}

std::string describe(const PlannedShard& shard, const std::string& range) {
  std::string text = shard.source->display();
  if (!range.empty()) text += " " + range;
  return text + (shard.by_index ? " by index" : "");
}

std::string large_row_hint(const Plan& plan, std::uint64_t row_bytes) {
  const MemoryDemand& demand = plan.memory_demand;
  const std::uint64_t needed = memory_for_value(row_bytes, demand);
  if (needed <= plan.memory.limit) {
    return fmt::format("--max-value-size {} lets it pass, and fits into --memory {}", row_bytes,
                       byte_size_text(plan.memory.limit));
  }
  return fmt::format(
      "--memory {} would hold it{}", mebibytes_text(needed),
      plan.memory.max_value_derived ? "" : fmt::format(", with --max-value-size {}", row_bytes));
}

// Less than the share by what one slice of rows can take more: at worst all dictionaries' tables double. With
// Bloom filters also by what they take when the row group closes, which the writer doesn't hold before: up to
// 0.3 bytes for each byte of hashes (9.7 bits for a hash of 8 bytes, and twice that where the size is rounded
// up to a power of two), which are up to two thirds of what it holds.
std::uint64_t writer_memory(std::uint64_t share, std::span<const parquet::ColumnOptions> columns) {
  const bool filters = std::ranges::any_of(columns, &parquet::ColumnOptions::bloom_filter);
  return filters ? share / 8 * 5 : share / 4 * 3;
}

// The original names of the fields in a nested column, by their paths in the file, where the lake's rule
// changed them.
void add_nested_names(const columnar::Type& type, const std::string& path, nlohmann::ordered_json& names) {
  for (const columnar::Field& field : type.children) {
    const std::string_view entries = type.id == columnar::TypeId::List  ? ".list"
                                     : type.id == columnar::TypeId::Map ? ".key_value"
                                                                        : "";
    const std::string inner = fmt::format("{}{}.{}", path, entries, field.name);
    if (!field.source_name.empty()) names[inner] = field.source_name;
    add_nested_names(field.type, inner, names);
  }
}

// What a column was in PostgreSQL, for whoever wants it back: the lake's rule for names loses letters' case
// and special characters, and its types are fewer. What the operator chose is there only where something was
// chosen.
nlohmann::ordered_json column_origin(const columnar::Field& field, const PlannedColumn& column) {
  nlohmann::ordered_json origin = {
      {"name", field.name}, {"source_name", column.source_name}, {"postgresql_type", column.type.name}};
  if (!column.as.empty()) origin["as"] = column.as;
  if (column.mapping.on_unrepresentable != types::OnUnrepresentable::Error) {
    origin["on_unrepresentable"] = to_string(column.mapping.on_unrepresentable);
  }
  if (column.mapping.trim) origin["trim"] = true;
  nlohmann::ordered_json names = nlohmann::ordered_json::object();
  add_nested_names(field.type, field.name, names);
  if (!names.empty()) origin["nested_names"] = std::move(names);
  return origin;
}

std::vector<catalog::CoercedColumn> coerced_columns(const columnar::Schema& schema,
                                                    std::span<const types::CoercedValues> counts) {
  std::vector<catalog::CoercedColumn> columns;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string& name = schema.fields[i].name;
    if (counts[i].nulls != 0)
      columns.push_back({.column = name, .policy = "null", .values = counts[i].nulls});
    if (counts[i].clamped != 0)
      columns.push_back({.column = name, .policy = "clamp", .values = counts[i].clamped});
  }
  return columns;
}

}  // namespace

parquet::WriterOptions writer_options(const Plan& plan, const PlannedTable& table, const std::string& run_id,
                                      const postgres::Snapshot& snapshot) {
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns.push_back(column_origin(table.schema.fields[i], table.columns[i]));
  }
  parquet::WriterOptions options;
  options.profile = plan.profile;
  options.compression = plan.compression;
  options.compression_level = plan.compression_level;
  options.page_index = plan.page_index;
  options.columns = column_options(table);
  options.sorting_columns = table.sorting_columns;
  options.memory_bytes = writer_memory(plan.memory.row_group_bytes, options.columns);
  options.key_value_metadata = {
      {"pg2athena.source_table", table.source},
      {"pg2athena.run_id", run_id},
      {"pg2athena.snapshot_lsn", snapshot.lsn},
      {"pg2athena.columns", columns.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}};
  if (!table.where.empty()) options.key_value_metadata.emplace_back("pg2athena.where", table.where);
  return options;
}

Result<catalog::Receipt> ShardJob::run(postgres::SnapshotSession& session) {
  const auto started = context_.clock.monotonic();
  receipt_ = {.run_id = context_.run_id,
              .table = planned_.name,
              .shard = shard_.number,
              .attempt = attempts_.next++,
              .files = {},
              .source = describe(shard_, postgres::range_text_with_bounds(shard_.range)),
              .worker = worker_};
  progress_.start_shard();
  const bool by_blocks = std::holds_alternative<postgres::BlockRange>(shard_.range);
  PG2ATHENA_TRY(session.enter(*shard_.source, by_blocks));
  const bool check_utf8 = context_.plan.server.sql_ascii();
  auto started_reader =
      postgres::CopyReader::start(session.connection(), *shard_.source, shard_.range, check_utf8);
  if (!started_reader) return fail(explain(std::move(started_reader).error(), session));
  postgres::ShardReader& reader = **started_reader;
  if (auto read = read_rows(reader); !read) {
    return fail(locate(explain(std::move(read).error(), session), session, reader));
  }
  PG2ATHENA_TRY(session.leave_unchanged(*shard_.source));
  if (file_) PG2ATHENA_TRY(close_file());
  receipt_.coerced = coerced_columns(planned_.schema, reader.coerced());
  PG2ATHENA_TRY(finish_table());
  receipt_.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.monotonic() - started);
  return std::move(receipt_);
}

void ShardJob::take_back() {
  progress_.take_back(counted_.rows, counted_.bytes_read, counted_.bytes_written, counted_.files);
  counted_ = {};
}

// The shard counts once, however often it is read: its rows are the same every time.
Result<void> ShardJob::finish_table() {
  if (!attempts_.counted) {
    attempts_.counted = true;
    table_.rows.fetch_add(receipt_.rows);
    const bool last = table_.shards_left.fetch_sub(1) == 1;
    attempts_.makes_empty_file = last && table_.rows.load() == 0;
  }
  if (!attempts_.makes_empty_file) return {};
  PG2ATHENA_TRY(open_file());
  return close_file();
}

Result<void> ShardJob::read_rows(postgres::ShardReader& reader) {
  columnar::Batch batch(planned_.schema);
  while (true) {
    PG2ATHENA_TRY(context_.stop.check());
    batch.clear();
    PG2ATHENA_ASSIGN(const bool more, reader.read(batch));
    const std::uint64_t bytes_came = reader.bytes_read() - counted_.bytes_read;
    progress_.add_bytes_read(bytes_came);
    counted_.bytes_read += bytes_came;
    // What isn't fetched from the socket fills it, and then the server waits as well. The last bytes count
    // too: a run of many small shards is held to the rate by nothing else.
    PG2ATHENA_TRY(wait_for_rate(bytes_came));
    if (!more) return {};
    PG2ATHENA_TRY(make_room(batch));
    PG2ATHENA_TRY(write(batch));
    progress_.add_rows(batch.rows());
    counted_.rows += batch.rows();
    give_back(batch);
    PG2ATHENA_TRY(count_memory(batch, reader));
  }
}

Result<void> ShardJob::wait_for_rate(std::uint64_t bytes) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(context_.read_rate.take(bytes));
  return wait.count() == 0 ? Result<void>() : context_.times.wait(wait, &context_.stop);
}

// A large row passes through the writer as a page and as what that is compressed to, besides the batch: if
// they don't fit beside the open row group, it goes first.
Result<void> ShardJob::make_room(const columnar::Batch& batch) {
  const std::uint64_t bytes = batch.size_bytes();
  if (!file_ || bytes <= kCommonBatch) return {};
  const MemoryPlan& memory = context_.plan.memory;
  if (file_->bytes_held() + 2 * bytes <= memory.row_group_bytes + memory.row_bytes) return {};
  return file_->end_row_group();
}

// After each batch the worker's reservation is what it holds. The plan's shares leave room for all that can
// come; if the count says otherwise, the row group closes.
Result<void> ShardJob::count_memory(const columnar::Batch& batch, const postgres::ShardReader& reader) {
  const MemoryPlan& memory = context_.plan.memory;
  parquet::BlockPool& blocks = context_.memory.blocks;
  const auto held = [&] {
    const std::uint64_t writer = file_ ? file_->bytes_held() : blocks.free_bytes();
    const std::uint64_t ours = worker_base_bytes(memory) + reader.bytes_held() + writer;
    const std::uint64_t more = batch.capacity_bytes();
    return ours + (more > kCommonBatch ? more - kCommonBatch : 0);
  };
  // Row groups leave their part of the footer behind until the file ends.
  if (file_ && file_->footer_bytes_held() > memory.row_group_bytes / 8) PG2ATHENA_TRY(close_file());
  const auto fits = [&] {
    return held() <= memory.worker_bytes && context_.memory.reservation.resize(held());
  };
  if (fits()) return {};
  blocks.release();
  if (fits()) return {};
  if (file_) PG2ATHENA_TRY(file_->end_row_group());
  if (!context_.memory.reservation.resize(std::min(held(), memory.worker_bytes))) {
    return fail(ErrorKind::Internal, "a worker's share of the memory is not there");
  }
  return {};
}

Result<void> ShardJob::write(const columnar::Batch& batch) {
  if (!file_) PG2ATHENA_TRY(open_file());
  if (auto written = file_->write(batch); !written) {
    return fail(std::move(written).error().with("table", planned_.display()));
  }
  count_written(file_->bytes_written());
  if (file_->bytes_written() >= context_.plan.file_bytes) PG2ATHENA_TRY(close_file());
  return {};
}

// `file_bytes`: of the open file, so far.
void ShardJob::count_written(std::uint64_t file_bytes) {
  progress_.add_bytes_written(file_bytes - file_bytes_counted_);
  counted_.bytes_written += file_bytes - file_bytes_counted_;
  file_bytes_counted_ = file_bytes;
}

Result<void> ShardJob::open_file() {
  const std::string key = catalog::data_key(planned_.name, context_.run_id, "", shard_.number,
                                            receipt_.attempt, static_cast<int>(receipt_.files.size()));
  PG2ATHENA_ASSIGN(file_,
                   LakeFile::open(context_.store, key,
                                  {.memory_bytes = context_.plan.memory.upload_bytes, .stop = &context_.stop},
                                  planned_.schema, table_.writer_options, context_.memory.blocks));
  file_bytes_counted_ = 0;
  return {};
}

Result<void> ShardJob::close_file() {
  PG2ATHENA_ASSIGN(catalog::FileReceipt closed, file_->close());
  file_.reset();
  count_written(closed.bytes);
  progress_.add_file();
  ++counted_.files;
  receipt_.rows += closed.rows;
  receipt_.bytes += closed.bytes;
  receipt_.files.push_back(std::move(closed));
  return {};
}

// Names that mean nothing, and bytes that break their type's form, may be those of what the table or the type
// has become.
Error ShardJob::explain(Error error, postgres::SnapshotSession& session) const {
  const ErrorKind kind = error.kind();
  const bool explained =
      kind == ErrorKind::CorruptInput || kind == ErrorKind::NotFound || kind == ErrorKind::Database;
  if (!explained) return error;
  auto changed = session.find_change(*shard_.source);
  return changed ? std::move(*changed).because(std::move(error)) : error;
}

// A value that can't be exported: says which row it is in. The COPY is over for us; its connection is made
// usable again only for this question.
Error ShardJob::locate(Error error, postgres::SnapshotSession& session,
                       const postgres::ShardReader& reader) const {
  // Bytes that break their type's form may be those of what the type has become.
  if (error.kind() == ErrorKind::CorruptInput) {
    if (auto changed = session.find_change(*shard_.source))
      return std::move(*changed).because(std::move(error));
  }
  error = std::move(error).with("table", planned_.display()).with("shard", std::to_string(shard_.number));
  if (const auto bytes = reader.too_large_bytes()) {
    error = std::move(error).hint(large_row_hint(context_.plan, *bytes));
  }
  const auto row = reader.failed_row();
  if (!row || error.kind() == ErrorKind::ChangedWhilePlanning) return error;
  const auto* const blocks = std::get_if<postgres::BlockRange>(&shard_.range);
  if (blocks != nullptr && shard_.source->in_block_order) {
    if (const auto ctid = session.find_ctid(*shard_.source, *blocks, *row)) {
      error = std::move(error).with("ctid", *ctid);
      const bool leaf = shard_.source->display() != planned_.source;
      return leaf ? std::move(error).with("partition", shard_.source->display()) : std::move(error);
    }
  }
  return std::move(error).with(
      "row", fmt::format("{} of {}", *row + 1, describe(shard_, postgres::range_text(shard_.range))));
}

}  // namespace pg2athena::pipeline
