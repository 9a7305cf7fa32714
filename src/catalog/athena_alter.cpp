#include "catalog/athena_alter.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.h"
#include "catalog/glue_names.h"
#include "catalog/glue_partitions.h"
#include "catalog/hive_sql.h"
#include "catalog/table_change.h"
#include "catalog/table_parameters.h"

namespace pg2athena::catalog {
namespace {

// Whether `date` is one of the words of a type: "array<date>" has it, a struct's attribute is only called so.
bool has_date(std::string_view type) {
  constexpr std::string_view kDate = "date";
  const auto in_name = [&](std::size_t at) {
    return at < type.size() && (is_ascii_alphanumeric(type[at]) || type[at] == '_');
  };
  for (std::size_t at = type.find(kDate); at != std::string_view::npos; at = type.find(kDate, at + 1)) {
    const std::size_t end = at + kDate.size();
    const bool is_word = (at == 0 || !in_name(at - 1)) && !in_name(end);
    if (is_word && (end == type.size() || type[end] != ':')) return true;
  }
  return false;
}

std::string names_of(std::span<const TableColumn> columns) {
  std::vector<std::string> names;
  for (const TableColumn& column : columns) names.push_back(hive_identifier(on_one_line(column.name)));
  return fmt::format("{}", fmt::join(names, ", "));
}

// A table on its way. What can be read in between decides about the order:
//
// 1. Columns. Athena reads Parquet by the columns' names and their types in the file: the old run's files go
//    with the new columns (one that they lack is NULL, a narrower number is read as the wider), the new run's
//    don't go with the old ones (an INT64 isn't read as an int). So columns are first; if Athena refuses the
//    statement, nothing has changed.
// 2. The switch, which is one statement where there are no registered partitions: readers see the old run or
//    the new one. SET LOCATION, or, with a projection, SET TBLPROPERTIES: the template of the partitions'
//    places and their range are both among the properties, and the table's location plays no part.
// 3. What only says things (run id, counts) or only others than Athena look at (the location of a projected
//    table). A table that is left between 2 and 3 shows the new run and says that it shows the old one, never
//    the other way round.
//
// Registered partitions move one after the other, by statements of their own, before step 3: first those that
// the old run didn't have, then those of both, then those that the new run doesn't have go. So nothing is
// missing in between, but rows whose partition changed may be seen in both, or in neither.
class Alteration {
 public:
  Alteration(const TableRecord& from, const TableRecord& to, const DdlOptions& options, TableChange change)
      : from_(from),
        to_(to),
        options_(options),
        change_(std::move(change)),
        table_(athena_table(to, options)),
        before_(partition_scheme(from, options)),
        after_(partition_scheme(to, options)) {}

  std::string text() {
    const std::string why_anew = why_recreated();
    if (!why_anew.empty()) {
      recreate(why_anew);
    } else {
      change_columns();
      move();
    }
    std::string text = fmt::format("-- {}: from run {} to run {}, {} row{} in {} file{}\n",
                                   on_one_line(to_.table), on_one_line(from_.run_id), on_one_line(to_.run_id),
                                   to_.rows, to_.rows == 1 ? "" : "s", to_.files, to_.files == 1 ? "" : "s");
    for (const std::string& note : notes_) text += "-- " + note + "\n";
    for (const std::string& warning : warnings_) text += "-- warning: " + warning + "\n";
    return text + sql_;
  }

 private:
  // Those that stay without being the run's any more.
  std::vector<TableColumn> kept() const {
    std::vector<TableColumn> columns;
    if (options_.dropped_columns == DroppedColumns::Remove) return columns;
    for (const std::size_t place : change_.dropped) columns.push_back(from_.columns[place]);
    return columns;
  }

  // The run's, and behind them those that stay.
  std::vector<TableColumn> all_columns() const {
    std::vector<TableColumn> columns = to_.columns;
    std::ranges::copy(kept(), std::back_inserter(columns));
    return columns;
  }

  bool removes() const {
    return !change_.dropped.empty() && options_.dropped_columns == DroppedColumns::Remove;
  }
  bool replaces() const { return !change_.widened.empty() || removes(); }

  // What Athena's ALTER TABLE can't do: neither ADD COLUMNS nor REPLACE COLUMNS "works for columns with the
  // date datatype" (the notes on both pages of Athena's user guide), and REPLACE COLUMNS names all columns.
  std::string why_recreated() const {
    const std::vector<TableColumn> named = replaces() ? all_columns() : change_.added;
    std::vector<TableColumn> dates;
    std::ranges::copy_if(named, std::back_inserter(dates),
                         [](const TableColumn& column) { return has_date(column.type); });
    if (dates.empty()) return {};
    return fmt::format("{} COLUMNS of Athena takes no date ({})", replaces() ? "REPLACE" : "ADD",
                       names_of(dates));
  }

  void recreate(const std::string& why) {
    notes_.push_back(fmt::format(
        "{}: so the table is removed, which leaves its files, and made again; queries in between fail, and "
        "what others wrote in it is lost",
        why));
    sql_ += fmt::format("DROP TABLE {};\n", table_);
    TableRecord whole = to_;
    whole.columns = all_columns();
    sql_ += create_table_sql(whole, options_);
  }

