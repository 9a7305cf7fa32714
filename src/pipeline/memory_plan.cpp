#include "pipeline/memory_plan.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "base/quantity.h"
#include "parquet/compression.h"
#include "storage/part_size.h"

namespace pg2athena::pipeline {
namespace {

constexpr std::uint64_t kKiB = std::uint64_t{1} << 10U;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

// The program, its libraries and the keeper's connection: 12 MiB measured after a plan, and TLS.
constexpr std::uint64_t kProcess = 20 * kMiB;
// What speaks to AWS: libcurl, OpenSSL and AWS's runtime.
constexpr std::uint64_t kAws = 8 * kMiB;
// A worker's connections with TLS, side by side.
constexpr std::uint64_t kUploadConnections = 2 * kMiB;
// More parts on their way make a worker's upload no faster.
constexpr std::uint64_t kMostParts = 6;
// A connection with TLS, a thread's stack, a block of rows with its messages (1 MiB), a batch (5 MiB), and
// what is free in a heap that has all of these sizes.
constexpr std::uint64_t kWorker = 14 * kMiB;
// A row group of less than this isn't worth its footer: pages and the codec's output, and for each column a
// first dictionary, an open page and a segment of finished ones.
constexpr std::uint64_t kRowGroup = 8 * kMiB;
constexpr std::uint64_t kRowGroupColumn = 48 * kKiB;
// Ordinary pages, for which the codec's context is made.
constexpr std::uint64_t kPage = 2 * kMiB;
// Of a partitioned table, a batch's rows of one partition (batches: copy_reader.cpp).
constexpr std::uint64_t kGather = 6 * kMiB;
// More open files make row groups smaller than what they save in re-reading: shards whose rows are in more
// partitions at once are in no order, and those the server sorts.
constexpr std::uint64_t kMostOpenFiles = 16;
// A connection with TLS to S3, of one more upload.
constexpr std::uint64_t kUploadConnection = 512 * kKiB;
// PostgreSQL makes no larger row (MaxAllocSize in src/include/utils/memutils.h).
constexpr std::uint64_t kLargestRow = 1024 * kMiB;
// With no more than this for a row hardly any table could be read.
constexpr std::uint64_t kSmallestMaxValue = kMiB;

std::uint64_t least_row_group(std::uint64_t row_bytes, const MemoryDemand& demand) {
  const std::uint64_t codec =
      parquet::codec_context_bytes(demand.compression, demand.compression_level, std::max(row_bytes, kPage));
  return kRowGroup + demand.columns * kRowGroupColumn + codec;
}

// libpq's input buffer for a row (pqCheckInBufferSpace and pqReadData in src/interfaces/libpq/fe-misc.c): it
// doubles until the row fits with 8 KiB to spare.
std::uint64_t input_buffer(std::uint64_t row_bytes) {
  return std::bit_ceil(row_bytes + 8 * kKiB);
}

// Two parts of the largest object: one that fills, and one on its way.
std::uint64_t least_upload(const MemoryDemand& demand, std::uint64_t first_part) {
  if (!demand.uploaded_object) return 0;
  return 2 * storage::largest_part_bytes(*demand.uploaded_object, first_part);
}

// The part of a share that uploads may have beyond the least: so small that large rows keep their room, and
// larger where several files are uploaded at once.
std::uint64_t upload_part(const MemoryDemand& demand) {
  return demand.partitioned ? 3 : 6;
}

// Beyond the least, what makes uploads fast: several parts on their way, or several uploads.
std::uint64_t more_upload(std::uint64_t share, const MemoryDemand& demand) {
  if (!demand.uploaded_object) return 0;
  const std::uint64_t least = least_upload(demand, storage::kSmallestPart);
  const std::uint64_t wanted = demand.partitioned
                                   ? kMostOpenFiles * (least + kUploadConnection)
                                   : least_upload(demand, storage::kUsualPart) / 2 * kMostParts;
  return std::min(wanted - least, share / upload_part(demand));
}

// How often a row is there besides libpq's buffer: as a message, in the batch, and once more with an open row
// group; where rows are gathered by partition, there too.
std::uint64_t row_copies(const MemoryDemand& demand) {
  return demand.partitioned ? 4 : 3;
}

// The most that a worker holds with a row of this size on its way: libpq's buffer, and the row three times:
// as a message and in the batch, with an open row group; or in the batch, as a page, and compressed, when the
// row group before it has been closed. Where it is gathered before it is written, four times.
std::uint64_t worker_need(std::uint64_t row_bytes, const MemoryDemand& demand) {
  const std::uint64_t upload =
      demand.uploaded_object ? kUploadConnections + least_upload(demand, storage::kSmallestPart) : 0;
  const std::uint64_t gather = demand.partitioned ? kGather : 0;
  return kWorker + gather + upload + input_buffer(row_bytes) + row_copies(demand) * row_bytes +
         least_row_group(row_bytes, demand);
}

std::uint64_t process_need(const MemoryDemand& demand) {
  return kProcess + demand.plan_bytes + (demand.speaks_to_aws ? kAws : 0);
}

std::uint64_t whole_mib(std::uint64_t bytes) {
  return (bytes + kMiB - 1) / kMiB * kMiB;
}

// The largest row that fits into a worker's share, in whole MiB; 0 when none does.
std::uint64_t largest_that_fits(std::uint64_t worker_bytes, const MemoryDemand& demand) {
  std::uint64_t fits = 0;
  std::uint64_t too_much = kLargestRow / kMiB + 1;
  while (too_much - fits > 1) {
    const std::uint64_t middle = fits + (too_much - fits) / 2;
    (worker_need(middle * kMiB + demand.small_bytes, demand) <= worker_bytes ? fits : too_much) = middle;
  }
  return fits * kMiB;
}

Error refusal(std::uint64_t limit, std::uint64_t row, bool given, const MemoryDemand& demand) {
  const std::string workers = fmt::format("{} worker{}", demand.workers, demand.workers == 1 ? "" : "s");
  const std::string would_do = mebibytes_text(memory_for_rows(row, demand));
  Error error(
      ErrorKind::Unsupported,
      fmt::format("memory: {} can't hold this plan: {}, each with a row group of {} columns and rows of "
                  "up to {}",
                  byte_size_text(limit), workers, demand.columns, mebibytes_text(row)));
  std::string hint = fmt::format("--memory {} would do", would_do);
  if (demand.workers > 1) {
    MemoryDemand one = demand;
    one.workers = 1;
    hint += fmt::format(", or {} with --workers 1", mebibytes_text(memory_for_rows(row, one)));
  }
  if (given) hint += ", or a smaller --max-value-size";
  return std::move(error).hint(std::move(hint));
}

// So many that each has at least half of a row group that is worth its footer (few of them are active at
// once, mostly), and two parts of its upload. One will do: for rows that lie in the order of their
// partitions, and others are sorted.
int most_open_files(const MemoryPlan& plan, const MemoryDemand& demand) {
  // Five eighths are the least that writers have of it (shard_job.cpp).
  const std::uint64_t writers = plan.row_group_bytes / 8 * 5;
  const std::uint64_t of_file = least_row_group(kPage, demand) - kRowGroup / 2;
  std::uint64_t files = std::min(kMostOpenFiles, writers / of_file);
  if (demand.uploaded_object) {
    const std::uint64_t upload = least_upload(demand, storage::kSmallestPart) + kUploadConnection;
    files = std::min(files, plan.upload_bytes / upload);
  }
  return static_cast<int>(std::max<std::uint64_t>(files, 1));
}

}  // namespace

Result<MemoryPlan> plan_memory(std::uint64_t limit, std::optional<std::uint64_t> max_value,
                               const MemoryDemand& demand) {
  const auto workers = static_cast<std::uint64_t>(demand.workers);
  const std::uint64_t process = process_need(demand);
  const std::uint64_t share = limit > process ? (limit - process) / workers : 0;
  // What is known of the rows may ask for less than the operator allows.
  const auto row_of = [&](std::uint64_t value) {
    return std::min(value, demand.largest_row.value_or(value)) + demand.small_bytes;
  };
  const std::uint64_t least = std::min(demand.largest_row.value_or(kSmallestMaxValue), kSmallestMaxValue);
  const std::uint64_t wanted = max_value.value_or(least);
  if (worker_need(row_of(wanted), demand) > share) {
    return fail(refusal(limit, row_of(wanted), max_value.has_value(), demand));
  }
  MemoryPlan plan{.limit = limit,
                  .worker_bytes = share,
                  .max_value_bytes = max_value.value_or(
                      std::max(largest_that_fits(share - more_upload(share, demand), demand), least)),
                  .max_value_derived = !max_value,
                  .process_bytes = limit - share * workers};
  plan.row_bytes = row_of(plan.max_value_bytes);
  if (demand.uploaded_object) {
    const std::uint64_t spare = share - worker_need(plan.row_bytes, demand);
    plan.upload_bytes =
        least_upload(demand, storage::kSmallestPart) + std::min(more_upload(share, demand), spare);
  }
  if (demand.partitioned) plan.gather_bytes = kGather;
  plan.row_group_bytes = share - worker_base_bytes(plan) - input_buffer(plan.row_bytes) -
                         (row_copies(demand) - 1) * plan.row_bytes;
  if (demand.partitioned) plan.open_files = most_open_files(plan, demand);
  return plan;
}

std::uint64_t memory_for_rows(std::uint64_t row_bytes, const MemoryDemand& demand) {
  return whole_mib(process_need(demand) +
                   static_cast<std::uint64_t>(demand.workers) * worker_need(row_bytes, demand));
}

std::uint64_t memory_for_value(std::uint64_t max_value, const MemoryDemand& demand) {
  // What plan_memory() derives is a number of whole MiB, from what uploads leave of a share.
  const std::uint64_t need = worker_need(whole_mib(max_value) + demand.small_bytes, demand);
  const std::uint64_t part = upload_part(demand);
  const std::uint64_t share = need + more_upload(need / (part - 1) * part + part, demand);
  return whole_mib(process_need(demand) + static_cast<std::uint64_t>(demand.workers) * share);
}

std::uint64_t upload_bytes_of_file(const MemoryPlan& plan, int open_files) {
  if (plan.upload_bytes == 0 || open_files == 1) return plan.upload_bytes;
  return plan.upload_bytes / static_cast<std::uint64_t>(open_files) - kUploadConnection;
}

std::uint64_t worker_base_bytes(const MemoryPlan& plan) {
  return kWorker + plan.gather_bytes + (plan.upload_bytes == 0 ? 0 : kUploadConnections + plan.upload_bytes);
}

}  // namespace pg2athena::pipeline
