// What a reader takes on at most. The limits are for files that lie; a file that was written in good faith
// meets none of them, unless its rows are huge.
#pragma once

#include <cstddef>

namespace pg2athena::parquet {

struct ReaderOptions {
  // A footer with more bytes is refused. In memory it takes up to thirty times as much, commonly five times.
  std::size_t most_footer_bytes = std::size_t{64} << 20U;
  // So is a page that has more, decompressed; the format allows 2 GiB. One page of each column is in memory
  // at a time, and its dictionary.
  std::size_t most_page_bytes = std::size_t{1} << 30U;
  // So are rows of which one column takes more in a batch; at most 4 GiB less one byte, whatever is said
  // here.
  std::size_t most_column_bytes = std::size_t{1} << 30U;
  // A batch that has reached this ends, though it could have more rows.
  std::size_t batch_bytes = std::size_t{32} << 20U;
  // Pages that have a CRC are compared with it.
  bool verify_checksums = true;
};

}  // namespace pg2athena::parquet
