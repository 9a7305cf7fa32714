// What published runs left in a lake that no reader can be led to any more, and how it goes.
//
// The unit is the data of one table of one run: a run of ten tables, nine of which later runs replaced, goes
// but for the tenth. It goes when all of this holds:
//
// * It is the run's own: the run is finished (published.json), its commit.json names the table, and the key
// of
//   each object has the form of object_keys.h. Everything else in its folders stays.
// * The table's record names another run. A table without a record keeps all that it has: who removed the
//   record may have meant it or not, and nobody can tell any more which run readers saw last.
// * A run that replaced it has been finished for `keep_for`. What replaced what is the chain of
//   `previous_run_id`, from the table's record back through each commit.json; the order of run ids would be
//   wrong where two runs were at work at once. Finished, since a run that is only decided may not yet have
//   moved the links and catalogs that readers follow. The time is when the store got published.json.
//   A run that isn't in the chain never was shown, since another was first; or the chain was cut, since
//   somebody removed the table's record, and then all that is in it came later. Either way it has been out of
//   sight since it was finished, and since the first run of the chain was.
// * No catalog may still show it. One catalog can be asked (Publisher::shown_runs). Of another one, which
// some
//   run of the chain was meant for, it is only known that it has moved on when a later run of the chain was
//   meant for it, too, and was finished while the table's record still named that run: only then has
//   show() shown that run. (check_catalog() in publication.cpp lets a run be finished without its catalog
//   once a newer run is shown; and show() shows whatever the record names, also runs that name no catalog.)
// * No link or catalog that can be asked leads to it, whatever should be there by these rules.
//
// A table's record never goes back to an older run (publication.cpp), and so no catalog does: what was found
// to be old stays so while it is removed, whoever plans, publishes or cleans up meanwhile. That is asked once
// more all the same before the data of a table go, since people can put an old record back.
//
// Plan and receipts of a run go when nothing of its data is left. commit.json and published.json stay for
// good: with them whatever a late worker still uploads is known to be the run's, the decision can't be put a
// second time, and the chain stays whole.
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
#include "catalog/garbage.h"
#include "catalog/publisher.h"

namespace pg2athena::catalog {

// The data of one table of one published run.
struct TableOfRun {
  enum class Verdict : std::uint8_t {
    Shown,          // the table's record names the run
    LedTo,          // a link or a catalog that was asked leads to the run
    MayBeShown,     // by a catalog that wasn't asked
    NoRecord,       // the table has no record
    NotFinished,    // no run that replaced it is finished
    Young,          // it wasn't replaced long enough ago
    UnknownOrigin,  // the run's commit.json is missing or can't be read
    Old,            // it goes
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t table = 0;  // of OldRuns::tables
  Verdict verdict = Verdict::Old;
  std::uint32_t catalog = kNone;  // MayBeShown: of OldRuns::catalogs
  std::optional<std::chrono::system_clock::time_point> replaced_at =
      {};  // Young, Old: since when at the latest
  Counted files = {};
};

// "shown", "led_to" …
std::string_view to_string(TableOfRun::Verdict verdict);

struct PublishedRun {
  std::string run_id;
  std::chrono::system_clock::time_point started;
  std::vector<TableOfRun> tables = {};  // that it has files of, or that show it
  Counted records = {};                 // its plan, receipts and marker
  bool records_go = false;              // once all of its data is gone, and all of it goes

  bool has_garbage() const;
  Counted garbage(bool with_records = true) const;  // what goes
};

struct OldRuns {
  std::vector<PublishedRun> runs;  // by their ids: all that anything is left of
  std::vector<std::string> tables;
  std::vector<std::string> catalogs;
};

struct OldRunSearch {
  storage::ObjectStore& store;
  Publisher& publisher;
  const Clock& clock;
  Cancellation& stop;
};

// Where links and the catalog that can be asked lead the table's readers, by run ids.
Result<std::vector<std::string>> runs_led_to(const OldRunSearch& lake, const std::string& table);

// `found`: find_runs(), as of a moment ago. Changes nothing. When the publisher's catalog can't be asked,
// that is the error: nothing is known to be old then.
Result<OldRuns> find_old_runs(const OldRunSearch& lake, const FoundRuns& found,
                              std::chrono::milliseconds keep_for);

// Removes what has_garbage(). May be stopped, or fail, anywhere: the next search finds what is left. When it
// is stopped, the last removal has the error.
std::vector<Removal> remove_old_runs(const OldRunSearch& lake, const OldRuns& old);

}  // namespace pg2athena::catalog
