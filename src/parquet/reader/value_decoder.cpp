#include "parquet/reader/value_decoder.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "parquet/encoding/hybrid_decoder.h"
#include "parquet/reader/delta_value_decoder.h"
#include "parquet/reader/plain_value_decoder.h"

namespace pg2athena::parquet {
namespace {

std::unexpected<Error> too_large() {
  return fail(ErrorKind::ValueTooLarge, "its values have more bytes than are read at once");
}

// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on.
class ByteStreamSplitDecoder final : public ValueDecoder {
 public:
  ByteStreamSplitDecoder(std::span<const std::byte> bytes, std::size_t width)
      : bytes_(bytes), width_(width), stream_(bytes.size() / width) {}

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    if (count > stream_ - at_) return fail(ErrorKind::CorruptInput, "values end before the page does");
    if (count == 0) return {};
    PG2ATHENA_ASSIGN(std::byte* const to, out.extend(count, width_));
    for (std::size_t byte = 0; byte < width_; ++byte) {
      const std::byte* const from = bytes_.data() + byte * stream_ + at_;
      for (std::size_t i = 0; i < count; ++i) to[i * width_ + byte] = from[i];
    }
    at_ += count;
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t width_;
  std::size_t stream_;  // bytes of one, which is how many values there are
  std::size_t at_ = 0;
};

// Indices into the dictionary.
class DictionaryDecoder final : public ValueDecoder {
 public:
  DictionaryDecoder(HybridDecoder indices, const Dictionary& dictionary)
      : indices_(indices), dictionary_(&dictionary) {}

  static Result<DictionaryDecoder> open(std::span<const std::byte> bytes, const Dictionary& dictionary) {
    // A page without values may have nothing at all.
    if (bytes.empty()) return DictionaryDecoder(HybridDecoder({}, 1), dictionary);
    constexpr unsigned kWidest = 32;
    const auto width = std::to_integer<unsigned>(bytes[0]);
    if (width > kWidest)
      return fail(ErrorKind::CorruptInput, fmt::format("dictionary indices of {} bits", width));
    return DictionaryDecoder(HybridDecoder(bytes.subspan(1), width), dictionary);
  }

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    std::array<std::uint32_t, kAtOnce> indices;
    while (count != 0) {
      const auto now = std::span(indices).first(std::min(count, kAtOnce));
      PG2ATHENA_TRY(indices_.read(now));
      for (const std::uint32_t index : now) {
        if (index >= dictionary_->count) {
          return fail(ErrorKind::CorruptInput,
                      fmt::format("index {} of a dictionary with {} values", index, dictionary_->count));
        }
      }
      PG2ATHENA_TRY(look_up(now, out));
      count -= now.size();
    }
    return {};
  }

 private:
  static constexpr std::size_t kAtOnce = 1024;

  Result<void> look_up(std::span<const std::uint32_t> indices, const PhysicalValues& out) const {
    switch (dictionary_->width) {
      case 0:
        return look_up_bytes(indices, out);
      case sizeof(std::uint32_t):
        return look_up_fixed<sizeof(std::uint32_t)>(indices, out);
      case sizeof(std::uint64_t):
        return look_up_fixed<sizeof(std::uint64_t)>(indices, out);
      default:
        return look_up_fixed<0>(indices, out);
    }
  }

  // Width: of a value, or 0 when it isn't known here.
  template <std::size_t Width>
  Result<void> look_up_fixed(std::span<const std::uint32_t> indices, const PhysicalValues& out) const {
    const std::size_t width = Width == 0 ? dictionary_->width : Width;
    PG2ATHENA_ASSIGN(std::byte * to, out.extend(indices.size(), width));
    for (const std::uint32_t index : indices) {
      std::memcpy(to, dictionary_->values.data() + index * width, width);
      to += width;
    }
    return {};
  }

  Result<void> look_up_bytes(std::span<const std::uint32_t> indices, const PhysicalValues& out) const {
    const Buffer<std::uint32_t>& offsets = dictionary_->offsets;
    for (const std::uint32_t index : indices) {
      PG2ATHENA_TRY(out.append_bytes(
          dictionary_->values.span().subspan(offsets[index], offsets[index + 1] - offsets[index])));
    }
    return {};
  }

