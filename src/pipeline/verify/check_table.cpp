#include "pipeline/verify/check_table.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/parallel.h"
#include "catalog/decision.h"
#include "catalog/object_keys.h"
#include "pipeline/plan.h"
#include "pipeline/verify/check_file.h"
#include "pipeline/verify/check_records.h"

namespace pg2athena::pipeline {
namespace {

using catalog::Receipt;
using catalog::TableRecord;

// Each may have been tried for half a minute; the next ones fail as these did.
constexpr std::size_t kMostErrors = 5;

// One table as its record is at the moment.
class TableCheck {
 public:
  TableCheck(const VerifyParts& parts, const TableRecord& record, VerifyReport& report)
      : parts_(parts), store_(parts.context.store), record_(record), report_(report) {}

  // An error is of a stop, or is in the report already.
  Result<void> run() {
    PG2ATHENA_TRY(report_.keep(read_facts()));
    if (!facts_) return {};
    report_.add(check_decision(record_, *facts_));
    PG2ATHENA_TRY(read_receipts());
    if (!all_receipts_) return {};
    report_.add(check_sums(record_, *facts_, receipts_));
    PG2ATHENA_TRY(report_.keep(list_objects()));
    PG2ATHENA_TRY(check_files());
    PG2ATHENA_TRY(report_.keep(check_shown()));
    return report_.keep(check_counts());
  }

 private:
  Result<void> read_facts() {
    PG2ATHENA_ASSIGN(facts_, parts_.runs.facts(record_.run_id));
    if (!facts_->plan_problem.empty()) {
      report_.add(difference(DifferenceKind::Plan, catalog::plan_key(record_.run_id), facts_->plan_problem));
    } else if (!facts_->plan.contains(record_.table)) {
      report_.add(
          difference(DifferenceKind::Plan, catalog::plan_key(record_.run_id), "it doesn't have the table"));
    }
    return {};
  }

  Difference difference(DifferenceKind kind, std::string object, std::string found) const {
    return {.kind = kind, .table = record_.table, .object = std::move(object), .found = std::move(found)};
  }

  const PlannedShards* planned() const {
    const auto found = facts_->plan.find(record_.table);
    return found == facts_->plan.end() ? nullptr : &found->second;
  }

  // The shards that the plan has; without one those that have a receipt, whosever it is.
  Result<std::vector<int>> shards() {
    if (const PlannedShards* const plan = planned()) return plan->shards;
    PG2ATHENA_ASSIGN(const auto objects, store_.list(catalog::receipts_prefix(record_.run_id)));
    std::vector<int> found;
    for (const storage::ObjectInfo& object : objects) {
      if (const auto parsed = catalog::run_object(object.key)) found.push_back(parsed->shard);
    }
    return found;
  }

  Result<void> read_receipts() {
    const auto known = shards();
    if (!known) {
      all_receipts_ = false;
      return report_.keep(fail(known.error()));
    }
    std::vector<std::optional<Receipt>> read(known->size());
    PG2ATHENA_TRY(for_each_at_once(known->size(), workers(), [&](std::size_t i) {
      return report_.keep(read_receipt((*known)[i], read[i]));
    }));
    for (std::optional<Receipt>& receipt : read) {
      if (receipt) receipts_.receipts.push_back(std::move(*receipt));
    }
    return {};
  }

  Result<void> read_receipt(int shard, std::optional<Receipt>& read) {
    const std::string key = catalog::receipt_key(record_.run_id, shard);
    const auto broken = [&](std::string why) {
      const std::lock_guard lock(mutex_);
      receipts_.broken.push_back(shard);
      report_.add(difference(DifferenceKind::Receipt, key, std::move(why)));
    };
    PG2ATHENA_TRY(parts_.context.stop.check());
    auto object = store_.get(key);
    if (!object) {
      // What it says isn't known, so nothing is to be said of what follows from it.
      const std::lock_guard lock(mutex_);
      receipts_.broken.push_back(shard);
      return fail(std::move(object).error());
    }
    if (!*object) return broken("it isn't there"), Result<void>();
    auto receipt = catalog::receipt_from_json((*object)->content);
    if (!receipt) return broken(receipt.error().message()), Result<void>();
    if (planned() == nullptr && receipt->table != record_.table) return {};
    report_.add(check_receipt(record_, shard, *receipt));
    if (is_of_shard(record_, shard, *receipt)) {
      read = std::move(*receipt);
    } else {
      const std::lock_guard lock(mutex_);
      receipts_.broken.push_back(shard);
    }
    return {};
  }

