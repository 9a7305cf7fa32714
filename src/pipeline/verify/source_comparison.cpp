#include "pipeline/verify/source_comparison.h"

#include <algorithm>
#include <string>

#include "columnar/totals.h"
#include "pipeline/verify/bound_number.h"

namespace pg2athena::pipeline {
namespace {

using catalog::ColumnReceipt;
using columnar::LeafTotals;
using columnar::TypeId;

// A leaf over all files of a receipt.
struct WrittenLeaf {
  std::uint64_t values = 0;
  std::uint64_t nulls = 0;
  std::optional<ExactSum> sum = ExactSum();
  std::optional<ExactSum> min;
  std::optional<ExactSum> max;
  std::optional<double> least;
  std::optional<double> most;
  bool broken = false;  // a bound isn't one of the leaf's type
};

template <typename Number>
void take_bounds(const std::optional<Number>& min, const std::optional<Number>& max,
                 std::optional<Number>& least, std::optional<Number>& most) {
  if (min && (!least || *min < *least)) least = min;
  if (max && (!most || *max > *most)) most = max;
}

void include(const ColumnReceipt& column, const LeafTotals& leaf, WrittenLeaf& written) {
  written.values += column.values;
  written.nulls += column.nulls;
  if (leaf.sum) {
    const auto sum = column.sum ? ExactSum::parse(*column.sum, leaf.scale()) : std::nullopt;
    if (sum && written.sum) {
      written.sum->add(*sum);
    } else {
      written.sum.reset();
    }
  }
  if (!column.min || !column.max) return;
  if (leaf.type.id == TypeId::Float32 || leaf.type.id == TypeId::Float64) {
    const auto min = bound_floating(*column.min);
    const auto max = bound_floating(*column.max);
    written.broken |= !min || !max;
    return take_bounds(min, max, written.least, written.most);
  }
  const auto min = bound_number(leaf.type, *column.min);
  const auto max = bound_number(leaf.type, *column.max);
  written.broken |= !min || !max;
  take_bounds(min, max, written.min, written.max);
}

// As the column holds it: a float's text as a double may be more exact than the float.
std::optional<double> as_held(const std::optional<double>& value, TypeId type) {
  if (!value || type != TypeId::Float32) return value;
  return static_cast<double>(static_cast<float>(*value));
}

class Comparison {
 public:
  explicit Comparison(const catalog::Receipt& receipt) : receipt_(receipt) {}

  void differs(DifferenceKind kind, const std::string& column = {}, std::string expected = {},
               std::string found = {}) {
    differences_.push_back({.kind = kind,
                            .table = receipt_.table,
                            .shard = receipt_.shard,
                            .column = column,
                            .expected = std::move(expected),
                            .found = std::move(found)});
  }
  void compare(DifferenceKind kind, const std::string& column, std::uint64_t expected, std::uint64_t found) {
    if (expected != found) differs(kind, column, std::to_string(expected), std::to_string(found));
  }

  void compare_leaf(const LeafTotals& leaf, const postgres::LeafMeasures& measures,
                    const postgres::ServerLeaf& server, const WrittenLeaf& written) {
    const TypeId type = leaf.type.id;
    compare(DifferenceKind::Values, leaf.path, server.values, written.values);
    compare(DifferenceKind::Nulls, leaf.path, server.nulls, written.nulls);
    if (measures.sum && server.sum != written.sum) differs(DifferenceKind::Sum, leaf.path);
    if (!measures.bounds) return;
    const bool same_min =
        server.min == written.min && as_held(server.least, type) == as_held(written.least, type);
    const bool same_max =
        server.max == written.max && as_held(server.most, type) == as_held(written.most, type);
    if (!same_min || written.broken) differs(DifferenceKind::Minimum, leaf.path);
    if (!same_max || written.broken) differs(DifferenceKind::Maximum, leaf.path);
  }

  std::vector<Difference> take() { return std::move(differences_); }

 private:
  const catalog::Receipt& receipt_;
  std::vector<Difference> differences_;
};

}  // namespace

std::vector<Difference> compare_with_source(const catalog::Receipt& receipt, const columnar::Schema& schema,
                                            const std::vector<postgres::LeafSql>& leaves,
                                            const postgres::ServerTotals& server) {
  Comparison comparison(receipt);
  comparison.compare(DifferenceKind::Rows, "", server.rows, receipt.rows);
  const columnar::Totals totals(schema);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!leaves[i].measures.count) continue;
    WrittenLeaf written;
    for (const catalog::FileReceipt& file : receipt.files) {
      include(file.columns[i], totals.leaves()[i], written);
    }
    comparison.compare_leaf(totals.leaves()[i], leaves[i].measures, server.leaves[i], written);
  }
  return comparison.take();
}

std::vector<Difference> compare_digests(const catalog::Receipt& receipt, const columnar::Schema& schema,
                                        const std::vector<std::optional<std::uint64_t>>& server,
                                        const std::vector<std::uint64_t>& found) {
  Comparison comparison(receipt);
  const columnar::Totals totals(schema);
  for (std::size_t i = 0; i < server.size(); ++i) {
    if (server[i] && *server[i] != found[i]) {
      comparison.differs(DifferenceKind::ValueDigest, totals.leaves()[i].path);
    }
  }
  return comparison.take();
}

}  // namespace pg2athena::pipeline
