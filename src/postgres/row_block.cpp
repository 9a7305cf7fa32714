#include "postgres/row_block.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

constexpr std::array<unsigned char, 11> kSignature = {'P',  'G',  'C',  'O',  'P', 'Y',
                                                      '\n', 0xFF, '\r', '\n', 0};
// Rows of a block: few enough for their bytes to stay in a core's cache between being taken apart and being
// decoded.
constexpr std::size_t kMaxRows = 1024;
constexpr std::size_t kMaxFields = std::size_t{64} * 1024;

std::unexpected<Error> corrupt(std::string what) {
  return fail(Error(ErrorKind::CorruptInput, "the server's COPY data is broken: " + std::move(what)));
}

}  // namespace

Result<std::span<const std::byte>> skip_copy_header(std::span<const std::byte> message) {
  constexpr std::size_t kFlagsAndLength = 8;
  constexpr std::uint32_t kCriticalFlags = 0xFFFF0000;
  if (message.size() < kSignature.size() + kFlagsAndLength ||
      std::memcmp(message.data(), kSignature.data(), kSignature.size()) != 0) {
    return corrupt("no signature");
  }
  message = message.subspan(kSignature.size());
  const auto flags = load_be<std::uint32_t>(message.data());
  if ((flags & kCriticalFlags) != 0) return corrupt(fmt::format("unknown flags {:#x}", flags));
  const auto extension = load_be<std::uint32_t>(message.data() + 4);
  message = message.subspan(kFlagsAndLength);
  if (extension > message.size()) return corrupt("a header extension without an end");
  return message.subspan(extension);
}

RowBlock::RowBlock(std::size_t columns)
    : columns_(columns),
      capacity_(std::clamp<std::size_t>(kMaxFields / std::max<std::size_t>(columns, 1), 1, kMaxRows)),
      fields_(columns_ * capacity_, types::WireValue(nullptr)) {}

Result<RowBlock::Added> RowBlock::add(std::span<const std::byte>& bytes) {
  if (bytes.size() < sizeof(std::int16_t)) return corrupt("a row without a field count");
  const auto count = load_be<std::int16_t>(bytes.data());
  const std::byte* at = bytes.data() + sizeof(std::int16_t);
  const std::byte* const end = bytes.data() + bytes.size();
  if (count == -1) {
    bytes = bytes.subspan(sizeof(std::int16_t));
    return Added::Trailer;
  }
  if (count < 0 || static_cast<std::size_t>(count) != columns_) {
    return corrupt(fmt::format("a row of {} fields where {} were asked for", count, columns_));
  }
  types::WireValue* field = fields_.data() + rows_;
  for (std::size_t i = 0; i < columns_; ++i, field += capacity_) {
    if (end - at < static_cast<std::ptrdiff_t>(sizeof(std::int32_t)))
      return corrupt("a row ends within a field");
    const types::WireValue value(at);
    const std::int32_t length = value.length();
    at += sizeof(std::int32_t);
    if (length < -1 || (length > 0 && end - at < length)) return corrupt("a field is longer than its row");
    at += std::max(length, 0);
    *field = value;
  }
  ++rows_;
  bytes = bytes.subspan(static_cast<std::size_t>(at - bytes.data()));
  return Added::Row;
}

}  // namespace pg2athena::postgres
