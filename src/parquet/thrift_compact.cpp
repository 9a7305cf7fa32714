#include "parquet/thrift_compact.h"

namespace pg2athena::parquet {

void CompactWriter::field_header(std::int16_t id, WireType type) {
  const int delta = id - last_id_;
  const auto code = static_cast<unsigned>(type);
  constexpr int kLargestShortDelta = 15;
  if (delta > 0 && delta <= kLargestShortDelta) {
    out_->push_back(static_cast<std::byte>((static_cast<unsigned>(delta) << 4U) | code));
  } else {
    out_->push_back(static_cast<std::byte>(code));
    append_zigzag(id, *out_);
  }
  last_id_ = id;
}

void CompactWriter::list_header(std::size_t size, WireType type) {
  const auto code = static_cast<unsigned>(type);
  constexpr std::size_t kLargestShortSize = 14;
  if (size <= kLargestShortSize) {
    out_->push_back(static_cast<std::byte>((static_cast<unsigned>(size) << 4U) | code));
  } else {
    out_->push_back(static_cast<std::byte>(0xF0U | code));
    append_varint(size, *out_);
  }
}

}  // namespace pg2athena::parquet