  Result<void> list_objects() {
    PG2ATHENA_ASSIGN(const auto objects, store_.list(record_.data));
    report_.add(check_objects(record_, receipts_, objects));
    PG2ATHENA_ASSIGN(const auto others, store_.non_objects(record_.data));
    for (const std::string& key : others) {
      report_.add(difference(DifferenceKind::Extra, key,
                             "a link, a hidden file or a pipe, which readers may take for data"));
    }
    return {};
  }

  Result<void> check_files() {
    std::vector<const catalog::FileReceipt*> files;
    for (const Receipt& receipt : receipts_.receipts) {
      for (const catalog::FileReceipt& file : receipt.files) {
        if (is_in_run_folder(record_, file.key)) files.push_back(&file);
      }
    }
    const ExpectedTable expected{
        .table = record_.table,
        .run_id = record_.run_id,
        .source = planned() == nullptr ? std::nullopt : std::optional(planned()->source),
        .columns = record_.columns,
        .row_digests = facts_->decision && facts_->decision->verified == verify_name(Verify::Deep)};
    const FileCheckOptions options{.deep = parts_.options.deep, .stop = &parts_.context.stop};
    return for_each_at_once(files.size(), workers(), [&](std::size_t i) -> Result<void> {
      parts_.readers.acquire();
      auto found = check_file(store_, expected, *files[i], options);
      parts_.readers.release();
      if (!found) return report_.keep(fail(std::move(found).error()));
      if (is_looked_through(*found, options.deep)) report_.add_checked_file();
      report_.add(std::move(*found));
      return {};
    });
  }

  // Links and Glue, which follow the record.
  Result<void> check_shown() {
    PG2ATHENA_ASSIGN(const bool published, is_published());
    if (!published && facts_->pending) {
      report_.set_not_finished();
      report_.note(
          fmt::format("run {} isn't finished: readers may see another one, or partitions of both. It may be "
                      "published at this moment; else pg2athena publish, or the next run, shows it",
                      record_.run_id));
      return {};
    }
    // Without a marker there is nobody who would write it again.
    if (!published) {
      report_.add(difference(DifferenceKind::Missing, catalog::published_key(record_.run_id), {}));
    }
    return record_.catalog == parts_.context.publisher.catalog() ? compare_shown() : check_other_catalog();
  }

  // Whoever was publishing it when its facts were read may be done by now.
  Result<bool> is_published() {
    if (facts_->published || !facts_->pending) return facts_->published;
    PG2ATHENA_ASSIGN(const auto marker, store_.get(catalog::published_key(record_.run_id)));
    return marker.has_value();
  }

  Result<void> compare_shown() {
    const bool links = parts_.context.publisher.catalog().empty();
    is_shown_ = !links;
    PG2ATHENA_ASSIGN(const auto shown, parts_.context.publisher.differences(record_));
    const DifferenceKind kind = links ? DifferenceKind::Link : DifferenceKind::Catalog;
    for (const catalog::ShownDifference& other : shown) {
      report_.add(
          Difference{.kind = kind, .table = record_.table, .expected = other.expected, .found = other.found});
    }
    report_.set_catalog(Comparison::Done);
    return {};
  }

  // The record names another catalog than the one that can be asked, or none. The run went by that one, which
  // may show an older run all the same.
  Result<void> check_other_catalog() {
    catalog::Publisher& publisher = parts_.context.publisher;
    const std::string asked = publisher.catalog();
    if (asked.empty()) return note_other_catalog(asked);
    PG2ATHENA_ASSIGN(const std::vector<std::string> shown,
                     publisher.shown_runs(record_.table, parts_.context.stop));
    PG2ATHENA_ASSIGN(const std::vector<std::string> others, other_runs(shown));
    if (others.empty()) {
      // Whoever finished an older run, which was meant for it, has shown what the record named by then.
      const bool ours = std::ranges::find(shown, record_.run_id) != shown.end();
      return ours ? compare_shown() : note_other_catalog(asked);
    }
    report_.set_catalog(Comparison::Done);
    report_.set_counter(Comparison::NotInCatalog);
    report_.add(
        difference(DifferenceKind::Catalog, {},
                   fmt::format("{} leads readers to run {}, and run {} wasn't published to it: run again "
                               "with this configuration",
                               asked, fmt::join(others, " and "), record_.run_id)));
    return {};
  }

