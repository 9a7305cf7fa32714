// What runs leave in a lake that never got as far as their decision, and how it goes.
//
// Nothing is touched that isn't a run's own: its key has a form of object_keys.h, with the id of a run whose
// folder of records is in this lake. A run is dead when it is undecided and has given no sign of life for
// some time. Nobody can know that for certain; so before anything of it goes, its commit.json says "abandon",
// by a put that only works while nothing decides the run. A run that lives after all can't be decided any
// more then, and says why (RunRecord); and one that was decided first is left alone. That commit.json stays
// for good.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/clock.h"
#include "base/error.h"
#include "catalog/found_runs.h"
#include "storage/object_store.h"
#include "storage/unfinished_uploads.h"

namespace pg2athena::catalog {

// What is there of one run. Its objects are those that are garbage, or may be one day.
struct RunRemains {
  enum class State : std::uint8_t {
    Undecided,  // it runs, or was killed
    Abandoned,  // it was killed, or failed, and will never be published
    Decided,    // to be published: nothing of it is garbage
    Published,  // only its unfinished uploads are garbage: old_runs.h has the rest
  };

  std::string run_id;
  State state = State::Undecided;
  std::chrono::system_clock::time_point started;
  // The latest of its start, of when its objects were stored, and of when its uploads began.
  std::chrono::system_clock::time_point last_sign_of_life;
  bool young = false;  // too young to be called dead

  std::vector<storage::ObjectInfo> objects;
  std::vector<storage::UnfinishedUpload> uploads;

  bool is_garbage() const { return !young && state != State::Decided; }
  std::uint64_t bytes() const;  // of the objects; how large an unfinished upload is, nobody tells
};

std::string_view to_string(RunRemains::State state);

struct Garbage {
  std::vector<RunRemains> runs;  // by their ids; those that are kept among them, so that people see why
  // Hidden files of this program that are no run's.
  std::vector<storage::UnfinishedUpload> strays;
};

struct GarbageSearch {
  storage::ObjectStore& store;
  storage::UnfinishedUploads& uploads;
  const Clock& clock;
  Cancellation& stop;
};

// `found`: find_runs(), as of a moment ago. Changes nothing.
Result<Garbage> find_garbage(const GarbageSearch& lake, const FoundRuns& found,
                             std::chrono::milliseconds older_than);

// What became of one run, or of the strays.
struct Removal {
  std::string run_id;  // empty: the strays
  bool decided_meanwhile = false;
  std::uint64_t objects = 0;  // that are gone
  std::uint64_t bytes = 0;
  std::uint64_t uploads = 0;
  std::optional<Error> error;  // the first; what could go on went on
};

// Removes what is_garbage(), the oldest run first. May be stopped, or fail, anywhere: the next search finds
// what is left. When it is stopped, the last removal has the error.
std::vector<Removal> remove_garbage(const GarbageSearch& lake, const Garbage& garbage);

}  // namespace pg2athena::catalog
