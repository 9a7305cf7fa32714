#include "pipeline/shard_job.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/quantity.h"
#include "pipeline/column_choices.h"

namespace pg2athena::pipeline {
namespace {

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
  progress_.start_shard();
  PG2ATHENA_ASSIGN(const Written written, read(session, table_.in_order.load()));
  if (written == Written::NeedsOrder) PG2ATHENA_TRY(read_again_in_order(session));
  if (auto asked = ask_server(session); !asked) return fail(explain(std::move(asked).error(), session));
  PG2ATHENA_TRY(session.leave_unchanged(*shard_.source));
  PG2ATHENA_TRY(finish_table());
  catalog::Receipt receipt{.run_id = context_.run_id,
                           .table = planned_.name,
                           .shard = shard_.number,
                           .attempt = attempt_,
                           .files = {},
                           .coerced = std::move(coerced_),
                           .source = describe_source(postgres::range_text_with_bounds(shard_.range)),
                           .worker = worker_};
  PG2ATHENA_ASSIGN(receipt.files, output_->close());
  for (const catalog::FileReceipt& file : receipt.files) {
    receipt.rows += file.rows;
    receipt.bytes += file.bytes;
  }
  receipt.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.monotonic() - started);
  return receipt;
}

void ShardJob::take_back() {
  if (!output_) return;
  progress_.take_back(rows_, bytes_read_, output_->bytes_written(), output_->files());
  output_.reset();
}

// In the same transaction: what is asked about are the rows that were read. Of a source's last shard also
// how many rows there are in all; a shard is its last one in each of its attempts.
Result<void> ShardJob::ask_server(postgres::SnapshotSession& session) {
  RunVerification* const verification = context_.verification;
  if (verification == nullptr) return {};
  PG2ATHENA_ASSIGN(server_totals_, verification->ask(session, shard_));
  if (!attempts_.asked) {
    attempts_.asked = true;
    attempts_.ends_source = verification->ends_source(shard_);
  }
  return attempts_.ends_source ? verification->count_source(session, shard_) : Result<void>();
}

// The shard counts once, however often it is read: its rows are the same every time.
Result<void> ShardJob::finish_table() {
  if (!attempts_.counted) {
    attempts_.counted = true;
    table_.rows.fetch_add(rows_);
    const bool last = table_.shards_left.fetch_sub(1) == 1;
    attempts_.makes_empty_file = last && table_.rows.load() == 0;
  }
  // (What isn't a table may have rows when it is read again.)
  return attempts_.makes_empty_file && rows_ == 0 ? output_->write_empty_file() : Result<void>();
}

// What the first attempt's open files held is given back with it.
Result<void> ShardJob::read_again_in_order(postgres::SnapshotSession& session) {
  table_.in_order.store(true);
  take_back();
  PG2ATHENA_TRY(session.abandon_copy());
  PG2ATHENA_ASSIGN(const Written written, read(session, true));
  if (written == Written::All) return {};
  return fail(ErrorKind::Internal, "a shard that was read in the order of its partitions is in no order");
}

Result<ShardJob::Written> ShardJob::read(postgres::SnapshotSession& session, bool in_order) {
  in_order_ = in_order;
  attempt_ = attempts_.next++;
  rows_ = bytes_read_ = 0;
  const bool by_blocks = std::holds_alternative<postgres::BlockRange>(shard_.range);
  output_.emplace(ShardOutput::Context{.plan = context_.plan,
                                       .table = planned_,
                                       .run_id = context_.run_id,
                                       .store = context_.store,
                                       .stop = context_.stop,
                                       .state = table_,
                                       .blocks = context_.memory.blocks,
                                       .progress = progress_},
                  shard_.number, attempt_, in_order);
  PG2ATHENA_TRY(session.enter(*shard_.source, by_blocks));
  if (planned_.partitioning && !in_order) PG2ATHENA_TRY(session.make_abandonable());
  const bool check_utf8 = context_.plan.server.sql_ascii();
  const auto order_by = in_order ? std::optional(planned_.partitioning->column) : std::nullopt;
  auto started_reader =
      postgres::CopyReader::start(session.connection(), *shard_.source, shard_.range, check_utf8, order_by);
  if (!started_reader) return fail(explain(std::move(started_reader).error(), session));
  postgres::ShardReader& reader = **started_reader;
  auto written = read_rows(reader);
  if (!written) return fail(locate(explain(std::move(written).error(), session), session, reader));
  coerced_ = coerced_columns(planned_.schema, reader.coerced());
  return written;
}

