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
  // What readers look at besides the records is compared too.
  const catalog::Publisher& publisher;
  Cancellation& stop;
  // Counts the rows and values that readers see. Null: nobody is asked.
  catalog::TableCounter* counter = nullptr;
};

struct VerifyOptions {
  bool deep = false;  // each value is decoded (check_file.h)
  int workers = 2;    // files that are read at once, of all tables together
};

struct VerifiedTable {
  enum class State : std::uint8_t {
    Ok,
    Different,
    // No difference was found, and something couldn't be looked at, which is in `errors`. (With a difference
    // too the table is Different.)
    Unknown,
    // It went on to a newer run each time before all of it was read. Nothing is known of either.
    Moved,
  };

  std::string table;
  State state = State::Ok;
  std::string run_id = {};  // as its record has them; empty and 0 where that can't be read
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<Difference> differences = {};
  // What is to be known and is no difference: a run that is to be finished, a catalog that wasn't asked.
  std::vector<std::string> notes = {};
  std::vector<Error> errors = {};
};

// "ok", "different", "unknown", "moved".
std::string_view to_string(VerifiedTable::State state);

// The tables, by the lake's names, each against the run that it shows. One that moves to a newer run
// meanwhile is looked at again. Reads at most `workers` files at once, in memory that doesn't depend on their
// sizes; a table's receipts are in memory while it is looked at. Interrupted when it is stopped; other errors
// are their tables'.
Result<std::vector<VerifiedTable>> verify(const VerifyContext& context,
                                          const std::vector<std::string>& tables,
                                          const VerifyOptions& options);

}  // namespace pg2athena::pipeline
