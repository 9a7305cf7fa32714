#include "parquet/reader/value_conversion.h"

#include <algorithm>
#include <span>

#include "base/int128.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;
using columnar::Storage;

std::unexpected<Error> out_of_range() {
  return fail(ErrorKind::CorruptInput, "a number that its type can't have");
}

template <typename T>
T load(const ByteBuffer& values, std::size_t i) {
  T value;
  std::memcpy(&value, values.data() + i * sizeof(T), sizeof value);
  return value;
}

template <typename To>
bool append_number(Int128 number, Column& column) {
  const auto narrow = static_cast<To>(number);
  if (number != narrow) return false;
  column.values.append(reinterpret_cast<const std::byte*>(&narrow), sizeof narrow);
  return true;
}

bool append_as_stored(Int128 number, Column& column) {
  switch (column.type.storage()) {
    case Storage::Int32:
      return append_number<std::int32_t>(number, column);
    case Storage::Int64:
      return append_number<std::int64_t>(number, column);
    default:
      return append_number<Int128>(number, column);
  }
}

// Two's complement, the most significant byte first. False: it needs more than 128 bits.
bool big_endian(std::span<const std::byte> bytes, Int128& number) {
  if (bytes.empty()) return false;
  const bool negative = std::to_integer<unsigned>(bytes[0]) >= 0x80;
  const std::byte sign{negative ? std::uint8_t{0xFF} : std::uint8_t{0}};
  while (bytes.size() > sizeof(Int128)) {
    if (bytes[0] != sign) return false;
    bytes = bytes.subspan(1);
  }
  if (negative != (std::to_integer<unsigned>(bytes[0]) >= 0x80)) return false;
  UInt128 bits = negative ? ~UInt128{0} : UInt128{0};
  for (const std::byte byte : bytes) bits = (bits << 8U) | std::to_integer<unsigned>(byte);
  number = static_cast<Int128>(bits);
  return true;
}

}  // namespace

bool ValueConversion::same() const {
  const Storage storage = leaf_->type.storage();
  if (leaf_->multiplier != 1) return false;
  switch (leaf_->physical) {
    case PhysicalType::Int32:
      return storage == Storage::Int32;
    case PhysicalType::Int64:
      return storage == Storage::Int64;
    case PhysicalType::ByteArray:
      return storage == Storage::Bytes;
    case PhysicalType::FixedLenByteArray:
      return false;
    default:
      return true;
  }
}

Result<void> ValueConversion::append(ValueDecoder& decoder, std::size_t count, std::size_t most_bytes,
                                     Column& column) {
  if (same()) {
    return decoder.read(count,
                        {.values = &column.values, .offsets = &column.offsets, .most_bytes = most_bytes});
  }
  // A few at a time.
  constexpr std::size_t kAtOnce = 1024;
  while (count != 0) {
    const std::size_t now = std::min(count, kAtOnce);
    values_.clear();
    offsets_.clear();
    offsets_.push_back(0);
    PG2ATHENA_TRY(decoder.read(now, {.values = &values_, .offsets = &offsets_, .most_bytes = most_bytes}));
    if (column.type.storage() == Storage::Bytes) {
      PG2ATHENA_TRY(append_fixed_bytes(now, most_bytes, column));
    } else if (leaf_->physical == PhysicalType::FixedLenByteArray ||
               leaf_->physical == PhysicalType::ByteArray) {
      PG2ATHENA_TRY(append_decimals(now, column));
    } else {
      PG2ATHENA_TRY(append_converted(now, column));
    }
    count -= now;
  }
  return {};
}

Result<void> ValueConversion::append_converted(std::size_t count, Column& column) {
  const bool wide = leaf_->physical == PhysicalType::Int64;
  for (std::size_t i = 0; i < count; ++i) {
    const Int128 number =
        wide ? Int128{load<std::int64_t>(values_, i)} : Int128{load<std::int32_t>(values_, i)};
    if (!append_as_stored(number * leaf_->multiplier, column)) return out_of_range();
  }
  return {};
}

Result<void> ValueConversion::append_fixed_bytes(std::size_t count, std::size_t most_bytes, Column& column) {
  const PhysicalValues out{.values = &column.values, .offsets = &column.offsets, .most_bytes = most_bytes};
  const std::size_t width = leaf_->fixed_bytes;
  for (std::size_t i = 0; i < count; ++i) {
    PG2ATHENA_TRY(out.append_bytes(values_.span().subspan(i * width, width)));
  }
  return {};
}

Result<void> ValueConversion::append_decimals(std::size_t count, Column& column) {
  const bool fixed = leaf_->physical == PhysicalType::FixedLenByteArray;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = fixed ? i * leaf_->fixed_bytes : offsets_[i];
    const std::size_t end = fixed ? begin + leaf_->fixed_bytes : offsets_[i + 1];
    Int128 number = 0;
    if (!big_endian(values_.span().subspan(begin, end - begin), number)) return out_of_range();
    if (!append_as_stored(number, column)) return out_of_range();
  }
  return {};
}

}  // namespace pg2athena::parquet