  // New ones come behind the others wherever the run has them: Athena goes by names, and only SELECT * shows
  // the order. REPLACE COLUMNS is Hive's, whose own code takes it for Parquet (VALID_SERIALIZATION_LIBS of
  // AlterTableReplaceColumnsOperation); Athena's guide promises it for tables of text only.
  void change_columns() {
    if (replaces()) {
      notes_.push_back(
          fmt::format("REPLACE COLUMNS: {}. If Athena refuses it, nothing has changed: DROP TABLE {}, and "
                      "what pg2athena ddl "
                      "prints without --alter",
                      why_replaced(), table_));
      set_columns("REPLACE", all_columns());
    } else if (!change_.added.empty()) {
      set_columns("ADD", change_.added);
    }
  }

  void set_columns(std::string_view how, std::span<const TableColumn> columns) {
    const std::string sql =
        fmt::format("ALTER TABLE {} {} COLUMNS {};\n", table_, how, columns_sql(columns, warnings_));
    check_statement(sql, warnings_);
    sql_ += sql;
  }

  std::string why_replaced() const {
    std::vector<std::string> reasons;
    if (!change_.widened.empty()) reasons.push_back(names_of(change_.widened) + " grew");
    if (removes()) {
      std::vector<TableColumn> gone;
      for (const std::size_t place : change_.dropped) gone.push_back(from_.columns[place]);
      reasons.push_back(names_of(gone) + " went");
    }
    std::string why = fmt::format("{}", fmt::join(reasons, ", "));
    if (options_.dropped_columns == DroppedColumns::Keep) {
      why += "; columns that an older run than the one before had last go with it";
    }
    return why;
  }

  void move() {
    auto parameters = run_parameters(to_);
    const std::string set_location =
        fmt::format("ALTER TABLE {} SET LOCATION {};\n", table_, hive_literal(options_.lake.url(to_.data)));
    if (!to_.partitioning) {
      sql_ += set_location;
    } else if (!after_.projection.empty()) {
      parameters.insert(after_.projection.begin(), after_.projection.end());
    } else {
      register_partitions(parameters);
    }
    sql_ += fmt::format("ALTER TABLE {} SET TBLPROPERTIES {};\n", table_, hive_properties(parameters));
    if (!to_.partitioning) return;
    sql_ += set_location;
    // Behind the switch: Athena takes no notice of them any more.
    if (before_.projection.empty() && !after_.projection.empty()) drop_partitions(from_.partitioning->values);
  }

  // Where the old run had a projection, Athena looks at none of them before it is switched off.
  void register_partitions(std::map<std::string, std::string>& parameters) {
    if (!after_.why_registered.empty()) {
      notes_.push_back(fmt::format("its partitions are registered one by one: {}", after_.why_registered));
    }
    if (!before_.projection.empty()) {
      sql_ += add_partitions_sql(to_, to_.partitioning->values, options_);
      parameters["projection.enabled"] = "false";
      return;
    }
    notes_.emplace_back("partitions move one after the other, and a query in between reads some of each run");
    const auto& old_values = from_.partitioning->values;
    const auto& new_values = to_.partitioning->values;
    std::vector<std::string> come;
    std::vector<std::string> stay;
    std::vector<std::string> go;
    std::ranges::set_difference(new_values, old_values, std::back_inserter(come));
    std::ranges::set_intersection(old_values, new_values, std::back_inserter(stay));
    std::ranges::set_difference(old_values, new_values, std::back_inserter(go));
    sql_ += add_partitions_sql(to_, come, options_);
    move_partitions(stay);
    drop_partitions(go);
  }

  // A partition keeps the columns that the table had when it was added, and its files are read as those:
  // where columns came or grew it has to be added anew.
  void move_partitions(const std::vector<std::string>& values) {
    const bool same_columns = change_.added.empty() && change_.widened.empty();
    if (!same_columns && !values.empty()) {
      notes_.emplace_back("columns have changed: partitions are added anew, and are missing for a moment");
    }
    for (std::size_t i = 0; i < values.size(); i += same_columns ? 1 : kPartitionsInStatement) {
      const auto some = std::span(values).subspan(i, std::min(kPartitionsInStatement, values.size() - i));
      if (same_columns) {
        sql_ += fmt::format("ALTER TABLE {} {} SET LOCATION {};\n", table_,
                            partition_sql(*to_.partitioning, values[i]),
                            hive_literal(partition_url(to_, options_.lake, values[i])));
      } else {
        drop_partitions(some);
        sql_ += add_partitions_sql(to_, some, options_);
      }
    }
  }

  void drop_partitions(std::span<const std::string> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool first = i % kPartitionsInStatement == 0;
      if (first) sql_ += fmt::format("{}ALTER TABLE {} DROP", i == 0 ? "" : ";\n", table_);
      sql_ += fmt::format("{}\n  {}", first ? "" : ",", partition_sql(*from_.partitioning, values[i]));
    }
    if (!values.empty()) sql_ += ";\n";
  }

  const TableRecord& from_;
  const TableRecord& to_;
  const DdlOptions& options_;
  const TableChange change_;
  const std::string table_;
  const PartitionScheme before_;
  const PartitionScheme after_;
  std::vector<std::string> notes_;
  std::vector<std::string> warnings_;
  std::string sql_;
};

}  // namespace

Result<std::string> alter_table_sql(const TableRecord& from, const TableRecord& to,
                                    const DdlOptions& options) {
  if (from.run_id == to.run_id) {
    return fmt::format("-- {}: it shows run {} already, and nothing is to do\n", on_one_line(to.table),
                       on_one_line(to.run_id));
  }
  PG2ATHENA_ASSIGN(TableChange change, table_change(known_table(from), to, athena_table(to, options)));
  return Alteration(from, to, options, std::move(change)).text();
}

}  // namespace pg2athena::catalog
