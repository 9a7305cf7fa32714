// _pg2athena/runs/<run>/commit.json: the one object that decides a run. Put if absent, so the first decision
// stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/table_record.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {

// One table of a decided run: what its record will say, and the record that it may replace.
struct DecidedTable {
  TableRecord record;
  std::string previous_etag;  // empty: no record may be there

  bool operator==(const DecidedTable&) const = default;
};

struct Decision {
  enum class Verdict : std::uint8_t {
    Publish,  // every receipt is there; the tables are to be made visible
    Abandon,  // the run will never be published: keeps a late put of "publish" from taking effect
  };

  std::string run_id;
  Verdict verdict = Verdict::Publish;
  std::string decided_at;  // RFC 3339
  // How far the run compared what it wrote with its source before: "totals", "deep"; empty: not at all.
  std::string verified = {};
  std::vector<DecidedTable> tables;

  bool operator==(const Decision&) const = default;
};

// The record that it makes the table's; null where it doesn't have the table.
const TableRecord* decided_record(const Decision& decision, std::string_view table);

std::string to_json(const Decision& decision);
Result<Decision> decision_from_json(std::string_view text);

// What commit.json says of the run; none where there is none. CorruptInput where it is another run's.
Result<std::optional<Decision>> read_decision(storage::ObjectStore& store, const std::string& run_id);

}  // namespace pg2athena::catalog
