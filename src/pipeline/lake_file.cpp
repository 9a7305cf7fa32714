#include "pipeline/lake_file.h"

#include <utility>

namespace pg2athena::pipeline {

Result<LakeFile> LakeFile::open(storage::ObjectStore& store, const std::string& key,
                                const storage::UploadOptions& upload_options, const columnar::Schema& schema,
                                parquet::WriterOptions options, parquet::BlockPool& blocks,
                                bool digest_rows) {
  PG2ATHENA_ASSIGN(auto upload, store.start_upload(key, upload_options));
  auto sink = std::make_unique<storage::DigestSink>(*upload);
  PG2ATHENA_ASSIGN(auto writer, parquet::FileWriter::open(*sink, schema, std::move(options), &blocks));
  return LakeFile(key, std::move(upload), std::move(sink), std::move(writer), schema, digest_rows);
}

LakeFile::LakeFile(std::string key, std::unique_ptr<storage::ObjectUpload> upload,
                   std::unique_ptr<storage::DigestSink> sink, parquet::FileWriter writer,
                   const columnar::Schema& schema, bool digest_rows)
    : key_(std::move(key)),
      upload_(std::move(upload)),
      sink_(std::move(sink)),
      writer_(std::move(writer)),
      totals_(schema) {
  if (digest_rows) row_digest_.emplace();
}

LakeFile::LakeFile(LakeFile&&) noexcept = default;
LakeFile& LakeFile::operator=(LakeFile&&) noexcept = default;
LakeFile::~LakeFile() = default;

Result<void> LakeFile::write(const columnar::Batch& batch) {
  totals_.add(batch);
  if (row_digest_) row_digest_->add(batch);
  return writer_.write(batch);
}

void LakeFile::limit_memory(std::size_t bytes) {
  writer_.limit_memory(bytes);
}

Result<void> LakeFile::end_row_group() {
  return writer_.end_row_group();
}

std::uint64_t LakeFile::bytes_held() const {
  return writer_.bytes_held();
}

std::uint64_t LakeFile::footer_bytes_held() const {
  return writer_.footer_bytes_held();
}

std::uint64_t LakeFile::bytes_written() const {
  return writer_.bytes_written();
}

Result<catalog::FileReceipt> LakeFile::close() {
  PG2ATHENA_ASSIGN(const parquet::FileSummary summary, writer_.close());
  PG2ATHENA_TRY(upload_->complete());
  catalog::FileReceipt receipt{
      .key = key_, .rows = summary.rows, .bytes = summary.bytes, .xxh3_128 = sink_->digest(), .columns = {}};
  if (row_digest_) receipt.row_digest = row_digest_->hex();
  for (std::size_t i = 0; i < summary.columns.size(); ++i) {
    const parquet::ColumnSummary& column = summary.columns[i];
    receipt.columns.push_back({.path = column.path,
                               .values = column.values,
                               .nulls = column.nulls,
                               .min = column.min,
                               .max = column.max,
                               .sum = totals_.leaves()[i].sum_text()});
  }
  return receipt;
}

}  // namespace pg2athena::pipeline