Result<ShardJob::Written> ShardJob::read_rows(postgres::ShardReader& reader) {
  columnar::Batch batch(planned_.schema);
  while (true) {
    PG2ATHENA_TRY(context_.stop.check());
    batch.clear();
    PG2ATHENA_ASSIGN(const bool more, reader.read(batch));
    const std::uint64_t bytes_came = reader.bytes_read() - bytes_read_;
    progress_.add_bytes_read(bytes_came);
    bytes_read_ += bytes_came;
    // What isn't fetched from the socket fills it, and then the server waits as well. The last bytes count
    // too: a run of many small shards is held to the rate by nothing else.
    PG2ATHENA_TRY(wait_for_rate(bytes_came));
    if (!more) return Written::All;
    PG2ATHENA_TRY(make_room(batch));
    auto written = output_->write(batch);
    if (!written) {
      if (const auto row = output_->failed_row()) failed_row_ = rows_ + *row;
      return fail(std::move(written).error());
    }
    if (*written == Written::NeedsOrder) return written;
    progress_.add_rows(batch.rows());
    rows_ += batch.rows();
    give_back(batch);
    PG2ATHENA_TRY(count_memory(batch, reader));
  }
}

Result<void> ShardJob::wait_for_rate(std::uint64_t bytes) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(context_.read_rate.take(bytes));
  return wait.count() == 0 ? Result<void>() : context_.times.wait(wait, &context_.stop);
}

// A large row passes through the writer as a page and as what that is compressed to, besides the batch: if
// they don't fit beside the open row groups, those go first.
Result<void> ShardJob::make_room(const columnar::Batch& batch) {
  const std::uint64_t bytes = batch.size_bytes();
  if (bytes <= kCommonBatch) return {};
  const MemoryPlan& memory = context_.plan.memory;
  const std::uint64_t all = memory.row_group_bytes + memory.row_bytes;
  return output_->make_room(all - std::min(all, 2 * bytes));
}

// After each batch the worker's reservation is what it holds. The plan's shares leave room for all that can
// come; if the count says otherwise, row groups close.
Result<void> ShardJob::count_memory(const columnar::Batch& batch, const postgres::ShardReader& reader) {
  const MemoryPlan& memory = context_.plan.memory;
  PG2ATHENA_TRY(output_->bound_footers());
  const std::uint64_t large =
      batch.capacity_bytes() > kCommonBatch ? batch.capacity_bytes() - kCommonBatch : 0;
  const std::uint64_t besides = worker_base_bytes(memory) + reader.bytes_held() + large;
  const auto held = [&] { return besides + output_->bytes_held(); };
  const auto fits = [&] {
    return held() <= memory.worker_bytes && context_.memory.reservation.resize(held());
  };
  if (fits()) return {};
  PG2ATHENA_TRY(output_->make_room(memory.worker_bytes - std::min(memory.worker_bytes, besides)));
  if (!context_.memory.reservation.resize(std::min(held(), memory.worker_bytes))) {
    return fail(ErrorKind::Internal, "a worker's share of the memory is not there");
  }
  return {};
}

std::string ShardJob::describe_source(const std::string& range) const {
  return in_order_
             ? fmt::format("{} in the order of {}", describe(shard_, range), planned_.partitioning->name)
             : describe(shard_, range);
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
  error = std::move(error).with("table", planned_.display()).with("shard", std::to_string(shard_.number));
  if (const auto bytes = reader.too_large_bytes()) {
    error = std::move(error).hint(large_row_hint(context_.plan, *bytes));
  }
  const auto row = failed_row_ ? failed_row_ : reader.failed_row();
  if (!row || error.kind() == ErrorKind::ChangedWhilePlanning) return error;
  // In another order the rows have no numbers that would be the same the next time.
  const auto* const blocks = std::get_if<postgres::BlockRange>(&shard_.range);
  if (blocks != nullptr && !in_order_ && shard_.source->in_block_order) {
    if (const auto ctid = session.find_ctid(*shard_.source, *blocks, *row)) {
      error = std::move(error).with("ctid", *ctid);
      const bool leaf = shard_.source->display() != planned_.source;
      return leaf ? std::move(error).with("partition", shard_.source->display()) : std::move(error);
    }
  }
  return std::move(error).with(
      "row", fmt::format("{} of {}", *row + 1, describe_source(postgres::range_text(shard_.range))));
}

}  // namespace pg2athena::pipeline
