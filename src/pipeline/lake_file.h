// One Parquet file on its way into the object store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "catalog/receipt.h"
#include "columnar/batch.h"
#include "columnar/row_digest.h"
#include "columnar/totals.h"
#include "parquet/file_writer.h"
#include "storage/content_digest.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// Nothing is visible under the key until close() succeeds; destroyed before, it leaves nothing behind.
class LakeFile {
 public:
  // `digest_rows`: the receipt is to have the digest of the rows too.
  static Result<LakeFile> open(storage::ObjectStore& store, const std::string& key,
                               const storage::UploadOptions& upload_options, const columnar::Schema& schema,
                               parquet::WriterOptions options, parquet::BlockPool& blocks, bool digest_rows);

  Result<void> write(const columnar::Batch& batch);
  // As FileWriter has it.
  void limit_memory(std::size_t bytes);
  // Closes the open row group and gives its memory back.
  Result<void> end_row_group();
  // As FileWriter has them.
  std::uint64_t bytes_held() const;
  std::uint64_t footer_bytes_held() const;
  // Bytes that went to the store so far. A row group goes as a whole.
  std::uint64_t bytes_written() const;

  // Writes the footer and makes the file visible.
  Result<catalog::FileReceipt> close();

  LakeFile(LakeFile&&) noexcept;
  LakeFile& operator=(LakeFile&&) noexcept;
  ~LakeFile();

 private:
  LakeFile(std::string key, std::unique_ptr<storage::ObjectUpload> upload,
           std::unique_ptr<storage::DigestSink> sink, parquet::FileWriter writer,
           const columnar::Schema& schema, bool digest_rows);

  // In this order: the writer refers to the sink, the sink to the upload.
  std::string key_;
  std::unique_ptr<storage::ObjectUpload> upload_;
  std::unique_ptr<storage::DigestSink> sink_;
  parquet::FileWriter writer_;
  // Of the rows that came, before anything was made of them.
  columnar::Totals totals_;
  std::optional<columnar::RowDigest> row_digest_;
};

}  // namespace pg2athena::pipeline
