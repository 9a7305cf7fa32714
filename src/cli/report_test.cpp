#include "cli/report.h"

#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

TEST(Report, An_error_says_what_where_why_and_what_to_do) {
  const Error error = Error(ErrorKind::Storage, "the file can't be written")
                          .with("table", "public.orders")
                          .with("shard", "3")
                          .because(Error(ErrorKind::Storage, "input/output error"))
                          .hint("replace the disk");
  EXPECT_EQ(error_text(error),
            "error: the file can't be written\n"
            "  where: table public.orders, shard 3\n"
            "  cause: input/output error\n"
            "  hint: replace the disk\n");
}

TEST(Report, Text_from_outside_can_not_command_the_terminal) {
  EXPECT_EQ(error_text(Error(ErrorKind::Internal, "a\x1b[2Jb").hint("c")).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace pg2athena::cli
