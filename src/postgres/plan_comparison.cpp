#include "postgres/plan_comparison.h"

#include <map>

#include <fmt/format.h>

#include "postgres/composite_probe.h"
#include "postgres/row_security.h"

namespace pg2athena::postgres {
namespace {

// Functions look at the present catalog; a SELECT from pg_class would see the snapshot's, and always agree.
// But what they look at is cached, and what others changed is heeded when a lock is taken that the
// transaction doesn't have yet (LockRelationOid in src/backend/storage/lmgr/lmgr.c): pg_relation_size() opens
// a relation, here one that nobody else holds, and lets go of it.
constexpr const char* kRelation = R"(
SELECT pg_catalog.pg_relation_size('pg_catalog.pg_tablespace'::pg_catalog.regclass),
       pg_catalog.to_regclass($1)::pg_catalog.oid, pg_catalog.pg_relation_filenode($2::pg_catalog.oid),
       pg_catalog.row_security_active($2::pg_catalog.oid), )";

Result<void> compare_relation(Connection& connection, const ScanSource& source) {
  PG2ATHENA_ASSIGN(const QueryResult now,
                   connection.execute(kRelation + row_security_above("$2::pg_catalog.oid"),
                                      {source.relation->quoted(), std::to_string(source.oid)}));
  if (now.integer(0, 1) != source.oid) {
    return fail(changed_since_plan(source, "the table was replaced by another of its name"));
  }
  if (source.filenode != 0 && now.integer(0, 2) != source.filenode) {
    return fail(changed_since_plan(source, "the table was truncated or rewritten"));
  }
  // Its own lock keeps policies from changing on the relation; nothing locks what is above it.
  if (now.boolean(0, 3) != source.row_security) {
    return fail(changed_since_plan(source, source.row_security
                                               ? "row security went out of force for our role"
                                               : "row security came into force for our role"));
  }
  if (now.boolean(0, 4)) {
    return fail(changed_since_plan(source, "row security came into force on a table that this is a part of"));
  }
  return {};
}

// Parse analysis, too, goes by the present catalog. A changed type may keep the file and would decode
// wrongly.
Result<void> compare_columns(Connection& connection, const ScanSource& source) {
  auto described = connection.describe(
      fmt::format("SELECT {} FROM {}", select_list(source.columns), source.from_clause()));
  if (!described && described.error().kind() == ErrorKind::NotFound) {
    return fail(changed_since_plan(source, "a column was dropped or renamed"));
  }
  if (!described) return fail(std::move(described).error().with("table", source.display()));
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    const ScanColumn& planned = source.columns[i];
    const DescribedColumn& found = (*described)[i];
    if (found.type != planned.type.oid || found.typmod != planned.type.typmod) {
      return fail(changed_since_plan(source, "a column's type was changed").with("column", planned.name));
    }
  }
  return {};
}

// What is nested is compared by parse analysis as well.
Result<void> compare_composites(Connection& connection, const ScanSource& source) {
  for (const CompositeProbe& probe : composite_probes(source)) {
    auto described = connection.describe(probe.statement);
    if (!described && described.error().kind() != ErrorKind::NotFound) {
      return fail(std::move(described).error().with("table", source.display()));
    }
    if (!described || !as_planned(probe, *described)) {
      return fail(changed_since_plan(source, "a composite type was changed").with("column", probe.column));
    }
  }
  return {};
}

void find_enums(const types::PgType& type, std::map<types::Oid, const types::PgType*>& enums) {
  if (type.kind == types::PgKind::Enum) enums.emplace(type.oid, &type);
  for (const types::PgType& element : type.element) find_enums(element, enums);
  for (const types::PgAttribute& attribute : type.attributes) find_enums(attribute.type, enums);
}

// Others may stand between the labels: ADD VALUE puts them anywhere, and nothing moves or removes one.
bool has_in_order(const QueryResult& now, const std::vector<std::string>& labels) {
  auto next = labels.begin();
  for (int i = 0; i < now.rows() && next != labels.end(); ++i) {
    if (now.text(i, 0) == *next) ++next;
  }
  return next == labels.end();
}

// A label is printed as it is called now (enum_out in src/backend/utils/adt/enum.c): renamed in the middle of
// a run, a value would be one thing in one file and another in the next. New labels are no matter: no row of
// the snapshot has them.
Result<void> compare_enums(Connection& connection, const ScanSource& source) {
  std::map<types::Oid, const types::PgType*> enums;
  for (const ScanColumn& column : source.columns) find_enums(column.type, enums);
  for (const auto& [oid, type] : enums) {
    auto now = connection.execute(fmt::format(
        "SELECT label FROM pg_catalog.unnest(pg_catalog.enum_range(NULL::{})) AS label", type->enum_name));
    const bool gone = !now && now.error().kind() == ErrorKind::NotFound;
    if (!now && !gone) return fail(std::move(now).error().with("table", source.display()));
    if (gone || !has_in_order(*now, type->labels)) {
      return fail(changed_since_plan(source, "a label of an enum was renamed").with("type", type->enum_name));
    }
  }
  return {};
}

}  // namespace

Error changed_since_plan(const ScanSource& source, std::string_view what) {
  return Error(ErrorKind::ChangedWhilePlanning, fmt::format("{} after the run was planned", what))
      .with("table", source.display());
}

Result<void> compare_with_plan(Connection& connection, const ScanSource& source) {
  if (source.relation) PG2ATHENA_TRY(compare_relation(connection, source));
  PG2ATHENA_TRY(compare_columns(connection, source));
  PG2ATHENA_TRY(compare_composites(connection, source));
  return compare_enums(connection, source);
}

}  // namespace pg2athena::postgres
