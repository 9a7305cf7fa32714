// One published table, as its record is at the moment, against all that there is of it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/table_record.h"
#include "pipeline/verify/run_facts.h"
#include "pipeline/verify/verify.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

inline constexpr int kMostVerifyWorkers = 64;

// What several tables need of the runs that they show, each read once. Thread-safe.
class RunShelf {
 public:
  explicit RunShelf(storage::ObjectStore& store) : store_(store) {}

  Result<std::shared_ptr<const RunFacts>> facts(const std::string& run_id);

 private:
  storage::ObjectStore& store_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const RunFacts>> facts_;
};

// What is shared by all tables. Not owned.
struct VerifyParts {
  const VerifyContext& context;
  const VerifyOptions& options;  // with workers from 1 to kMostVerifyWorkers
  RunShelf& runs;
  std::counting_semaphore<kMostVerifyWorkers>& readers;  // of files
};

// What is found of one table; filled by several threads.
class VerifyReport {
 public:
  explicit VerifyReport(VerifiedTable& table) : table_(table) {}

  void add(std::vector<Difference> differences);
  void add(Difference difference);
  void add_checked_file();
  void note(std::string text) { table_.notes.push_back(std::move(text)); }

  // By one thread, when the files are done. What isn't wanted stays so.
  void set_not_finished();
  void set_catalog(Comparison comparison) { set(table_.catalog, comparison); }
  void set_counter(Comparison comparison) { set(table_.counter, comparison); }

  // An error stands in the report and the rest is looked at all the same; but not after a stop, nor after
  // many.
  Result<void> keep(Result<void> result);

 private:
  static void set(Comparison& of, Comparison comparison) {
    if (of != Comparison::NotWanted) of = comparison;
  }

  std::mutex mutex_;
  VerifiedTable& table_;
};

// Adds what is found to the report. An error is of a stop, or is in the report already.
Result<void> check_table(const VerifyParts& parts, const catalog::TableRecord& record, VerifyReport& report);

}  // namespace pg2athena::pipeline
