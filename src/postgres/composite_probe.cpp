#include "postgres/composite_probe.h"

#include <algorithm>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

using types::PgKind;

// `value` is an SQL expression of the type.
void add_probes(const types::PgType& type, const std::string& value, const ScanSource& source,
                const std::string& column, std::vector<CompositeProbe>& probes) {
  switch (type.kind) {
    case PgKind::Array:
      return add_probes(type.element[0], fmt::format("({})[1]", value), source, column, probes);
    case PgKind::Range:
      return add_probes(type.element[0], fmt::format("pg_catalog.lower({})", value), source, column, probes);
    case PgKind::Multirange:  // its lower bound is one of its ranges'
      return add_probes(type.element[0].element[0], fmt::format("pg_catalog.lower({})", value), source,
                        column, probes);
    case PgKind::Composite:
      break;
    case PgKind::Base:
    case PgKind::Enum:
    case PgKind::Pseudo:
      return;
  }
  probes.push_back({.statement = fmt::format("SELECT ({}).* FROM {}", value, source.from_clause()),
                    .column = column,
                    .planned = type.attributes});
  for (const types::PgAttribute& attribute : type.attributes) {
    const std::string part = fmt::format("({}).{}", value, quote_identifier(attribute.name));
    add_probes(attribute.type, part, source, column, probes);
  }
}

}  // namespace

std::vector<CompositeProbe> composite_probes(const ScanSource& source) {
  std::vector<CompositeProbe> probes;
  for (const ScanColumn& column : source.columns) {
    add_probes(column.type, quote_identifier(column.name), source, column.name, probes);
  }
  return probes;
}

bool as_planned(const CompositeProbe& probe, const std::vector<DescribedColumn>& now) {
  return std::ranges::equal(probe.planned, now,
                            [](const types::PgAttribute& planned, const DescribedColumn& found) {
                              return planned.name == found.name && planned.type.oid == found.type &&
                                     planned.type.typmod == found.typmod;
                            });
}

}  // namespace pg2athena::postgres
