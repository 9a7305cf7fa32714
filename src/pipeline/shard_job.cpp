#include "pipeline/shard_job.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catalog/object_keys.h"

namespace pg2athena::pipeline {
namespace {

std::string describe(const PlannedShard& shard) {
  if (!shard.blocks) return shard.source->display() + (shard.by_index ? " by index" : "");
  const std::string end = shard.blocks->end ? std::to_string(*shard.blocks->end - 1) : "the last";
  return fmt::format("{} blocks {}..{}", shard.source->display(), shard.blocks->first, end);
}

}  // namespace

parquet::WriterOptions writer_options(const Plan& plan, const PlannedTable& table, const std::string& run_id,
                                      const postgres::Snapshot& snapshot) {
  // The lake's rule for names loses letters' case and special characters; here they are kept, with
  // PostgreSQL's types.
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns.push_back({{"name", table.schema.fields[i].name},
                       {"source_name", table.columns[i].source_name},
                       {"postgresql_type", table.columns[i].type.name}});
  }
  parquet::WriterOptions options;
  options.compression = plan.compression;
  options.compression_level = plan.compression_level;
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
              .files = {},
              .source = describe(shard_),
              .worker = worker_};
  progress_.start_shard();
  PG2ATHENA_TRY(session.enter(*shard_.source, shard_.blocks.has_value()));
  const bool check_utf8 = context_.plan.server.encoding == "SQL_ASCII";
  PG2ATHENA_ASSIGN(const auto reader, postgres::CopyReader::start(session.connection(), *shard_.source,
                                                                  shard_.blocks, check_utf8));
  if (auto read = read_rows(*reader); !read) return fail(locate(std::move(read).error(), session, *reader));
  if (file_) PG2ATHENA_TRY(close_file());
  table_.rows.fetch_add(receipt_.rows);
  const bool last = table_.shards_left.fetch_sub(1) == 1;
  if (last && table_.rows.load() == 0) {
    PG2ATHENA_TRY(open_file());
    PG2ATHENA_TRY(close_file());
  }
  receipt_.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.monotonic() - started);
  return std::move(receipt_);
}

Result<void> ShardJob::read_rows(postgres::ShardReader& reader) {
  columnar::Batch batch(planned_.schema);
  std::uint64_t bytes_counted = 0;
  while (true) {
    PG2ATHENA_TRY(context_.stop.check());
    batch.clear();
    PG2ATHENA_ASSIGN(const bool more, reader.read(batch));
    progress_.add_bytes_read(reader.bytes_read() - bytes_counted);
    bytes_counted = reader.bytes_read();
    if (!more) return {};
    PG2ATHENA_TRY(write(batch));
    progress_.add_rows(batch.rows());
  }
}

Result<void> ShardJob::write(const columnar::Batch& batch) {
  if (!file_) PG2ATHENA_TRY(open_file());
  if (auto written = file_->write(batch); !written) {
    return fail(std::move(written).error().with("table", planned_.source));
  }
  progress_.add_bytes_written(file_->bytes_written() - file_bytes_counted_);
  file_bytes_counted_ = file_->bytes_written();
  if (file_->bytes_written() >= context_.plan.file_bytes) PG2ATHENA_TRY(close_file());
  return {};
}

Result<void> ShardJob::open_file() {
  const std::string key = catalog::data_key(planned_.name, context_.run_id, "", shard_.number,
                                            receipt_.attempt, static_cast<int>(receipt_.files.size()));
  PG2ATHENA_ASSIGN(file_, LakeFile::open(context_.store, key, planned_.schema, table_.writer_options));
  file_bytes_counted_ = 0;
  return {};
}

Result<void> ShardJob::close_file() {
  PG2ATHENA_ASSIGN(catalog::FileReceipt closed, file_->close());
  file_.reset();
  progress_.add_bytes_written(closed.bytes - file_bytes_counted_);
  progress_.add_file();
  receipt_.rows += closed.rows;
  receipt_.bytes += closed.bytes;
  receipt_.files.push_back(std::move(closed));
  return {};
}

// A value that can't be exported: says which row it is in. The COPY is over for us; its connection is made
// usable again only for this question.
Error ShardJob::locate(Error error, postgres::SnapshotSession& session,
                       const postgres::ShardReader& reader) const {
  error = std::move(error).with("table", planned_.source).with("shard", std::to_string(shard_.number));
  const auto row = reader.failed_row();
  if (!row) return error;
  if (shard_.blocks && shard_.source->relation && shard_.source->in_block_order) {
    if (const auto ctid = session.find_ctid(*shard_.source, *shard_.blocks, *row)) {
      error = std::move(error).with("ctid", *ctid);
      const bool leaf = shard_.source->display() != planned_.source;
      return leaf ? std::move(error).with("partition", shard_.source->display()) : std::move(error);
    }
  }
  return std::move(error).with("row", fmt::format("{} of {}", *row + 1, describe(shard_)));
}

}  // namespace pg2athena::pipeline
