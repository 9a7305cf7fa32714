#include "cli/doctor_glue.h"

#include <fmt/format.h>

#include "base/run_id.h"
#include "cli/lake.h"
#include "cli/text_table.h"
#include "config/configuration.h"
#include "pipeline/lake_tables.h"

namespace pg2athena::cli {
namespace {

using catalog::GlueClient;
using catalog::PartitionOperation;
using nlohmann::json;

// A database that isn't there is one that a run makes, or a name that is mistyped.
bool check_database(const GlueClient& glue, Checkup& checkup) {
  const catalog::GlueOptions& options = glue.options();
  const auto asked = glue.get_table("pg2athena_doctor");
  if (!asked) {
    checkup.fail("glue", asked.error());
    return false;
  }
  const auto there = glue.has_database();
  if (there && *there) {
    checkup.ok("glue", fmt::format("the database {} is there in {}, and its tables can be asked for",
                                   options.database, options.region));
  } else if (there) {
    checkup.warn("glue",
                 fmt::format("there is no database {} in {}: the first run makes it", options.database,
                             options.region),
                 "if that is meant, the run needs glue:CreateDatabase, which can't be tried; if it is a "
                 "mistake, mend catalog.glue.database");
  } else if (there.error().kind() == ErrorKind::PermissionDenied) {
    checkup.ok("glue", fmt::format("the tables of the database {} can be asked for in {}; whether the "
                                   "database is there, only glue:GetTables would tell",
                                   options.database, options.region));
  } else {
    checkup.fail("glue", there.error());
    return false;
  }
  return true;
}

// Lake Formation asks for rights on the table itself, and this one isn't there.
void take_change(const std::string& name, const Result<bool>& changed, std::string finding,
                 Checkup& checkup) {
  if (changed) return checkup.ok(name, std::move(finding));
  const bool guarded = changed.error().kind() == ErrorKind::PermissionDenied &&
                       changed.error().message().contains("Lake Formation");
  if (!guarded) return checkup.fail(name, changed.error());
  checkup.warn(name, "Lake Formation guards this catalog, and lets nobody try it on a table that isn't there",
               changed.error().hint());
}

// Tried on a table that can't be there: IAM decides on each request before the service looks at it ("How
// permissions and policies provide access management" and "Policy evaluation logic" in its user guide), so
// without the right the answer is AccessDeniedException, and with it EntityNotFoundException, for which these
// calls return false. CreateTable and CreateDatabase have no such way: with the right they would make one.
void check_changes(const DoctorParts& parts, const GlueClient& glue, Checkup& checkup) {
  const std::string id = make_run_id(parts.clock.now());
  const std::string table = fmt::format("pg2athena_doctor_{}", id.substr(id.rfind('-') + 1));
  take_change("table update", glue.update_table({{"Name", table}}, ""),
              "glue:UpdateTable is there; glue:CreateTable, which new tables need, can't be tried", checkup);
  if (!config::registers_partitions(parts.configuration)) return;
  const json values = json::array({"doctor"});
  struct Change {
    const char* name;
    PartitionOperation operation;
    const char* action;
    json entry;
  };
  const Change changes[] = {
      {"partition create", PartitionOperation::Create, "glue:BatchCreatePartition", {{"Values", values}}},
      {"partition update",
       PartitionOperation::Update,
       "glue:BatchUpdatePartition",
       {{"PartitionValueList", values}, {"PartitionInput", {{"Values", values}}}}},
      {"partition delete", PartitionOperation::Delete, "glue:BatchDeletePartition", {{"Values", values}}}};
  for (const Change& change : changes) {
    take_change(change.name, glue.change_partitions(table, change.operation, json::array({change.entry})),
                fmt::format("{} is there", change.action), checkup);
  }
}

// As `plan` and a run do before anything is read.
void check_tables(const DoctorParts& parts, const pipeline::Plan& plan, Checkup& checkup) {
  const auto lake = open_lake(parts.configuration, LakeAccess::Read, parts.aws, parts.log);
  if (!lake) return checkup.fail("glue tables", lake.error());
  const auto warnings = pipeline::check_catalog(plan, (*lake)->publisher(), parts.clock, parts.stop);
  const bool accepted = checkup.take("glue tables", warnings, [&] {
    return fmt::format(
        "none of {} would be refused: Glue has no other table of the name, and none with types that can't "
        "change",
        counted(plan.tables.size(), "table"));
  });
  if (!accepted) return;
  for (const std::string& warning : *warnings) checkup.warn("plan", warning, "");
}

}  // namespace

void check_glue(const DoctorParts& parts, const pipeline::Plan* plan, const Result<GlueClient>& client,
                Checkup& checkup) {
  if (!client) return checkup.fail("glue", client.error());
  const GlueClient glue = client->until(parts.stop);
  if (!check_database(glue, checkup)) return;
  check_changes(parts, glue, checkup);
  if (plan != nullptr) check_tables(parts, *plan, checkup);
}

}  // namespace pg2athena::cli
