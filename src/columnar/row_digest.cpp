#include "columnar/row_digest.h"

#include <charconv>

#include <fmt/format.h>
#include <xxhash.h>

namespace pg2athena::columnar {
namespace {

// A row of common size is built in memory that stays; what an uncommonly large one took is given back.
constexpr std::size_t kCommonRow = std::size_t{64} * 1024;

void put(const Column& column, std::size_t slot, ByteBuffer& row);

void put_bytes(std::span<const std::byte> bytes, ByteBuffer& row) {
  append_le(row, std::uint64_t{bytes.size()});
  row.append(bytes);
}

void put_list(const Column& column, std::size_t slot, ByteBuffer& row) {
  const std::size_t end = column.offsets[slot + 1];
  append_le(row, std::uint64_t{end - column.offsets[slot]});
  for (std::size_t entry = column.offsets[slot]; entry < end; ++entry) put(column.children[0], entry, row);
}

void put(const Column& column, std::size_t slot, ByteBuffer& row) {
  if (column.is_null(slot)) return row.push_back(std::byte{0});
  row.push_back(std::byte{1});
  switch (column.type.storage()) {
    case Storage::Bytes:
      return put_bytes(column.bytes(slot), row);
    case Storage::List:
      return put_list(column, slot, row);
    case Storage::Struct:
      for (const Column& child : column.children) put(child, slot, row);
      return;
    case Storage::Byte:
    case Storage::Int32:
    case Storage::Int64:
    case Storage::Int128:
    case Storage::Float:
    case Storage::Double: {
      const std::size_t width = column.type.width();
      return row.append(column.values.data() + slot * width, width);
    }
  }
}

UInt128 hash_of(std::span<const std::byte> row) {
  const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
  return (UInt128{hash.high64} << 64U) | hash.low64;
}

}  // namespace

void RowDigest::add(const Batch& batch) {
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    row_.clear();
    for (const Column& column : batch.columns) put(column, row, row_);
    sum_ += hash_of(row_.span());
    if (row_.capacity_bytes() > kCommonRow) row_.release();
  }
}

std::string RowDigest::hex() const {
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(sum_ >> 64U),
                     static_cast<std::uint64_t>(sum_));
}

std::optional<RowDigest> RowDigest::parse(std::string_view hex) {
  constexpr std::size_t kHalf = 16;
  if (hex.size() != 2 * kHalf) return std::nullopt;
  RowDigest digest;
  for (const std::string_view half : {hex.substr(0, kHalf), hex.substr(kHalf)}) {
    std::uint64_t bits = 0;
    const auto [end, problem] = std::from_chars(half.data(), half.data() + half.size(), bits, 16);
    if (problem != std::errc() || end != half.data() + half.size()) return std::nullopt;
    digest.sum_ = (digest.sum_ << 64U) | bits;
  }
  return digest.hex() == hex ? std::optional(std::move(digest)) : std::nullopt;
}

}  // namespace pg2athena::columnar
