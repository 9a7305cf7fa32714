#include "pipeline/verify/check_file.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "parquet/file_reader.h"
#include "pipeline/verify/watched_source.h"
#include "storage/content_digest.h"

namespace pg2athena::pipeline {
namespace {

using catalog::ColumnReceipt;
using parquet::FileReader;

constexpr std::size_t kDigestPiece = std::size_t{1} << 20U;

// A bound of floating point may be either zero: which one came first decides, and they are equal.
std::string_view unsigned_zero(std::string_view bound) {
  return bound == "-0" ? bound.substr(1) : bound;
}

bool same_bound(const std::optional<std::string>& one, const std::optional<std::string>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  return unsigned_zero(*one) == unsigned_zero(*other);
}

std::string_view key_value(const parquet::FileMetaData& metadata, std::string_view key) {
  const auto found = std::ranges::find(metadata.key_value_metadata, key, &parquet::KeyValue::key);
  if (found == metadata.key_value_metadata.end() || !found->value) return {};
  return *found->value;
}

bool lets_values_be_read(const Difference& difference) {
  return difference.kind == DifferenceKind::Checksum || difference.kind == DifferenceKind::Metadata ||
         difference.kind == DifferenceKind::Minimum || difference.kind == DifferenceKind::Maximum;
}

class FileCheck {
 public:
  FileCheck(storage::ObjectStore& store, const ExpectedTable& expected, const catalog::FileReceipt& receipt,
            const FileCheckOptions& options)
      : store_(store), expected_(expected), receipt_(receipt), options_(options) {}

  Result<std::vector<Difference>> run() {
    PG2ATHENA_ASSIGN(const auto source, open({.stop = options_.stop}));
    if (source) PG2ATHENA_TRY(check_content(*source));
    return std::move(differences_);
  }

 private:
  void differs(DifferenceKind kind, std::string expected = {}, std::string found = {}) {
    differs_in({}, kind, std::move(expected), std::move(found));
  }

  // Once for each column and kind: footer and values are mostly wrong together.
  void differs_in(const std::string& column, DifferenceKind kind, std::string expected = {},
                  std::string found = {}) {
    const bool known = std::ranges::any_of(
        differences_, [&](const Difference& other) { return other.kind == kind && other.column == column; });
    if (known) return;
    differences_.push_back({.kind = kind,
                            .table = expected_.table,
                            .object = receipt_.key,
                            .column = column,
                            .expected = std::move(expected),
                            .found = std::move(found)});
  }

  void compare(const std::string& column, DifferenceKind kind, std::uint64_t expected, std::uint64_t found) {
    if (expected != found) differs_in(column, kind, std::to_string(expected), std::to_string(found));
  }

  // Null where there is no such object, which is a difference.
  Result<std::unique_ptr<ByteSource>> open(const storage::ReadOptions& options) {
    auto source = store_.open(receipt_.key, options);
    if (source) return std::move(*source);
    if (source.error().kind() != ErrorKind::NotFound) return fail(std::move(source).error());
    differs(DifferenceKind::Missing);
    return nullptr;
  }

  Result<void> check_content(ByteSource& source) {
    if (source.size() != receipt_.bytes) {
      differs(DifferenceKind::Size, fmt::format("{} bytes", receipt_.bytes),
              fmt::format("{} bytes", source.size()));
      return {};
    }
    PG2ATHENA_TRY(check_digest(source));
    WatchedSource watched(source);
    const auto reader = FileReader::open(watched);
    if (!reader) return blame(watched, reader.error(), DifferenceKind::Unreadable);
    check_metadata(*reader);
    check_columns(*reader);
    PG2ATHENA_TRY(check_footer(*reader));
    return check_values(*reader);
  }

  // What the reader can't make sense of is the file's fault, unless the store didn't give it.
  Result<void> blame(const WatchedSource& source, const Error& error, DifferenceKind kind) {
    if (source.error()) return fail(*source.error());
    // What is larger than the reader takes may be as it was written: nobody looked.
    if (error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::ValueTooLarge) return fail(error);
    differs_in(std::string(error.context("column")), kind, {}, error.message());
    return {};
  }

