// The switch of a table's registered partitions in Glue from one run to the next.
#pragma once

#include <cstddef>
#include <span>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "catalog/glue_client.h"
#include "catalog/glue_partitions.h"
#include "catalog/table_record.h"
#include "storage/object_store.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

// Glue changes a hundred partitions in a call and has no transaction over several, so readers see the switch
// happen: old partitions beside new ones. The order is what harms them least:
// * new ones are made, then those that are there are moved, and what is gone is removed at last: no value
//   that both runs have is ever missing. A row that went from one partition to another may be in both for a
//   moment, or in neither.
//   The table's own columns come before all of them (GluePublisher::register_partitions()).
//
// What holds against others who publish: nothing compares and sets a partition. So the table's record is read
// before each call, and who finds that it has moved stops and begins anew with what it says. Who sent
// something in an older run's name looks at all partitions once more, with the record of then, before it is
// done: whichever of two publishers' calls took effect last, its sender puts the record's in its place. What
// is left is a sender that ends (is killed, or whose connection breaks) between a call and its answer, at the
// moment when a newer run is shown: then a hundred partitions may be of the older run until the next one, and
// `pg2athena verify` finds them.
class PartitionSwitch {
 public:
  // All have to outlive it.
  PartitionSwitch(const GlueClient& client, storage::ObjectStore& store, const storage::S3Location& lake)
      : client_(client), store_(store), lake_(lake) {}

  // Makes Glue's partitions those of the record (none, where it registers none), and has looked at them
  // afterwards. `descriptor` is the table's. False: they aren't: the record has moved meanwhile, the table is
  // gone, or somebody else changed them; begin again.
  Result<bool> bring(const TableRecord& record, const nlohmann::json& descriptor);

  // Whether something was sent, in whatever run's name.
  bool touched() const { return touched_; }
  // How many were to be changed, when they were last looked at.
  std::size_t left() const { return left_; }

 private:
  Result<bool> look(const TableRecord& record, PartitionChanges& changes);
  Result<bool> send(const TableRecord& record, const nlohmann::json& descriptor,
                    const PartitionChanges& changes);
  Result<bool> send_all(const TableRecord& record, PartitionOperation operation,
                        const nlohmann::json& descriptor, std::span<const PartitionValues> partitions);

  const GlueClient& client_;
  storage::ObjectStore& store_;
  const storage::S3Location& lake_;
  bool touched_ = false;
  std::size_t left_ = 0;
};

}  // namespace pg2athena::catalog
