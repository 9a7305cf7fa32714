#include "cli/report.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/quantity.h"
#include "cli/differences.h"
#include "cli/text_table.h"
#include "parquet/compression.h"
#include "parquet/encoding_choice.h"
#include "parquet/type_text.h"
#include "pipeline/error_policy.h"

namespace pg2athena::cli {
namespace {

using catalog::TableOutcome;
using pipeline::PlannedColumn;
using pipeline::PlannedTable;

// A plan's lines stay in this many columns of a terminal, as far as names let them.
constexpr std::size_t kPlanWidth = 120;

// Types as they are shown in a table of columns. (All of them is in the plan as JSON.)
constexpr std::size_t kTypeWidth = 30;
constexpr std::size_t kParquetWidth = 40;  // FIXED_LEN_BYTE_ARRAY(16) DECIMAL(38,10)

// "24 shards by blocks of up to 512 MB", "8 shards by key id"; "3 shards" where each is all of something,
// which the notes name.
std::string shards_text(const pipeline::Plan& plan, const PlannedTable& table) {
  std::string text = counted(static_cast<std::size_t>(table.shards), "shard");
  if (static_cast<std::size_t>(table.shards) <= std::max<std::size_t>(table.sources.size(), 1)) return text;
  std::uint64_t of_blocks = 0;
  std::string key;
  for (const pipeline::PlannedShard& shard :
       std::span(plan.shards)
           .subspan(static_cast<std::size_t>(table.first_shard), static_cast<std::size_t>(table.shards))) {
    if (std::holds_alternative<postgres::BlockRange>(shard.range)) {
      of_blocks = std::max(of_blocks, shard.bytes.value_or(0));
    }
    if (const auto* const keys = std::get_if<postgres::KeyRange>(&shard.range)) key = keys->key.name;
  }
  if (of_blocks != 0) text += fmt::format(" by blocks of up to {}", human_bytes(of_blocks));
  if (!key.empty()) text += fmt::format("{} by key {}", of_blocks != 0 ? " or" : "", key);
  return text;
}

std::string table_head(const pipeline::Plan& plan, const PlannedTable& table) {
  std::string facts;
  const auto add = [&](std::string fact) { facts += (facts.empty() ? "" : ", ") + std::move(fact); };
  if (table.estimated_rows != 0) add(fmt::format("about {} rows", with_thousands(table.estimated_rows)));
  if (table.bytes != 0) add(human_bytes(table.bytes + table.toast_bytes));
  add(printable(shards_text(plan, table)));
  for (const std::string& note : table.notes) add(printable(note));
  const std::string source = table.kind == "query" ? "query" : table.kind + " " + table.source;
  return fmt::format("{}  from {}: {}\n", table.name, printable(source), facts);
}

// What there is to know of a column besides its types, each a line of its own.
std::vector<std::string> remarks(const columnar::Field& field, const PlannedColumn& column) {
  const types::TypeMapping& mapping = column.mapping;
  std::vector<std::string> remarks;
  if (!field.source_name.empty()) {
    remarks.push_back(fmt::format("named \"{}\" in PostgreSQL", field.source_name));
  }
  if (!mapping.note.empty()) remarks.push_back(mapping.note);
  const pipeline::UnfitValues unfit = pipeline::unfit_values(mapping);
  if (!unfit.fail.empty()) remarks.push_back("an error on " + unfit.fail);
  if (!unfit.become_null.empty()) remarks.push_back("NULL instead of " + unfit.become_null);
  if (!unfit.clamped.empty()) {
    remarks.push_back(fmt::format("the nearest value instead of {}{}", unfit.clamped,
                                  unfit.clamped.contains("NaN") ? "; NaN stays an error" : ""));
  }
  if (!mapping.loses.empty()) remarks.push_back("without " + mapping.loses);
  if (!mapping.athena.empty()) remarks.push_back("Athena: " + mapping.athena);
  if (column.encoding)
    remarks.push_back(fmt::format("encoding {}", parquet::encoding_name(*column.encoding)));
  if (column.bloom_filter) remarks.emplace_back("with a Bloom filter");
  return remarks;
}

// The remarks of a table's columns, each said once for all columns that it is about, in lines of kPlanWidth.
std::string remarks_text(const PlannedTable& table) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;  // a remark, and its columns
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const columnar::Field& field = table.schema.fields[i];
    for (std::string& remark : remarks(field, table.columns[i])) {
      const auto [place, is_new] = places.emplace(remark, lines.size());
      if (is_new) lines.emplace_back(std::move(remark), std::vector<std::string>());
      lines[place->second].second.push_back(field.name);
    }
  }
  std::string out;
  for (const auto& [remark, columns] : lines) {
    out += wrapped(fmt::format("{}: {}", fmt::join(columns, ", "), remark), kPlanWidth, "  ", "      ");
  }
  return out;
}

