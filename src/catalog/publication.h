// From a decided run to visible tables: the one path that both the run itself and whoever rolls it forward
// take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/decision.h"
#include "catalog/publisher.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {

struct TableOutcome {
  enum class State : std::uint8_t {
    Published,   // readers see this run, or saw it until a newer one replaced it
    Superseded,  // another run was published first; this run's result is discarded, the table is as that run
                 // left it
    Unfinished,  // something failed; the next run or `pg2athena publish` goes on from here
  };

  std::string table;
  State state = State::Unfinished;
  // The run that readers see, when it is another one: of a superseded table, and of a published one that a
  // newer run has replaced since.
  std::string current_run_id;
  std::optional<Error> error;  // Superseded (of that kind) and Unfinished
};

struct RunOutcome {
  std::string run_id;
  std::vector<TableOutcome> tables;  // in the order of the plan; empty when `error` came first
  // Whether nothing is left to do. A run that isn't finished is rolled forward by the next run.
  bool finished = false;
  // What went wrong apart from the tables: an unreadable commit.json, a finish that couldn't be written down.
  std::optional<Error> error;
};

// Makes the tables of a decided run visible, each by itself and some at once; a table that fails doesn't stop
// the others. May be called any number of times, by several processes at once: a table goes from the run that
// was planned on to this one, once, and never back.
RunOutcome publish_decided(storage::ObjectStore& store, Publisher& publisher, const Decision& decision);

// The tables that a finished run made readers see, by what it wrote down when it was done. None where the run
// isn't finished; CorruptInput for what can't be made sense of.
Result<std::vector<std::string>> tables_of_finished(storage::ObjectStore& store, const std::string& run_id);

// Finishes what killed or failed runs left decided but not finished, the newest first. The result is empty
// when there was nothing to do; a run that can't be finished is in it with its error and doesn't stop the
// others. An error means that nobody could look.
Result<std::vector<RunOutcome>> roll_forward(storage::ObjectStore& store, Publisher& publisher);

}  // namespace pg2athena::catalog