  HybridDecoder indices_;
  const Dictionary* dictionary_;
};

template <typename Decoder>
Result<std::unique_ptr<ValueDecoder>> made(Result<Decoder> decoder) {
  if (!decoder) return fail(std::move(decoder).error());
  return std::make_unique<Decoder>(*std::move(decoder));
}

std::unique_ptr<ValueDecoder> plain_decoder(const ValueShape& shape, std::span<const std::byte> bytes) {
  if (shape.type == PhysicalType::Boolean) return std::make_unique<PlainBooleanDecoder>(bytes);
  if (shape.type == PhysicalType::ByteArray) return std::make_unique<PlainBytesDecoder>(bytes);
  return std::make_unique<PlainFixedDecoder>(bytes, shape.width());
}

std::unexpected<Error> not_of_type(Encoding encoding) {
  return fail(ErrorKind::CorruptInput,
              fmt::format("its type can't have the encoding {}", static_cast<int>(encoding)));
}

Result<std::unique_ptr<ValueDecoder>> delta_decoder(PhysicalType type, std::span<const std::byte> bytes) {
  if (type == PhysicalType::Int32) return made(DeltaIntegerDecoder<std::int32_t>::open(bytes));
  if (type == PhysicalType::Int64) return made(DeltaIntegerDecoder<std::int64_t>::open(bytes));
  return not_of_type(Encoding::DeltaBinaryPacked);
}

}  // namespace

Result<std::byte*> PhysicalValues::extend(std::size_t count, std::size_t width) const {
  if (values->size() > most_bytes || count > (most_bytes - values->size()) / width) return too_large();
  return values->extend(count * width);
}

Result<void> PhysicalValues::append_bytes(std::span<const std::byte> value) const {
  if (values->size() > most_bytes || value.size() > most_bytes - values->size()) return too_large();
  values->append(value);
  offsets->push_back(static_cast<std::uint32_t>(values->size()));
  return {};
}

std::size_t ValueShape::width() const {
  switch (type) {
    case PhysicalType::Boolean:
      return 1;
    case PhysicalType::Int32:
    case PhysicalType::Float:
      return 4;
    case PhysicalType::Int64:
    case PhysicalType::Double:
      return 8;
    case PhysicalType::FixedLenByteArray:
      return fixed_bytes;
    case PhysicalType::ByteArray:
      break;
  }
  return 0;
}

Result<std::unique_ptr<ValueDecoder>> make_value_decoder(const ValueShape& shape, Encoding encoding,
                                                         std::span<const std::byte> bytes,
                                                         const Dictionary* dictionary) {
  const bool text = shape.type == PhysicalType::ByteArray;
  const bool boolean = shape.type == PhysicalType::Boolean;
  if (encoding == kDeltaByteArray) {
    if (!text && shape.type != PhysicalType::FixedLenByteArray) return not_of_type(encoding);
    return made(DeltaBytesDecoder::open(bytes, shape));
  }
  if (encoding == kPlainDictionary) encoding = Encoding::RleDictionary;
  switch (encoding) {
    case Encoding::Plain:
      return plain_decoder(shape, bytes);
    case Encoding::Rle:
      if (!boolean) return not_of_type(encoding);
      return made(RleBooleanDecoder::open(bytes));
    case Encoding::DeltaBinaryPacked:
      return delta_decoder(shape.type, bytes);
    case Encoding::DeltaLengthByteArray:
      if (!text) return not_of_type(encoding);
      return made(DeltaLengthDecoder::open(bytes));
    case Encoding::RleDictionary:
      if (dictionary == nullptr) return fail(ErrorKind::CorruptInput, "indices without a dictionary");
      return made(DictionaryDecoder::open(bytes, *dictionary));
    case Encoding::ByteStreamSplit:
      if (text || boolean) return not_of_type(encoding);
      return std::make_unique<ByteStreamSplitDecoder>(bytes, shape.width());
  }
  return fail(ErrorKind::Unsupported, fmt::format("the encoding {}", static_cast<int>(encoding)));
}

Result<Dictionary> read_dictionary(const ValueShape& shape, std::size_t count,
                                   std::span<const std::byte> bytes) {
  if (shape.type == PhysicalType::Boolean) return fail(ErrorKind::Unsupported, "a dictionary of booleans");
  Dictionary dictionary;
  dictionary.width = shape.width();
  dictionary.count = count;
  dictionary.offsets.push_back(0);
  // PLAIN values are no fewer bytes than they take in memory.
  const PhysicalValues out{
      .values = &dictionary.values, .offsets = &dictionary.offsets, .most_bytes = bytes.size()};
  PG2ATHENA_TRY(plain_decoder(shape, bytes)->read(count, out));
  return dictionary;
}

}  // namespace pg2athena::parquet
