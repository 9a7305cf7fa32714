// One file against its receipt: whatever is wrong with it is found, said once, and said without a value.
#include "pipeline/verify/check_file.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "catalog/object_keys.h"
#include "columnar/append.h"
#include "parquet/block_pool.h"
#include "pipeline/lake_file.h"
#include "storage/content_digest.h"
#include "storage/memory_store.h"

namespace pg2athena::pipeline {
namespace {

using columnar::Type;
using columnar::TypeId;
using storage::FaultyStore;
using storage::PutCondition;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kRun = "20260131T030000.125Z-9f86d081884c7d65";

// A file of a thousand rows, with its receipt, and what the table's record says.
class CheckFile : public testing::Test {
 protected:
  CheckFile() {
    for (const columnar::Field& field : schema_.fields) {
      columns_.push_back({.name = field.name, .type = hive_name(field.type), .comment = {}});
    }
    receipt_ = write(kKey, kRun, [](std::size_t row) { return static_cast<std::int64_t>(row); });
  }

  catalog::FileReceipt write(const std::string& key, const std::string& run,
                             const std::function<std::int64_t(std::size_t)>& id, std::size_t rows = 1000) {
    parquet::WriterOptions options{
        .compression = parquet::Compression::None,
        .key_value_metadata = {{"pg2athena.run_id", run}, {"pg2athena.source_table", "public.orders"}}};
    auto file = LakeFile::open(store_, key, {}, schema_, std::move(options), blocks_, /*digest_rows=*/true);
    columnar::Batch batch(schema_);
    for (std::size_t row = 0; row < rows; ++row) {
      EXPECT_TRUE(columnar::append_row(batch, std::to_string(row), id(row), static_cast<double>(row) - 1.5));
    }
    EXPECT_TRUE(file->write(batch));
    return file->close().value();
  }

  std::string content() { return store_.get(kKey).value().value().content; }
  void replace(const std::string& text) { ASSERT_TRUE(store_.put(kKey, text, PutCondition::none())); }
  // The receipt is made to fit, as somebody would who knows how.
  void replace_with_checksum(const std::string& text) {
    replace(text);
    receipt_.bytes = text.size();
    receipt_.xxh3_128 = storage::digest_of(as_bytes(text));
  }

  Result<std::vector<Difference>> check(storage::ObjectStore& store, bool deep) {
    const ExpectedTable expected{.table = "public.orders",
                                 .run_id = kRun,
                                 .source = "public.orders",
                                 .columns = columns_,
                                 .row_digests = row_digests_};
    return check_file(store, expected, receipt_, {.deep = deep, .stop = &stop_});
  }
  // "kind column"
  std::vector<std::string> found(bool deep = false) {
    std::vector<std::string> all;
    const std::vector<Difference> differences = check(store_, deep).value();
    for (const Difference& difference : differences) {
      EXPECT_EQ(difference.table, "public.orders");
      EXPECT_EQ(difference.object, kKey);
      std::string text(to_string(difference.kind));
      if (!difference.column.empty()) text += " " + difference.column;
      all.push_back(text);
    }
    return all;
  }

  bool row_digests_ = false;  // of the run
  static constexpr const char* kKey =
      "public.orders/data/20260131T030000.125Z-9f86d081884c7d65/0-0-0.parquet";

  const columnar::Schema schema_{{{.name = "name", .type = Type::of(TypeId::String)},
                                  {.name = "id", .type = Type::of(TypeId::Int64), .nullable = false},
                                  {.name = "price", .type = Type::of(TypeId::Float64)}}};
  storage::MemoryStore store_;
  parquet::BlockPool blocks_;
  std::vector<catalog::TableColumn> columns_;
  catalog::FileReceipt receipt_;
  Cancellation stop_;
};

TEST_F(CheckFile, A_file_as_it_was_written_has_no_differences) {
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(found(/*deep=*/true), IsEmpty());
}

TEST_F(CheckFile, A_file_without_rows_has_no_differences) {
  ASSERT_TRUE(store_.remove(kKey));
  receipt_ = write(kKey, kRun, {}, 0);
  EXPECT_THAT(found(/*deep=*/true), IsEmpty());
}

TEST_F(CheckFile, A_file_that_went_is_missing) {
  ASSERT_TRUE(store_.remove(kKey));
  EXPECT_THAT(found(), ElementsAre("missing"));
}

TEST_F(CheckFile, A_file_that_was_cut_or_grew_has_another_size_and_no_other_difference) {
  const std::string whole = content();
  replace(whole.substr(0, whole.size() - 10));
  EXPECT_THAT(found(), ElementsAre("size"));
  replace(whole + "x");
  EXPECT_THAT(found(), ElementsAre("size"));
  replace("");
  EXPECT_THAT(found(), ElementsAre("size"));
}

TEST_F(CheckFile, A_byte_that_flipped_in_a_page_is_another_checksum_and_no_content_when_it_is_decoded) {
  std::string bytes = content();
  bytes[bytes.size() / 2] ^= 1;
  replace(bytes);
  EXPECT_THAT(found(), ElementsAre("checksum"));
  EXPECT_THAT(found(/*deep=*/true), ElementsAre("checksum", testing::StartsWith("content")));
}

TEST_F(CheckFile,
       A_byte_that_flipped_in_a_page_is_found_by_decoding_alone_where_the_receipt_was_made_to_fit) {
  std::string bytes = content();
  bytes[bytes.size() / 2] ^= 1;
  replace_with_checksum(bytes);
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(found(/*deep=*/true), ElementsAre(testing::StartsWith("content")));
}

TEST_F(CheckFile, A_footer_that_is_none_is_unreadable) {
  std::string bytes = content();
  bytes[bytes.size() - 1] = 'x';
  replace(bytes);
  EXPECT_THAT(found(), ElementsAre("checksum", "unreadable"));
}

TEST_F(CheckFile, A_file_of_another_run_says_so) {
  write("other", "20260201T030000.125Z-0000000000000000", [](std::size_t row) { return row; });
  replace_with_checksum(store_.get("other").value().value().content);
  const auto differences = check(store_, false).value();
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].kind, DifferenceKind::Metadata);
  EXPECT_THAT(difference_text(differences[0]), HasSubstr("20260201T030000.125Z-0000000000000000"));
}

