#include "encodings.h"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../clock.h"
#include "base/bytes.h"
#include "columnar/batch.h"
#include "parquet/crc32.h"
#include "parquet/encoding/bytes_dictionary.h"
#include "parquet/encoding/fixed_dictionary.h"
#include "parquet/encoding/plain_encoding.h"
#include "parquet/encoding/rle_encoding.h"
#include "parquet/encoding/validity.h"
#include "parquet/encoding_choice.h"
#include "parquet/file_writer.h"
#include "parquet/writer/statistics.h"

namespace pg2athena::bench {
namespace {

using columnar::Type;
using columnar::TypeId;

// More than a core's caches, as a column of a row group is.
constexpr std::size_t kValues = std::size_t{4} << 20U;
// What the writer gives an encoder at a time.
constexpr std::size_t kSlice = 20'000;

std::uint64_t noise(std::uint64_t i) {
  std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
  return z ^ (z >> 31U);
}

class Timings {
 public:
  explicit Timings(int rounds) : rounds_(rounds) {
    std::vector<std::byte> from(kValues * sizeof(std::uint64_t), std::byte{1});
    std::vector<std::byte> to(from.size(), std::byte{2});
    const double seconds = median([&] {
      std::memcpy(to.data(), from.data(), from.size());
      keep(to.data());
    });
    memcpy_bandwidth_ = static_cast<double>(from.size()) / seconds;
    fmt::print("{:60}{:>10}{:>10}{:>12}\n", "", "ns/value", "GB/s in", "x memcpy");
    print("memcpy", kValues, static_cast<double>(from.size()), seconds);
  }

  // Times `work` on `values` values of `bytes` bytes together.
  void time(const std::string& name, std::size_t values, std::size_t bytes,
            const std::function<void()>& work) {
    print(name, values, static_cast<double>(bytes), median(work));
  }

  // What the compiler must not leave out.
  template <typename T>
  static void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
  }

 private:
  double median(const std::function<void()>& work) const {
    work();  // warms caches, touches memory
    std::vector<double> seconds;
    for (int i = 0; i < rounds_; ++i) {
      const double started = cpu_seconds();
      work();
      seconds.push_back(cpu_seconds() - started);
    }
    std::ranges::sort(seconds);
    return seconds[seconds.size() / 2];
  }

  void print(const std::string& name, std::size_t values, double bytes, double seconds) const {
    fmt::print("{:60}{:10.2f}{:10.2f}{:12.1f}\n", name, seconds * 1e9 / static_cast<double>(values),
               bytes / seconds / 1e9, seconds / (bytes / memcpy_bandwidth_));
  }

  int rounds_;
  double memcpy_bandwidth_ = 0;  // bytes a second
};

// Calls `work(begin, count)` for slices of kValues values.
template <typename Work>
void in_slices(const Work& work) {
  for (std::size_t begin = 0; begin < kValues; begin += kSlice)
    work(begin, std::min(kSlice, kValues - begin));
}

template <typename T>
std::vector<T> numbers(const std::function<T(std::size_t)>& value) {
  std::vector<T> values(kValues);
  for (std::size_t i = 0; i < kValues; ++i) values[i] = value(i);
  return values;
}

struct Texts {
  ByteBuffer bytes;
  std::vector<std::uint32_t> offsets = {0};

