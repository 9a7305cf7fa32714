#include "pipeline/lake_file.h"

#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

namespace pg2athena::pipeline {

// Passes bytes on and keeps their XXH3-128, which the receipt records: `xxhsum -H2 FILE` prints the same.
class LakeFile::DigestingSink final : public ByteSink {
 public:
  explicit DigestingSink(ByteSink& next) : next_(next), state_(XXH3_createState(), &XXH3_freeState) {
    XXH3_128bits_reset(state_.get());
  }

  Result<void> write(std::span<const std::byte> bytes) override {
    XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
    return next_.write(bytes);
  }

  std::string digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  ByteSink& next_;
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

Result<LakeFile> LakeFile::open(storage::ObjectStore& store, const std::string& key,
                                const columnar::Schema& schema, parquet::WriterOptions options) {
  PG2ATHENA_ASSIGN(auto upload, store.start_upload(key));
  auto sink = std::make_unique<DigestingSink>(*upload);
  PG2ATHENA_ASSIGN(auto writer, parquet::FileWriter::open(*sink, schema, std::move(options)));
  return LakeFile(key, std::move(upload), std::move(sink), std::move(writer));
}

LakeFile::LakeFile(std::string key, std::unique_ptr<storage::ObjectUpload> upload,
                   std::unique_ptr<DigestingSink> sink, parquet::FileWriter writer)
    : key_(std::move(key)), upload_(std::move(upload)), sink_(std::move(sink)), writer_(std::move(writer)) {}

LakeFile::LakeFile(LakeFile&&) noexcept = default;
LakeFile& LakeFile::operator=(LakeFile&&) noexcept = default;
LakeFile::~LakeFile() = default;

Result<void> LakeFile::write(const columnar::Batch& batch) {
  return writer_.write(batch);
}

std::uint64_t LakeFile::bytes_written() const {
  return writer_.bytes_written();
}

Result<catalog::FileReceipt> LakeFile::close() {
  PG2ATHENA_ASSIGN(const parquet::FileSummary summary, writer_.close());
  PG2ATHENA_TRY(upload_->complete());
  catalog::FileReceipt receipt{
      .key = key_, .rows = summary.rows, .bytes = summary.bytes, .xxh3_128 = sink_->digest(), .columns = {}};
  for (const parquet::ColumnSummary& column : summary.columns) {
    receipt.columns.push_back({.path = column.path,
                               .values = column.values,
                               .nulls = column.nulls,
                               .min = column.min,
                               .max = column.max});
  }
  return receipt;
}

}  // namespace pg2athena::pipeline
