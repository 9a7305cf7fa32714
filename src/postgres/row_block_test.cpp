#include "postgres/row_block.h"

#include <string>

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::postgres {
namespace {

using namespace std::string_literals;

const std::string kHeader = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"s;
// (1, NULL, 'abc') as the server sends it.
const std::string kRow = "\0\3\0\0\0\4\0\0\0\1\377\377\377\377\0\0\0\3abc"s;

Result<RowBlock::Added> add(RowBlock& block, const std::string& bytes) {
  std::span<const std::byte> rest = as_bytes(bytes);
  return block.add(rest);
}

TEST(RowBlock, Rows_are_taken_apart_where_they_stand) {
  RowBlock block(3);
  std::span<const std::byte> rest = as_bytes(kRow);
  ASSERT_EQ(block.add(rest), RowBlock::Added::Row);
  EXPECT_TRUE(rest.empty());
  ASSERT_EQ(block.rows(), 1U);
  EXPECT_EQ(load_be<std::int32_t>(block.column(0)[0].data()), 1);
  EXPECT_TRUE(block.column(1)[0].is_null());
  EXPECT_EQ(as_text(block.column(2)[0].bytes()), "abc");
}

TEST(RowBlock, The_trailer_is_no_row) {
  RowBlock block(3);
  EXPECT_EQ(add(block, "\377\377"s), RowBlock::Added::Trailer);
  EXPECT_EQ(block.rows(), 0U);
}

TEST(RowBlock, Every_truncation_of_a_row_is_an_error) {
  for (std::size_t length = 0; length < kRow.size(); ++length) {
    RowBlock block(3);
    const auto added = add(block, kRow.substr(0, length));
    ASSERT_FALSE(added) << length;
    EXPECT_EQ(added.error().kind(), ErrorKind::CorruptInput);
  }
}

TEST(RowBlock, Lying_counts_and_lengths_are_errors) {
  for (const std::string& bytes : {"\0\2\377\377\377\377\377\377\377\377"s, "\377\376"s,
                                   "\0\3\377\377\377\376\0\0"s, "\0\3\177\377\377\377abc"s}) {
    RowBlock block(3);
    EXPECT_FALSE(add(block, bytes));
  }
}

TEST(RowBlock, A_wide_table_has_blocks_of_few_rows) {
  EXPECT_FALSE(RowBlock(1).full());
  RowBlock wide(1600);
  const std::string row = "\6\100"s + std::string(std::size_t{1600} * 4, '\377');
  std::size_t rows = 0;
  for (; !wide.full(); ++rows) ASSERT_TRUE(add(wide, row));
  EXPECT_EQ(rows, 40U);
}

TEST(CopyHeader, The_header_is_skipped_with_its_extension) {
  EXPECT_EQ(as_text(*skip_copy_header(as_bytes(kHeader + "row"))), "row");
  EXPECT_EQ(as_text(*skip_copy_header(as_bytes("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\2xyrow"s))), "row");
}

TEST(CopyHeader, What_is_no_header_is_an_error) {
  for (std::size_t length = 0; length < kHeader.size(); ++length) {
    EXPECT_FALSE(skip_copy_header(as_bytes(kHeader.substr(0, length)))) << length;
  }
  EXPECT_FALSE(skip_copy_header(as_bytes("PGCOPY\n\377\r\n\0\0\1\0\0\0\0\0\0"s)))
      << "an unknown critical flag";
  EXPECT_FALSE(skip_copy_header(as_bytes("PGCOPY\n\377\r\n\0\0\0\0\0\377\377\377\377"s)))
      << "an endless extension";
}

}  // namespace
}  // namespace pg2athena::postgres