TEST_F(CheckFile, What_the_receipt_says_of_rows_and_columns_is_compared_with_the_footer) {
  receipt_.rows = 999;
  receipt_.columns[0].values = 999;
  receipt_.columns[0].nulls = 1;
  receipt_.columns[1].min = "1";
  receipt_.columns[2].max = std::nullopt;
  EXPECT_THAT(found(), ElementsAre("rows", "values name", "nulls name", "min id", "max price"));
  EXPECT_THAT(found(/*deep=*/true), ElementsAre("rows", "values name", "nulls name", "min id", "max price"));
}

TEST_F(CheckFile, A_value_is_in_no_message) {
  receipt_.columns[1].min = "-271828";
  receipt_.columns[1].sum = "314159";
  const std::vector<Difference> differences = check(store_, true).value();
  EXPECT_EQ(differences.size(), 2U);
  for (const Difference& difference : differences) {
    EXPECT_THAT(difference_text(difference), testing::Not(HasSubstr("271828")));
    EXPECT_THAT(difference_text(difference), testing::Not(HasSubstr("314159")));
  }
}

TEST_F(CheckFile, Sums_and_the_digest_of_rows_are_compared_when_values_are_decoded) {
  receipt_.columns[1].sum = "1";
  receipt_.row_digest = "00000000000000000000000000000000";
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(found(/*deep=*/true), ElementsAre("sum id", "row_digest"));
  receipt_.columns[1].sum = std::nullopt;
  receipt_.row_digest = std::nullopt;
  EXPECT_THAT(found(/*deep=*/true), IsEmpty()) << "a receipt of an older version has none";
  row_digests_ = true;
  EXPECT_THAT(found(/*deep=*/true), ElementsAre("row_digest")) << "the run wrote one";
}

TEST_F(CheckFile, Rows_in_another_order_are_the_same_rows_and_other_rows_are_not) {
  const std::optional<std::string> digest = receipt_.row_digest;
  ASSERT_TRUE(store_.remove(kKey));
  receipt_ = write(kKey, kRun, [](std::size_t row) { return row == 500 ? 501 : row == 501 ? 500 : row; });
  receipt_.row_digest = digest;
  EXPECT_THAT(found(/*deep=*/true), ElementsAre("row_digest")) << "values changed places between rows";
}

TEST_F(CheckFile, Columns_and_types_are_the_records) {
  columns_[2].type = "float";
  EXPECT_THAT(found(), ElementsAre("columns price"));
  columns_.pop_back();
  EXPECT_THAT(found(), ElementsAre("columns"));
}

TEST_F(CheckFile, A_receipt_of_other_columns_is_a_difference) {
  receipt_.columns.pop_back();
  EXPECT_THAT(found(/*deep=*/true), ElementsAre("columns"));
}

TEST_F(CheckFile, What_the_store_refuses_is_an_error_and_no_difference) {
  for (const std::string operation : {"open", "read"}) {
    int calls = 0;
    FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
      // The last read of a deep check is one of a page.
      return call.operation == operation && ++calls > (operation == "read" ? 4 : 0)
                 ? FaultyStore::Fault::Lost
                 : FaultyStore::Fault::None;
    });
    const auto refused = check(faulty, true);
    ASSERT_FALSE(refused) << operation;
    EXPECT_EQ(refused.error().kind(), ErrorKind::Connection);
    EXPECT_EQ(refused.error().context("object"), kKey);
  }
}

TEST_F(CheckFile, A_stop_ends_it) {
  stop_.request(Cancellation::Reason::Operator);
  EXPECT_EQ(check(store_, true).error().kind(), ErrorKind::Interrupted);
}

}  // namespace
}  // namespace pg2athena::pipeline
