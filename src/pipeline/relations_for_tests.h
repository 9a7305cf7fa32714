// For tests: relations as the catalog would have them, and plans of them.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/plan.h"

namespace pg2athena::pipeline {

inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

inline postgres::RelationColumn column(const std::string& name, bool not_null = false) {
  return {.name = name,
          .type = {.oid = types::oid::kInt4, .name = "integer"},
          .not_null = not_null,
          .comment = ""};
}

inline postgres::Relation table(types::Oid oid, const std::string& schema, const std::string& name,
                                std::uint64_t bytes = 8192) {
  postgres::Relation relation{.oid = oid,
                              .name = {schema, name},
                              .table_privilege = true,
                              .comment = "",
                              .columns = {column("id", true), column("note")},
                              .storage = {}};
  relation.storage.push_back({.oid = oid,
                              .name = relation.name,
                              .heap = true,
                              .table_privilege = true,
                              .filenode = oid,
                              .bytes = bytes,
                              .estimated_rows = 100});
  return relation;
}

inline Plan plan(const std::vector<postgres::Relation>& relations, int workers = 2) {
  auto made = make_plan({.relations = relations, .queries = {}, .warnings = {}}, {.workers = workers});
  if (!made) ADD_FAILURE() << made.error();
  return made ? std::move(*made) : Plan();
}

inline Error refuse(const std::vector<postgres::Relation>& relations) {
  const auto made = make_plan({.relations = relations, .queries = {}, .warnings = {}}, {});
  return made ? Error(ErrorKind::Internal, "it was accepted") : made.error();
}

// numeric(12,2) NOT NULL, timestamptz NOT NULL, char(3)
inline postgres::Relation typed_table() {
  postgres::Relation relation = table(1, "public", "t");
  relation.columns = {
      {.name = "price",
       .type = {.oid = types::oid::kNumeric, .typmod = ((12 << 16) | 2) + 4, .name = "numeric(12,2)"},
       .not_null = true,
       .comment = ""},
      {.name = "at",
       .type = {.oid = types::oid::kTimestamptz, .name = "timestamp with time zone"},
       .not_null = true,
       .comment = ""},
      {.name = "code",
       .type = {.oid = types::oid::kBpchar, .typmod = 7, .name = "character(3)"},
       .comment = ""}};
  return relation;
}

// As if said in a configuration file.
inline postgres::ColumnChoice chosen(const std::string& column, types::TypeChoice type) {
  type.place = "shop.yaml:7:15";
  return {.column = column, .encoding = {}, .type = std::move(type), .place = "shop.yaml:7:15"};
}

inline postgres::ColumnChoice renamed(const std::string& column, const std::string& name) {
  return {.column = column, .encoding = {}, .rename = name, .place = "shop.yaml:8:9"};
}

}  // namespace pg2athena::pipeline
