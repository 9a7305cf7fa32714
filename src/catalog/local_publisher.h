// Publishing into a local folder: the link <table>/latest.
#pragma once

#include <string>
#include <vector>

#include "catalog/publisher.h"
#include "storage/local_folder.h"

namespace pg2athena::catalog {

class LocalPublisher final : public Publisher {
 public:
  explicit LocalPublisher(storage::LocalFolder& folder) : folder_(folder) {}
  Result<void> show(const std::string& table) override;
  Result<std::vector<ShownDifference>> differences(const TableRecord& record) const override;
  Result<std::vector<std::string>> shown_runs(const std::string& table, Cancellation& stop) override;

 private:
  storage::LocalFolder& folder_;
};

}  // namespace pg2athena::catalog
