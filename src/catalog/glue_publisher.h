// Publishing to Athena: each table of the lake is a table of a database in Glue's Data Catalog, which follows
// the table's record.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/retry.h"
#include "catalog/glue_client.h"
#include "catalog/partition_switch.h"
#include "catalog/publisher.h"
#include "storage/object_store.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

class GluePublisher final : public Publisher {
 public:
  // `store` is the lake that is at `location`; it and `times` have to outlive the publisher.
  GluePublisher(GlueClient client, storage::ObjectStore& store, storage::S3Location location,
                RetryTimes& times)
      : client_(std::move(client)), store_(store), location_(std::move(location)), times_(times) {}

  Result<void> check(std::span<const TableRecord> tables, Cancellation& stop) override;
  Result<void> check_partition(const TableRecord& table, const std::string& value) override;

  std::string catalog() const override { return client_.name(); }

  // CommitUnknown: Glue took the table's new state and never said whether it has it.
  Result<void> show(const std::string& table) override;
  Result<std::vector<std::string>> shown_runs(const std::string& table, Cancellation& stop) override;

  Result<std::vector<ShownDifference>> differences(const TableRecord& record) const override;

 private:
  Result<std::vector<const TableRecord*>> check_by_pages(const GlueClient& client,
                                                         std::span<const TableRecord> tables,
                                                         Cancellation& stop) const;
  // What one show() has done so far.
  struct Showing {
    PartitionSwitch partitions;
    bool unheard = false;  // Glue may have what it was told of the run, and nobody has looked since
  };

  Result<bool> try_to_show(const std::string& table, Showing& showing);
  Result<bool> show_partitions(const TableRecord& record, const std::optional<GlueTable>& existing,
                               Showing& showing);
  Result<bool> register_partitions(const TableRecord& record, std::optional<GlueTable> existing,
                                   Showing& showing);
  Result<bool> remove_partitions(const TableRecord& record, std::optional<GlueTable> existing,
                                 Showing& showing);
  Result<bool> finish(const nlohmann::json& input, const TableRecord& record,
                      const std::optional<GlueTable>& existing, Showing& showing);
  Result<bool> put_run(const nlohmann::json& input, const TableRecord& record,
                       const std::optional<GlueTable>& existing, Showing& showing);
  Error explained(Error error, const std::string& table, const Showing& showing) const;
  Result<bool> put(const nlohmann::json& input, const std::optional<GlueTable>& existing);

  const GlueClient client_;
  storage::ObjectStore& store_;
  const storage::S3Location location_;
  RetryTimes& times_;
};

}  // namespace pg2athena::catalog
