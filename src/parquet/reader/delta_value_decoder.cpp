#include "parquet/reader/delta_value_decoder.h"

#include <utility>

namespace pg2athena::parquet {
namespace {

// The next number as a length that is at most `most`.
Result<std::size_t> next_length(DeltaDecoder& lengths, std::size_t most) {
  std::int32_t length = 0;
  PG2ATHENA_TRY(lengths.read(std::span(&length, 1)));
  if (length < 0 || static_cast<std::size_t>(length) > most) {
    return fail(ErrorKind::CorruptInput, "a value has a length that it can't have");
  }
  return static_cast<std::size_t>(length);
}

}  // namespace

Result<DeltaLengthDecoder> DeltaLengthDecoder::open(std::span<const std::byte> bytes) {
  PG2ATHENA_ASSIGN(const DeltaDecoder lengths, DeltaDecoder::open(bytes));
  DeltaDecoder walk = lengths;
  PG2ATHENA_ASSIGN(const std::span<const std::byte> behind, walk.behind());
  return DeltaLengthDecoder(lengths, behind);
}

Result<std::span<const std::byte>> DeltaLengthDecoder::next() {
  PG2ATHENA_ASSIGN(const std::size_t length, next_length(lengths_, bytes_.size()));
  return *bytes_.take(length);
}

Result<void> DeltaLengthDecoder::read(std::size_t count, const PhysicalValues& out) {
  for (std::size_t i = 0; i < count; ++i) {
    PG2ATHENA_ASSIGN(const std::span<const std::byte> value, next());
    PG2ATHENA_TRY(out.append_bytes(value));
  }
  return {};
}

Result<DeltaBytesDecoder> DeltaBytesDecoder::open(std::span<const std::byte> bytes, const ValueShape& shape) {
  PG2ATHENA_ASSIGN(const DeltaDecoder shared, DeltaDecoder::open(bytes));
  DeltaDecoder walk = shared;
  PG2ATHENA_ASSIGN(const std::span<const std::byte> behind, walk.behind());
  PG2ATHENA_ASSIGN(DeltaLengthDecoder rest, DeltaLengthDecoder::open(behind));
  return DeltaBytesDecoder(shared, std::move(rest), shape);
}

Result<void> DeltaBytesDecoder::read(std::size_t count, const PhysicalValues& out) {
  const bool fixed = shape_.type == PhysicalType::FixedLenByteArray;
  for (std::size_t i = 0; i < count; ++i) {
    PG2ATHENA_ASSIGN(const std::size_t shared, next_length(shared_, value_.size()));
    PG2ATHENA_ASSIGN(const std::span<const std::byte> rest, rest_.next());
    if (fixed && shared + rest.size() != shape_.fixed_bytes) {
      return fail(ErrorKind::CorruptInput, "a value of a fixed length has another one");
    }
    value_.resize(shared);
    if (rest.size() > out.most_bytes)
      return fail(ErrorKind::ValueTooLarge, "a value is too large to be read");
    value_.append(rest);
    if (!fixed) {
      PG2ATHENA_TRY(out.append_bytes(std::as_const(value_).span()));
      continue;
    }
    PG2ATHENA_ASSIGN(std::byte* const to, out.extend(1, value_.size()));
    std::memcpy(to, value_.data(), value_.size());
  }
  return {};
}

}  // namespace pg2athena::parquet