  Result<void> check_digest(ByteSource& source) {
    storage::ContentDigest digest;
    ByteBuffer piece;
    for (std::uint64_t at = 0; at < source.size(); at += piece.size()) {
      if (options_.stop != nullptr) PG2ATHENA_TRY(options_.stop->check());
      piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kDigestPiece, source.size() - at)));
      PG2ATHENA_TRY(source.read(at, piece.span()));
      digest.update(piece.span());
    }
    const std::string found = digest.hex();
    if (found != receipt_.xxh3_128) differs(DifferenceKind::Checksum, receipt_.xxh3_128, found);
    return {};
  }

  void check_metadata(const FileReader& reader) {
    const auto compare_key = [&](std::string_view key, std::string_view expected) {
      const std::string_view found = key_value(reader.metadata(), key);
      if (found == expected) return;
      differs(DifferenceKind::Metadata, fmt::format("{} {}", key, expected),
              found.empty() ? fmt::format("no {}", key) : fmt::format("{} {}", key, found));
    };
    compare_key("pg2athena.run_id", expected_.run_id);
    if (expected_.source) compare_key("pg2athena.source_table", *expected_.source);
  }

  void check_columns(const FileReader& reader) {
    const auto& fields = reader.schema().fields;
    if (fields.size() != expected_.columns.size()) {
      differs(DifferenceKind::Columns, fmt::format("{} columns", expected_.columns.size()),
              fmt::format("{}", fields.size()));
    }
    for (std::size_t i = 0; i < std::min(fields.size(), expected_.columns.size()); ++i) {
      const catalog::TableColumn& column = expected_.columns[i];
      const std::string type = hive_name(fields[i].type);
      if (fields[i].name == column.name && type == column.type) continue;
      differs_in(column.name, DifferenceKind::Columns, fmt::format("{} {}", column.name, column.type),
                 fmt::format("{} {}", fields[i].name, type));
    }
  }

  // The receipt's columns are the file's leaves.
  bool has_receipts_columns(const FileReader& reader) {
    const bool same = std::ranges::equal(reader.leaves(), receipt_.columns, {},
                                         &parquet::ReadLeaf::dotted_path, &ColumnReceipt::path);
    if (!same) differs(DifferenceKind::Columns, "those of the receipt");
    return same;
  }

  Result<void> check_footer(const FileReader& reader) {
    compare({}, DifferenceKind::Rows, receipt_.rows, static_cast<std::uint64_t>(reader.metadata().num_rows));
    if (!has_receipts_columns(reader)) return {};
    const auto found = columns_of_footer(reader);
    if (!found) {
      differs(DifferenceKind::Unreadable, {}, found.error().message());
      return {};
    }
    compare_columns(*found);
    return {};
  }

  void compare_columns(const std::vector<ColumnReceipt>& found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const ColumnReceipt& column = receipt_.columns[i];
      compare(column.path, DifferenceKind::Values, column.values, found[i].values);
      compare(column.path, DifferenceKind::Nulls, column.nulls, found[i].nulls);
      if (!same_bound(column.min, found[i].min)) differs_in(column.path, DifferenceKind::Minimum);
      if (!same_bound(column.max, found[i].max)) differs_in(column.path, DifferenceKind::Maximum);
      if (found[i].sum && column.sum && found[i].sum != column.sum) {
        differs_in(column.path, DifferenceKind::Sum);
      }
    }
  }

  // Not where the footer counts otherwise than the receipt: it would find out no more, and a few bytes of a
  // forged file may stand for billions of rows.
  Result<void> check_values(const FileReader& footer) {
    if (!options_.deep || !std::ranges::all_of(differences_, &lets_values_be_read)) return {};
    PG2ATHENA_ASSIGN(const auto source, open({.places = footer.leaves().size(),
                                              .memory_bytes = options_.read_ahead_bytes,
                                              .stop = options_.stop}));
    if (!source) return {};
    WatchedSource watched(*source);
    const auto values = read_values(watched, options_.stop, options_.visit);
    if (!values) {
      if (values.error().kind() == ErrorKind::Interrupted) return fail(values.error());
      return blame(watched, values.error(), DifferenceKind::Content);
    }
    for (const std::string& column : values->other_than_footer) {
      differs_in(column, DifferenceKind::Statistics);
    }
    compare({}, DifferenceKind::Rows, receipt_.rows, values->rows);
    compare_columns(values->columns);
    if (receipt_.row_digest ? *receipt_.row_digest != values->row_digest : expected_.row_digests) {
      differs(DifferenceKind::RowDigest, receipt_.row_digest.value_or("none"), values->row_digest);
    }
    return {};
  }

  storage::ObjectStore& store_;
  const ExpectedTable& expected_;
  const catalog::FileReceipt& receipt_;
  const FileCheckOptions& options_;
  std::vector<Difference> differences_;
};

}  // namespace

bool is_looked_through(std::span<const Difference> found, bool deep) {
  return std::ranges::all_of(found, [&](const Difference& difference) {
    if (!deep) {
      return difference.kind != DifferenceKind::Missing && difference.kind != DifferenceKind::Size &&
             difference.kind != DifferenceKind::Unreadable;
    }
    return lets_values_be_read(difference) || difference.kind == DifferenceKind::Statistics ||
           difference.kind == DifferenceKind::RowDigest;
  });
}

Result<std::vector<Difference>> check_file(storage::ObjectStore& store, const ExpectedTable& expected,
                                           const catalog::FileReceipt& receipt,
                                           const FileCheckOptions& options) {
  auto differences = FileCheck(store, expected, receipt, options).run();
  if (!differences) return fail(std::move(differences).error().with("object", receipt.key));
  return differences;
}

}  // namespace pg2athena::pipeline
