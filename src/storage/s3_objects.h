// Calls to whole objects and to unfinished uploads, one at a time. All of them wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/object_store.h"
#include "storage/s3_answers.h"
#include "storage/s3_bucket.h"

namespace pg2athena::storage {

// One try at making an object.
struct S3Attempt {
  // This try's alone, and kept with the object: where an answer got lost and a condition doesn't hold any
  // more, it tells whether it is ours that is there.
  std::string id;
  S3Patience patience = S3Patience::Usual;
  Cancellation* stop = nullptr;  // not owned
};

class S3Objects {
 public:
  // `bucket` has to outlive it.
  explicit S3Objects(const S3Bucket& bucket) : bucket_(bucket) {}

  Result<std::optional<StoredObject>> get(const std::string& key) const;

  // So many bytes of the object that has this ETag, from `offset` on; at most kMostOfRange, and at least one.
  // NotFound when there is no object any more, Storage when there is another one.
  static constexpr std::size_t kMostOfRange = std::size_t{8} << 20U;
  Result<std::string> get_range(const std::string& key, const std::string& etag, std::uint64_t offset,
                                std::size_t size, Cancellation* stop) const;

  // PutObject, as ObjectStore::put() promises.
  Result<PutOutcome> put(const std::string& key, std::string_view content, const PutCondition& condition,
                         const S3Attempt& attempt) const;

  struct Head {
    std::uint64_t size = 0;
    std::string etag;
    std::string attempt;   // as put with it; empty: not by us
    std::string checksum;  // CRC-64/NVME; empty: the store made none
  };
  // None when there is no such object.
  Result<std::optional<Head>> head(const std::string& key, Cancellation* stop = nullptr) const;

  Result<void> remove(const std::string& key) const;

  // The objects whose keys begin with `prefix`, by key; of a page `most` at most. Keys are the lake's.
  Result<std::vector<S3Listed>> list(const std::string& prefix) const;
  // The same page by page, in the bucket's order.
  Result<void> visit(const std::string& prefix, const std::function<Result<void>(S3Listed&)>& visit) const;
  Result<S3ListPage> list_page(const std::string& prefix, const std::string& token, int most,
                               S3Patience patience = S3Patience::Usual) const;

  // Unfinished uploads whose keys begin with `prefix`. Keys are the lake's. MinIO lists them only where
  // `prefix` is a whole key.
  Result<std::vector<S3UnfinishedUpload>> unfinished(const std::string& prefix) const;
  // An upload that isn't there any more is no error.
  Result<void> abort(const std::string& key, const std::string& upload_id) const;

 private:
  Result<PutOutcome> after_lost_answer(const std::string& key, const std::string& attempt) const;

  const S3Bucket& bucket_;
};

}  // namespace pg2athena::storage