// "3 values became NULL", "1 value was clamped".
std::string coerced_text(const catalog::CoercedColumn& column) {
  const bool one = column.values == 1;
  const std::string values = counted(column.values, "value");
  if (column.policy == "null") return values + " became NULL";
  return fmt::format("{} {} clamped to what its type can hold", values, one ? "was" : "were");
}

std::string files_text(const pipeline::Plan& plan) {
  std::string text = fmt::format("files: profile {}, {}", pipeline::profile_name(plan.profile),
                                 parquet::codec_name(plan.compression));
  if (parquet::levels_of(plan.compression).second != 0) {
    text += fmt::format(" level {}", plan.compression_level);
  }
  if (plan.page_index) text += ", with a page index";
  // parquet/writer_options.h has the source.
  if (plan.page_index && plan.profile == parquet::Profile::Athena) {
    text += " (by which Trino before 436 filters wrongly)";
  }
  return text + "\n";
}

std::string indented(const std::string& lines) {
  std::string out;
  std::size_t at = 0;
  while (at < lines.size()) {
    const std::size_t end = lines.find('\n', at);
    out += "  " + lines.substr(at, end - at) + "\n";
    at = end == std::string::npos ? lines.size() : end + 1;
  }
  return out;
}

std::string result_of(const TableOutcome& outcome) {
  switch (outcome.state) {
    case TableOutcome::State::Published:
      if (outcome.current_run_id.empty()) return "published";
      return fmt::format("published, replaced by run {} since", outcome.current_run_id);
    case TableOutcome::State::Superseded:
      return "superseded by run " + outcome.current_run_id;
    case TableOutcome::State::Unfinished:
      return "to be rolled forward";
  }
  return "";
}

}  // namespace

std::string plan_text(const pipeline::Plan& plan) {
  std::string out = fmt::format("{} on PostgreSQL {}, as {}\n\n", plan.server.database,
                                plan.server.version_text, plan.server.user);
  for (const PlannedTable& table : plan.tables) {
    out += table_head(plan, table);
    TextTable columns({{"column"}, {"PostgreSQL"}, {"Parquet"}, {"Athena"}, {"NULL"}});
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const columnar::Field& field = table.schema.fields[i];
      columns.add_row({field.name, truncate_to_width(table.columns[i].type.name, kTypeWidth),
                       truncate_to_width(parquet::type_text(field.type), kParquetWidth),
                       truncate_to_width(columnar::hive_name(field.type), kTypeWidth),
                       field.nullable ? "yes" : "no"});
    }
    out += indented(columns.render());
    if (const std::string said = remarks_text(table); !said.empty()) out += "\n" + said;
    out += "\n";
  }
  for (const std::string& warning : plan.warnings) out += "warning: " + printable(warning) + "\n";
  std::uint64_t bytes = 0;
  for (const PlannedTable& table : plan.tables) bytes += table.bytes + table.toast_bytes;
  out += fmt::format("{}, {}, {}, {}\n", counted(plan.tables.size(), "table"), human_bytes(bytes),
                     counted(plan.shards.size(), "shard"),
                     counted(static_cast<std::size_t>(plan.workers), "worker"));
  if (plan.read_rate != 0) {
    out += fmt::format("at most {} a second from the server\n", byte_size_text(plan.read_rate));
  }
  out += files_text(plan);
  if (plan.verify != pipeline::Verify::None) {
    out += fmt::format("verified before it is published: {}\n",
                       plan.verify == pipeline::Verify::Deep ? "totals and each value (deep)" : "totals");
  }
  const pipeline::MemoryPlan& memory = plan.memory;
  out += fmt::format("memory {}: row groups up to {}, values up to {}{}{}\n", byte_size_text(memory.limit),
                     mebibytes_text(row_group_bytes(plan)), byte_size_text(memory.max_value_bytes),
                     memory.max_value_derived ? "" : " (as --max-value-size says)",
                     memory.upload_bytes == 0 ? ""
                                              : fmt::format(", {} of each worker on their way to S3",
                                                            mebibytes_text(memory.upload_bytes)));
  if (plan.memory_demand.partitioned) {
    out += fmt::format("partitions: {} open at once in each worker, {} in a table at most\n",
                       counted(static_cast<std::size_t>(memory.open_files), "file"), plan.most_partitions);
  }
  return out;
}

