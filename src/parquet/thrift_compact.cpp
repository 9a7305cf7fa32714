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
    zigzag(id);
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
    varint(size);
  }
}

void CompactWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    out_->push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7U;
  }
  out_->push_back(static_cast<std::byte>(value));
}

void CompactWriter::zigzag(std::int64_t value) {
  varint((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U));
}

}  // namespace pg2athena::parquet
