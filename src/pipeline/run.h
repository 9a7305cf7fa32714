// A run, from the connection to the published tables.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/clock.h"
#include "catalog/publication.h"
#include "catalog/publisher.h"
#include "catalog/receipt.h"
#include "observe/log.h"
#include "observe/progress.h"
#include "pipeline/plan.h"
#include "pipeline/verify/difference.h"
#include "pipeline/verify/run_verification.h"
#include "postgres/login.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// What main builds and hands down. Everything outlives the run.
struct RunContext {
  storage::ObjectStore& store;
  catalog::Publisher& publisher;
  const Clock& clock;
  observe::Log log;
  Cancellation& stop;
};

// Where a run says how far it is, for a display.
class RunObserver {
 public:
  RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;
  virtual ~RunObserver() = default;
  virtual void planned(const Plan& plan) = 0;
  // `progress` lives until reading_ended().
  virtual void reading_began(const observe::RunProgress& progress) = 0;
  virtual void reading_ended() = 0;
  // The run verified what it wrote, and ends with an error of kind Different.
  virtual void differences_found(const std::vector<Difference>& differences) = 0;
};

struct TableSummary {
  std::string name;    // in the lake
  std::string source;  // in PostgreSQL
  std::uint64_t rows = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::chrono::milliseconds elapsed{0};              // of its reading
  std::vector<catalog::CoercedColumn> coerced = {};  // of all its shards, as in a receipt
  std::vector<VerifiedColumn> verified = {};         // by what they were compared; none where they weren't
  catalog::TableOutcome outcome;
};

struct RunSummary {
  std::string run_id;
  postgres::Snapshot snapshot;
  int workers = 0;
  Verify verify = Verify::None;
  std::chrono::milliseconds elapsed{0};
  std::vector<TableSummary> tables;
  std::optional<Error> publication_error;  // the run is decided, and something is left to be rolled forward
};

// Connects, plans, reads, publishes. An error: nothing of this run is visible (CommitUnknown: nobody knows).
// A summary may still tell of tables that another run published first, or that are left to roll forward.
Result<RunSummary> run(postgres::LoginProvider& logins, const RunOptions& options,
                       const std::string& location, RunContext& context, RunObserver& observer);

}  // namespace pg2athena::pipeline