  Result<void> note_other_catalog(const std::string& asked) {
    report_.set_catalog(Comparison::NotInCatalog);
    report_.set_counter(Comparison::NotInCatalog);
    report_.note(record_.catalog.empty()
                     ? fmt::format("the run wasn't published to {}", asked)
                     : fmt::format("{}, where the table is shown too, wasn't compared: use the configuration "
                                   "that names it (--config)",
                                   record_.catalog));
    return {};
  }

  // Those of this lake that aren't the record's. Other lakes may be told to the same catalog: a run is this
  // one's where its decision is here and has the table.
  Result<std::vector<std::string>> other_runs(const std::vector<std::string>& run_ids) {
    std::vector<std::string> others;
    for (const std::string& run_id : run_ids) {
      if (run_id == record_.run_id) continue;
      const auto decision = catalog::read_decision(store_, run_id);
      if (!decision && decision.error().kind() != ErrorKind::CorruptInput) return fail(decision.error());
      if (!decision || !*decision || decided_record(**decision, record_.table) == nullptr) continue;
      others.push_back(run_id);
    }
    return others;
  }

  // What readers count, where the table is shown to them.
  Result<void> check_counts() {
    catalog::TableCounter* const counter = parts_.context.counter;
    if (counter == nullptr || !is_shown_ || !receipts_.broken.empty()) return {};
    if (record_.partitioning && record_.partitioning->catalog == catalog::CatalogPartitions::Injected) {
      report_.set_counter(Comparison::Injected);
      report_.note(
          "Athena isn't asked: of a table with injected partitions it counts only those that a query names");
      return {};
    }
    const ReceiptCounts expected = counts_of(record_, receipts_);
    PG2ATHENA_ASSIGN(const catalog::TableCounts found,
                     counter->count(record_, expected.columns, parts_.context.stop));
    report_.add(check_reader_counts(record_, expected, found));
    report_.set_counter(Comparison::Done);
    return {};
  }

  std::size_t workers() const { return static_cast<std::size_t>(parts_.options.workers); }

  const VerifyParts& parts_;
  storage::ObjectStore& store_;
  const TableRecord& record_;
  VerifyReport& report_;
  std::shared_ptr<const RunFacts> facts_;
  std::mutex mutex_;
  TableReceipts receipts_;
  bool all_receipts_ = true;  // or a word on each that isn't there
  bool is_shown_ = false;     // by the catalog that can be asked
};

}  // namespace

Result<std::shared_ptr<const RunFacts>> RunShelf::facts(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const RunFacts>& facts = facts_[run_id];
  if (!facts) {
    PG2ATHENA_ASSIGN(RunFacts read, read_run_facts(store_, run_id));
    facts = std::make_shared<const RunFacts>(std::move(read));
  }
  return facts;
}

void VerifyReport::add(std::vector<Difference> differences) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(differences, std::back_inserter(table_.differences));
}

void VerifyReport::add(Difference difference) {
  const std::lock_guard lock(mutex_);
  table_.differences.push_back(std::move(difference));
}

void VerifyReport::add_checked_file() {
  const std::lock_guard lock(mutex_);
  ++table_.files_checked;
}

void VerifyReport::set_not_finished() {
  table_.finished = false;
  set_catalog(Comparison::NotFinished);
  set_counter(Comparison::NotFinished);
}

Result<void> VerifyReport::keep(Result<void> result) {
  if (result) return {};
  if (result.error().kind() == ErrorKind::Interrupted) return result;
  const std::lock_guard lock(mutex_);
  table_.errors.push_back(std::move(result).error().with("table", table_.table));
  if (table_.errors.size() < kMostErrors) return {};
  return fail(table_.errors.back());
}

Result<void> check_table(const VerifyParts& parts, const TableRecord& record, VerifyReport& report) {
  return TableCheck(parts, record, report).run();
}

}  // namespace pg2athena::pipeline
