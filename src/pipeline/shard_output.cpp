#include "pipeline/shard_output.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/quantity.h"
#include "catalog/object_keys.h"
#include "catalog/partition_name.h"

namespace pg2athena::pipeline {
namespace {

// What a file's receipt takes, and once more as text, when it is stored: a column's path, minima and sum in
// both.
std::uint64_t receipt_bytes(const PlannedTable& table) {
  constexpr std::uint64_t kFile = 1024;
  constexpr std::uint64_t kColumn = 800;
  return kFile + kColumn * table.columns.size();
}

}  // namespace

ShardOutput::ShardOutput(const Context& context, int shard, int attempt, bool in_order)
    : context_(context), shard_(shard), attempt_(attempt), in_order_(in_order) {
  if (!context.table.partitioning) return;
  splitter_.emplace(context.table, &context.state.check_partition);
  gathered_.emplace(context.table.schema);
  if (!in_order) {
    most_open_ = static_cast<std::size_t>(context.plan.memory.open_files);
  } else if (splitter_->scatters_nulls()) {
    most_open_ = 2;
    kept_open_ = splitter_->null_partition();
  }
}

Result<ShardOutput::Written> ShardOutput::write(const columnar::Batch& batch) {
  if (!splitter_) return write_partition(0, batch);
  PG2ATHENA_ASSIGN(const std::vector<PartitionRows>* const parts, splitter_->split(batch));
  if (parts->size() == 1) return write_partition(parts->front().partition, batch);
  for (const PartitionRows& part : *parts) {
    columnar::gather(batch, part.rows, *gathered_);
    PG2ATHENA_ASSIGN(const Written written, write_partition(part.partition, *gathered_));
    if (written == Written::NeedsOrder) return written;
    if (gathered_->capacity_bytes() > kCommonBatch) *gathered_ = columnar::Batch(context_.table.schema);
  }
  return Written::All;
}

Result<ShardOutput::Written> ShardOutput::write_partition(std::uint32_t number, const columnar::Batch& rows) {
  Partition& partition = this->partition(number);
  if (!partition.file) {
    if (partition.evicted && !in_order_) return Written::NeedsOrder;
    if (number != kept_open_ && is_full()) PG2ATHENA_TRY(evict());
    PG2ATHENA_TRY(open_file(number));
  }
  PG2ATHENA_TRY(write_rows(partition, rows));
  if (partition.file->bytes_written() >= context_.plan.file_bytes) PG2ATHENA_TRY(close_file(number));
  return Written::All;
}

Result<void> ShardOutput::write_rows(Partition& partition, const columnar::Batch& rows) {
  PG2ATHENA_TRY(share_memory(partition));
  partition.last_used = ++clock_;
  if (auto written = partition.file->write(rows); !written) {
    return fail(std::move(written).error().with("table", context_.table.display()));
  }
  count_written(partition);
  return {};
}

// One file may have all that the others don't hold. When that is little, the largest row group goes: small
// ones are kept until they have grown.
Result<void> ShardOutput::share_memory(Partition& partition) {
  const std::uint64_t all = context_.state.writer_options.memory_bytes;
  if (most_open_ == 1) return {};
  const auto others = [&] {
    std::uint64_t bytes = 0;
    for (const std::uint32_t number : open_) {
      const Partition& other = partitions_[number];
      if (&other != &partition) bytes += of_file(other);
    }
    return bytes;
  };
  const std::uint64_t least = all / (2 * most_open_);
  while (others() + least > all) {
    const auto number = largest();
    if (!number) break;
    PG2ATHENA_TRY(end_row_group(*number));
    // What can't be given back is footers, which bound_footers() sees to.
    if (largest() == number) break;
  }
  partition.file->limit_memory(std::max(least, all - std::min(all, others())));
  return {};
}

Result<void> ShardOutput::end_row_group(std::uint32_t number) {
  PG2ATHENA_TRY(partitions_[number].file->end_row_group());
  count_written(partitions_[number]);
  return {};
}

// What the open file holds besides the free blocks, which all files have in common.
std::uint64_t ShardOutput::of_file(const Partition& partition) const {
  return partition.file->bytes_held() - context_.blocks.free_bytes();
}

std::optional<std::uint32_t> ShardOutput::largest() const {
  std::optional<std::uint32_t> found;
  std::uint64_t most = 0;
  for (const std::uint32_t number : open_) {
    const std::uint64_t bytes = of_file(partitions_[number]) - partitions_[number].file->footer_bytes_held();
    if (found && bytes <= most) continue;
    found = number;
    most = bytes;
  }
  return found;
}

Result<void> ShardOutput::make_room(std::uint64_t bytes) {
  if (bytes_held() <= bytes) return {};
  context_.blocks.release();
  std::optional<std::uint32_t> last;
  while (bytes_held() > bytes) {
    const auto number = largest();
    if (!number || number == last) return {};  // nothing is left that could be given back
    PG2ATHENA_TRY(end_row_group(*number));
    last = number;
  }
  return {};
}

Result<void> ShardOutput::bound_footers() {
  const std::uint64_t most = context_.plan.memory.row_group_bytes / 8;
  while (!open_.empty()) {
    std::uint64_t sum = 0;
    for (const std::uint32_t number : open_) sum += partitions_[number].file->footer_bytes_held();
    if (sum <= most) return {};
    const auto number = std::ranges::max(
        open_, {}, [&](std::uint32_t each) { return partitions_[each].file->footer_bytes_held(); });
    PG2ATHENA_TRY(close_file(number));
  }
  return {};
}

std::uint64_t ShardOutput::bytes_held() const {
  std::uint64_t bytes = context_.blocks.free_bytes();
  for (const std::uint32_t number : open_) bytes += of_file(partitions_[number]);
  // The first file's is in the plan.
  const std::uint64_t more_receipts = receipts_.empty() ? 0 : receipts_.size() - 1;
  return bytes + more_receipts * receipt_bytes(context_.table) / 2;
}

// The one that is kept has its place whether it is open or not.
bool ShardOutput::is_full() const {
  if (!kept_open_) return open_.size() == most_open_;
  const bool kept = std::ranges::find(open_, *kept_open_) != open_.end();
  return open_.size() - (kept ? 1 : 0) == most_open_ - 1;
}

// The file that may be missed the least.
Result<void> ShardOutput::evict() {
  const std::uint32_t oldest = std::ranges::min(open_, {}, [&](std::uint32_t number) {
    return std::pair(number == kept_open_, partitions_[number].last_used);
  });
  partitions_[oldest].evicted = true;
  return close_file(oldest);
}

ShardOutput::Partition& ShardOutput::partition(std::uint32_t number) {
  if (partitions_.size() <= number) partitions_.resize(number + std::size_t{1});
  return partitions_[number];
}

std::string ShardOutput::folder(std::uint32_t number) const {
  if (!splitter_) return "";
  return catalog::partition_folder(context_.table.partitioning->name, splitter_->value(number)) + "/";
}

Result<void> ShardOutput::check_new_partition(std::uint32_t number) {
  if (!splitter_) return {};
  const std::uint64_t most = context_.plan.most_partitions;
  if (context_.state.partitions.add(splitter_->value(number), most)) return {};
  const PlannedPartitioning& partitioning = *context_.table.partitioning;
  const std::string& column = context_.table.columns[partitioning.column].source_name;
  const bool coarser =
      partitioning.by == types::PartitionBy::Day || partitioning.by == types::PartitionBy::Month;
  return fail(Error(ErrorKind::Unsupported,
                    fmt::format("{} has more than {} partitions by {} of {}", context_.table.display(), most,
                                to_string(partitioning.by), column))
                  .with("table", context_.table.display())
                  .with("column", column)
                  .hint(coarser ? "partition it by month or year, or allow more: limits.partitions"
                                : "partition it by a column with fewer values, or allow more: "
                                  "limits.partitions"));
}

// The receipts of all files are stored as one text, for which there is the room of the row groups.
Result<void> ShardOutput::check_receipts() const {
  const std::uint64_t bytes = (receipts_.size() + open_.size() + 1) * receipt_bytes(context_.table);
  if (!splitter_ || bytes <= context_.plan.memory.row_group_bytes) return {};
  return fail(Error(ErrorKind::Unsupported,
                    fmt::format("memory: {} can't hold what is to be remembered of {} files with {} columns",
                                byte_size_text(context_.plan.memory.limit),
                                receipts_.size() + open_.size() + 1, context_.table.columns.size()))
                  .with("table", context_.table.display())
                  .hint("more --memory, fewer --workers, or fewer partitions: by month instead of day"));
}

Result<void> ShardOutput::open_file(std::uint32_t number) {
  PG2ATHENA_TRY(check_new_partition(number));
  PG2ATHENA_TRY(check_receipts());
  Partition& partition = this->partition(number);
  const std::string key = catalog::data_key(context_.table.name, context_.run_id, folder(number), shard_,
                                            attempt_, partition.next_file++);
  const storage::UploadOptions upload{
      .memory_bytes = upload_bytes_of_file(context_.plan.memory, static_cast<int>(most_open_)),
      .stop = &context_.stop};
  PG2ATHENA_ASSIGN(partition.file, LakeFile::open(context_.store, key, upload, context_.table.schema,
                                                  context_.state.writer_options, context_.blocks,
                                                  context_.plan.verify == Verify::Deep));
  partition.bytes_counted = 0;
  open_.push_back(number);
  return {};
}

Result<void> ShardOutput::close_file(std::uint32_t number) {
  Partition& partition = partitions_[number];
  PG2ATHENA_ASSIGN(catalog::FileReceipt closed, partition.file->close());
  partition.file.reset();
  std::erase(open_, number);
  context_.progress.add_bytes_written(closed.bytes - partition.bytes_counted);
  bytes_written_ += closed.bytes - partition.bytes_counted;
  context_.progress.add_file();
  ++files_;
  if (splitter_) closed.partition = splitter_->value(number);
  receipts_.push_back(std::move(closed));
  return {};
}

void ShardOutput::count_written(Partition& partition) {
  const std::uint64_t more = partition.file->bytes_written() - partition.bytes_counted;
  partition.bytes_counted += more;
  bytes_written_ += more;
  context_.progress.add_bytes_written(more);
}

Result<void> ShardOutput::write_empty_file() {
  std::uint32_t number = 0;
  if (splitter_) number = splitter_->null_partition();
  partition(number);
  PG2ATHENA_TRY(open_file(number));
  return close_file(number);
}

Result<std::vector<catalog::FileReceipt>> ShardOutput::close() {
  while (!open_.empty()) PG2ATHENA_TRY(close_file(open_.front()));
  // What is stored of the receipts takes their place.
  if (splitter_) context_.blocks.release();
  return std::move(receipts_);
}

}  // namespace pg2athena::pipeline
