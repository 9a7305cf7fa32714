#include "postgres/composite_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "types/types_for_tests.h"

namespace pg2athena::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const types::PgType kInteger{.oid = types::oid::kInt4, .name = "integer"};
const types::PgType kPair = types::composite("pair", {{"n", kInteger}, {"m", kInteger}});

std::vector<CompositeProbe> probes_of(const types::PgType& type) {
  ScanSource source;
  source.relation = RelationName{.schema = "public", .name = "t"};
  source.only = true;
  source.columns = {{.name = "c", .type = type, .mapping = {}}};
  return composite_probes(source);
}

std::vector<std::string> statements_of(const types::PgType& type) {
  std::vector<std::string> statements;
  for (const CompositeProbe& probe : probes_of(type)) statements.push_back(probe.statement);
  return statements;
}

TEST(CompositeProbe, Every_composite_type_is_asked_for_wherever_it_is) {
  const std::string from = " FROM ONLY \"public\".\"t\"";
  EXPECT_THAT(statements_of(kInteger), IsEmpty());
  EXPECT_THAT(statements_of(kPair), ElementsAre("SELECT (\"c\").*" + from));
  EXPECT_THAT(statements_of(types::array_of(kPair)), ElementsAre("SELECT ((\"c\")[1]).*" + from));
  EXPECT_THAT(statements_of(types::range_of(kPair)),
              ElementsAre("SELECT (pg_catalog.lower(\"c\")).*" + from));
  EXPECT_THAT(statements_of(types::multirange_of(types::range_of(kPair))),
              ElementsAre("SELECT (pg_catalog.lower(\"c\")).*" + from));
  EXPECT_THAT(statements_of(types::composite("outer", {{"a", kInteger}, {"P p", types::array_of(kPair)}})),
              ElementsAre("SELECT (\"c\").*" + from, "SELECT (((\"c\").\"P p\")[1]).*" + from));
}

TEST(CompositeProbe, Names_types_and_their_order_have_to_be_the_planned_ones) {
  const CompositeProbe probe = probes_of(kPair).at(0);
  const DescribedColumn n{.name = "n", .type = types::oid::kInt4};
  const DescribedColumn m{.name = "m", .type = types::oid::kInt4};
  const DescribedColumn wide{.name = "m", .type = types::oid::kInt8};
  const DescribedColumn precise{.name = "m", .type = types::oid::kInt4, .typmod = 7};
  EXPECT_TRUE(as_planned(probe, {n, m}));
  EXPECT_FALSE(as_planned(probe, {m, n}));
  EXPECT_FALSE(as_planned(probe, {n}));
  EXPECT_FALSE(as_planned(probe, {n, m, m}));
  EXPECT_FALSE(as_planned(probe, {n, wide}));
  EXPECT_FALSE(as_planned(probe, {n, precise}));
}

}  // namespace
}  // namespace pg2athena::postgres