  std::span<const std::byte> slice(std::size_t begin, std::size_t count) const {
    return bytes.span().subspan(offsets[begin], offsets[begin + count] - offsets[begin]);
  }
};

Texts texts(const std::function<std::string(std::size_t)>& value) {
  Texts texts;
  for (std::size_t i = 0; i < kValues; ++i) {
    texts.bytes.append(as_bytes(value(i)));
    texts.offsets.push_back(static_cast<std::uint32_t>(texts.bytes.size()));
  }
  return texts;
}

template <typename T>
void time_numbers(Timings& timings, const std::string& type) {
  using Key = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr std::size_t kBytes = kValues * sizeof(T);
  std::vector<std::uint32_t> indices(kSlice);
  for (const std::uint64_t distinct : {16U, 2000U, 50000U, 200'000U}) {
    const auto values = numbers<T>([&](std::size_t i) {
      const auto value = static_cast<T>(noise(i) % distinct * 977);
      return std::floating_point<T> ? value / 100 : value;
    });
    const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
    timings.time(fmt::format("dictionary lookup, {}, {} distinct", type, distinct), kValues, kBytes, [&] {
      parquet::FixedDictionary<Key> dictionary;
      in_slices([&](std::size_t begin, std::size_t count) {
        dictionary.lookup(bytes + begin * sizeof(T), count, indices.data());
      });
      Timings::keep(dictionary.size());
    });
  }
  const auto values = numbers<T>([&](std::size_t i) { return static_cast<T>(noise(i) % 1'000'000'007); });
  timings.time(fmt::format("bounds, {}", type), kValues, kBytes, [&] {
    parquet::NumberBounds<T> bounds;
    in_slices([&](std::size_t begin, std::size_t count) {
      bounds.include(reinterpret_cast<const std::byte*>(values.data() + begin), count);
    });
    Timings::keep(bounds.max());
  });
}

void time_texts(Timings& timings, const std::string& kind, const Texts& values, bool dictionary_too) {
  const std::size_t bytes = values.bytes.size() + kValues * sizeof(std::uint32_t);
  std::vector<std::uint32_t> indices(kSlice);
  if (dictionary_too) {
    timings.time(fmt::format("dictionary lookup, {}", kind), kValues, bytes, [&] {
      parquet::BytesDictionary dictionary;
      in_slices([&](std::size_t begin, std::size_t count) {
        dictionary.lookup(values.slice(begin, count), values.offsets.data() + begin, count, indices.data());
      });
      Timings::keep(dictionary.size());
    });
    return;
  }
  timings.time(fmt::format("bounds, {}", kind), kValues, bytes, [&] {
    parquet::BytesBounds bounds;
    in_slices([&](std::size_t begin, std::size_t count) {
      bounds.include(values.slice(begin, count), values.offsets.data() + begin, count);
    });
    Timings::keep(bounds.empty());
  });
  ByteBuffer out;
  timings.time(fmt::format("PLAIN, {}", kind), kValues, bytes, [&] {
    in_slices([&](std::size_t begin, std::size_t count) {
      out.clear();
      parquet::append_plain_bytes(values.slice(begin, count), values.offsets.data() + begin, count, out);
      Timings::keep(out.data());
    });
  });
}

void time_levels_and_indices(Timings& timings) {
  ByteBuffer out;
  for (const int width : {1, 4, 8, 11, 16}) {
    const auto indices = numbers<std::uint32_t>(
        [&](std::size_t i) { return static_cast<std::uint32_t>(noise(i) % (std::uint64_t{1} << width)); });
    timings.time(fmt::format("RLE hybrid, indices of {} bits", width), kValues, kValues * sizeof indices[0],
                 [&] {
                   in_slices([&](std::size_t begin, std::size_t count) {
                     out.clear();
                     parquet::append_hybrid(std::span(indices).subspan(begin, count), width, out);
                     Timings::keep(out.data());
                   });
                 });
  }
  const auto runs =
      numbers<std::uint32_t>([&](std::size_t i) { return static_cast<std::uint32_t>(noise(i / 100) % 64); });
  timings.time("RLE hybrid, indices in runs of 100", kValues, kValues * sizeof runs[0], [&] {
    in_slices([&](std::size_t begin, std::size_t count) {
      out.clear();
      parquet::append_hybrid(std::span(runs).subspan(begin, count), 6, out);
      Timings::keep(out.data());
    });
  });
  const auto levels = numbers<std::uint8_t>(
      [&](std::size_t i) { return static_cast<std::uint8_t>(noise(i) % 10 != 0 ? 3 : 2); });
  timings.time("RLE hybrid, levels of 2 bits", kValues, kValues, [&] {
    in_slices([&](std::size_t begin, std::size_t count) {
      out.clear();
      parquet::append_hybrid(std::span(levels).subspan(begin, count), 2, out);
      Timings::keep(out.data());
    });
  });
  const auto booleans =
      numbers<std::uint8_t>([&](std::size_t i) { return static_cast<std::uint8_t>(noise(i) % 2); });
  timings.time("PLAIN, boolean", kValues, kValues, [&] {
    in_slices([&](std::size_t begin, std::size_t count) {
      out.clear();
      parquet::append_bit_packed(std::span(booleans).subspan(begin, count), out);
      Timings::keep(out.data());
    });
  });
}

template <typename T>
void time_compact(Timings& timings, const std::string& type, std::uint64_t one_in) {
  std::vector<std::uint8_t> bits(kValues / 8);
  for (std::size_t i = 0; i < kValues; ++i) {
    if (noise(i) % one_in != 0) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1U << (i % 8));
  }
  const auto values = numbers<T>([](std::size_t i) { return static_cast<T>(i); });
  std::vector<T> out(kSlice + 1);
  timings.time(fmt::format("NULLs left out, {}, 1 in {}", type, one_in), kValues, kValues * sizeof(T), [&] {
    in_slices([&](std::size_t begin, std::size_t count) {
      parquet::compact<T>(reinterpret_cast<const std::byte*>(values.data()), bits.data(), begin,
                          begin + count, reinterpret_cast<std::byte*>(out.data()));
      Timings::keep(out.data());
    });
  });
}

// A file of one column.

class Nowhere final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    Timings::keep(bytes.data());
    return {};
  }
};

// Moves a column of kValues values into batches as the pipeline makes them.
std::vector<columnar::Batch> batches_of(const columnar::Schema& schema, const std::byte* values,
                                        const Texts* texts) {
  constexpr std::size_t kBatch = std::size_t{16} << 10U;
  std::vector<columnar::Batch> batches;
  for (std::size_t begin = 0; begin < kValues; begin += kBatch) {
    columnar::Column& column = batches.emplace_back(schema).columns[0];
    column.length = kBatch;
    if (texts == nullptr) {
      const std::size_t width = column.type.width();
      column.values.append(values + begin * width, kBatch * width);
    } else {
      column.values.append(texts->slice(begin, kBatch));
      for (std::size_t i = 1; i <= kBatch; ++i) {
        column.offsets.push_back(texts->offsets[begin + i] - texts->offsets[begin]);
      }
    }
  }
  return batches;
}

void time_file(Timings& timings, const std::string& name, Type type,
               std::optional<parquet::Encoding> encoding, const std::byte* values, const Texts* texts) {
  const columnar::Schema schema{.fields = {{.name = "c", .type = std::move(type), .nullable = false}}};
  const auto batches = batches_of(schema, values, texts);
  parquet::WriterOptions options;
  options.profile = parquet::Profile::Modern;
  options.page_index = false;
  options.compression = parquet::Compression::None;
  if (encoding.has_value()) options.columns = {{.path = "c", .encoding = encoding}};
  std::size_t bytes = 0;
  for (const columnar::Batch& batch : batches) bytes += batch.size_bytes();
  parquet::BlockPool blocks;
  timings.time(name, kValues, bytes, [&] {
    Nowhere nowhere;
    auto writer = parquet::FileWriter::open(nowhere, schema, options, &blocks);
    bool good = writer.has_value();
    for (std::size_t i = 0; good && i < batches.size(); ++i) good = writer->write(batches[i]).has_value();
    if (!good || !writer->close()) throw std::runtime_error("the writer failed");
  });
}

void time_files(Timings& timings) {
  using parquet::Encoding;
  const auto instants = numbers<std::int64_t>([](std::size_t i) {
    return static_cast<std::int64_t>(1'700'000'000'000'000 + i * 1'000'000 + noise(i) % 50'000);
  });
  const auto counts =
      numbers<std::int32_t>([](std::size_t i) { return static_cast<std::int32_t>(noise(i) % 20'000); });
  const auto prices =
      numbers<double>([](std::size_t i) { return static_cast<double>(noise(i) % 10'000) / 100; });
  const auto booleans =
      numbers<std::uint8_t>([](std::size_t i) { return static_cast<std::uint8_t>(noise(i) % 2); });
  const Texts names = texts([](std::size_t i) { return fmt::format("item {}", noise(i) % 1'000); });
  struct Kind {
    std::string_view name;
    Type type;
    const void* values;
    const Texts* texts;
    std::vector<Encoding> encodings;
  };
  const Kind kinds[] = {
      {"ascending timestamps",
       Type::timestamp(true),
       instants.data(),
       nullptr,
       {Encoding::Plain, Encoding::DeltaBinaryPacked}},
      {"int32, 20 000 distinct",
       Type::of(TypeId::Int32),
       counts.data(),
       nullptr,
       {Encoding::Plain, Encoding::RleDictionary, Encoding::DeltaBinaryPacked}},
      {"double, 10 000 distinct",
       Type::of(TypeId::Float64),
       prices.data(),
       nullptr,
       {Encoding::Plain, Encoding::RleDictionary, Encoding::ByteStreamSplit}},
      {"short text, 1 000 distinct",
       Type::of(TypeId::String),
       nullptr,
       &names,
       {Encoding::Plain, Encoding::RleDictionary, Encoding::DeltaLengthByteArray}},
      {"boolean", Type::of(TypeId::Boolean), booleans.data(), nullptr, {Encoding::Plain, Encoding::Rle}},
  };
  for (const Kind& kind : kinds) {
    for (const Encoding encoding : kind.encodings) {
      time_file(timings, fmt::format("file, {}, {}", kind.name, parquet::encoding_name(encoding)), kind.type,
                encoding, static_cast<const std::byte*>(kind.values), kind.texts);
    }
  }
}

}  // namespace

void time_encodings(int rounds) {
  Timings timings(rounds);
  time_numbers<std::int32_t>(timings, "int32");
  time_numbers<std::int64_t>(timings, "int64");
  time_numbers<double>(timings, "double");
  for (const std::uint64_t distinct : {4U, 1000U, 20000U}) {
    time_texts(timings, fmt::format("short text, {} distinct", distinct),
               texts([&](std::size_t i) { return fmt::format("item {}", noise(i) % distinct); }), true);
    time_texts(timings, fmt::format("long text, {} distinct", distinct), texts([&](std::size_t i) {
                 return fmt::format("https://example.com/item/{}", noise(i) % distinct);
               }),
               true);
  }
  time_texts(timings, "text of 8 to 16 bytes",
             texts([](std::size_t i) { return fmt::format("{}", noise(i)).substr(0, 8 + noise(i) % 9); }),
             false);
  time_texts(timings, "text of 20 to 80 bytes", texts([](std::size_t i) {
               return std::string(20 + noise(i) % 61, static_cast<char>('a' + noise(i) % 26));
             }),
             false);
  time_levels_and_indices(timings);
  time_compact<std::uint32_t>(timings, "int32", 10);
  time_compact<std::uint64_t>(timings, "int64", 10);
  time_compact<std::uint64_t>(timings, "int64", 2);
  time_files(timings);
  const auto content = numbers<std::uint64_t>([](std::size_t i) { return noise(i); });
  timings.time("CRC-32", kValues, kValues * sizeof content[0], [&] {
    in_slices([&](std::size_t begin, std::size_t count) {
      Timings::keep(parquet::crc32(std::as_bytes(std::span(content).subspan(begin, count))));
    });
  });
}

}  // namespace pg2athena::bench