std::string summary_text(const pipeline::RunSummary& summary, const std::string& target) {
  TextTable table({{"table"},
                   {"rows", Align::Right},
                   {"files", Align::Right},
                   {"size", Align::Right},
                   {"read", Align::Right},
                   {"time", Align::Right},
                   {"result"}});
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_read = 0;
  for (const pipeline::TableSummary& t : summary.tables) {
    table.add_row({t.name, with_thousands(t.rows), with_thousands(t.files), human_bytes(t.bytes),
                   human_bytes(t.bytes_read), human_duration(t.elapsed), result_of(t.outcome)});
    rows += t.rows;
    files += t.files;
    bytes += t.bytes;
    bytes_read += t.bytes_read;
  }
  std::string coerced;
  for (const pipeline::TableSummary& t : summary.tables) {
    for (const catalog::CoercedColumn& column : t.coerced) {
      coerced += fmt::format("{}.{}: {} (on_unrepresentable: {})\n", t.name, column.column,
                             coerced_text(column), column.policy);
    }
  }
  if (!coerced.empty()) coerced = "\n" + coerced;
  table.set_footer({counted(summary.tables.size(), "table"), with_thousands(rows), with_thousands(files),
                    human_bytes(bytes), human_bytes(bytes_read), human_duration(summary.elapsed), ""});
  return fmt::format("{}{}\nRun {} into {}, {}, snapshot at {}\n{}", table.render(), coerced, summary.run_id,
                     target, counted(static_cast<std::size_t>(summary.workers), "worker"),
                     summary.snapshot.lsn, verified_text(summary));
}

std::string publication_text(const std::vector<catalog::RunOutcome>& outcomes) {
  if (outcomes.empty()) return "Nothing to publish: no run was left unfinished.\n";
  std::string out;
  for (const catalog::RunOutcome& run : outcomes) {
    out += fmt::format("Run {}: {}\n", run.run_id, run.finished ? "finished" : "not finished");
    for (const TableOutcome& table : run.tables)
      out += fmt::format("  {}: {}\n", table.table, result_of(table));
  }
  return out;
}

config::InitialTable initial_table(const pipeline::SurveyedTable& table) {
  std::string remark = table.kind;
  if (table.estimated_rows != 0)
    remark += fmt::format(", about {} rows", with_thousands(table.estimated_rows));
  if (table.bytes != 0) remark += ", " + human_bytes(table.bytes);
  return {.name = table.name, .remark = remark, .refusal = table.refusal ? table.refusal->message() : ""};
}

std::string error_text(const Error& error) {
  std::string out = "error: " + printable(error.message()) + "\n";
  std::string where;
  for (const Error::Context& context : error.context()) {
    where += fmt::format("{}{} {}", where.empty() ? "" : ", ", context.key, context.value);
  }
  if (!where.empty()) out += "  where: " + printable(where) + "\n";
  for (const Error* cause = error.cause(); cause != nullptr; cause = cause->cause()) {
    out += "  cause: " + printable(cause->message()) + "\n";
  }
  if (const auto hint = pipeline::hint_of(error); !hint.empty()) out += "  hint: " + printable(hint) + "\n";
  return out;
}

}  // namespace pg2athena::cli
