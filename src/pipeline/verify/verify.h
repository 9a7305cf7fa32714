// Checks what a lake has published, from its records and files alone: no database is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/publisher.h"
#include "catalog/table_counter.h"
#include "pipeline/verify/difference.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

struct VerifyContext {
  storage::ObjectStore& store;
  // What readers look at besides the records is compared too. Nothing is published by it.
  catalog::Publisher& publisher;
  Cancellation& stop;
  // Counts the rows and values that readers see. Null: nobody is asked.
  catalog::TableCounter* counter = nullptr;
};

struct VerifyOptions {
  bool deep = false;  // each value is decoded (check_file.h)
  int workers = 2;    // files that are read at once, of all tables together
};

// Whether somebody who shows the table to readers, a catalog or an engine, was compared with what the run
// made.
enum class Comparison : std::uint8_t {
  NotWanted,     // nobody is named
  Done,          // differences say what was found
  NotFinished,   // the run isn't
  NotInCatalog,  // the table isn't shown there, as far as this lake goes
  Injected,      // an engine counts only the partitions that a query names
  Failed,        // errors or differences say what kept it from it
};

// "compared", "not_finished" …; empty where nobody is named.
std::string_view to_string(Comparison comparison);

struct VerifiedTable {
  enum class State : std::uint8_t {
    Ok,
    Different,
    // No difference was found, and something couldn't be looked at, which is in `errors`. (With a difference
    // too the table is Different.)
    Unknown,
    // The run that its record names is decided and not finished. All is there, and nobody can say whether
    // readers see it already: a run may be publishing it at this moment, or one was kept from it.
    NotFinished,
    // It went on to a newer run each time before all of it was read. Nothing is known of either.
    Moved,
  };

  std::string table;
  State state = State::Ok;
  std::string run_id = {};  // as its record has them; empty and 0 where that can't be read
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  // Files that were read as far as was wanted: to their ends, with their footers; with `deep` all values.
  std::uint64_t files_checked = 0;
  bool finished = true;            // the run, as far as it is known
  std::string catalog_named = {};  // by its record; empty: none
  Comparison catalog = Comparison::NotWanted;
  Comparison counter = Comparison::NotWanted;
  std::vector<Difference> differences = {};
  // What is to be known and is no difference: a run that is to be finished, a catalog that wasn't asked.
  std::vector<std::string> notes = {};
  std::vector<Error> errors = {};
};

// "ok", "different", "unknown" (NotFinished too), "moved".
std::string_view to_string(VerifiedTable::State state);

// The tables, by the lake's names, each against the run that it shows; one without a record is different. One
// that moves to a newer run meanwhile is looked at again. Reads at most `workers` files at once, in memory
// that doesn't depend on their sizes; a table's receipts are in memory while it is looked at. Interrupted
// when it is stopped; other errors are their tables'.
Result<std::vector<VerifiedTable>> verify(const VerifyContext& context,
                                          const std::vector<std::string>& tables,
                                          const VerifyOptions& options);

}  // namespace pg2athena::pipeline
