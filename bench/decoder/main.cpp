// Times the decoders of COPY's binary form, and shows that they allocate nothing for a value: what
// bench/decode runs.
//
//   decode_bench ROUNDS
//
// Prints a line of JSON for each type: its name, nanoseconds of CPU a value (the median of the rounds), and
// how many times memory was asked for while a million values were decoded into columns that had room.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../clock.h"
#include "base/civil_time.h"
#include "types/type_table.h"

namespace {

std::size_t allocations = 0;

}  // namespace

// The linker lets calls of these come here (--wrap). Buffers use realloc; operator new, of the C++ library,
// calls malloc where the linker doesn't see it, and is replaced.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
void* __real_malloc(std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __wrap_malloc(std::size_t size) {
  ++allocations;
  return __real_malloc(size);
}
void* __wrap_realloc(void* memory, std::size_t size) {
  ++allocations;
  return __real_realloc(memory, size);
}
// NOLINTEND(bugprone-reserved-identifier)
}

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace pg2athena::bench {
namespace {

using types::PgKind;
using types::PgType;
namespace oid = types::oid;
using Bytes = std::vector<std::byte>;

// As many rows as a block of the reader has of a narrow table, with a few columns each: the values of one
// column don't stand side by side.
constexpr std::size_t kRows = 4096;
constexpr std::size_t kColumns = 4;

std::uint64_t noise(std::uint64_t i) {
  std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
  return z ^ (z >> 31U);
}

template <typename Number>
void put(Bytes& out, Number number) {
  for (std::size_t i = sizeof number; i-- > 0;) {
    out.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(number) >> (8 * i)));
  }
}

void put_value(Bytes& out, const Bytes& value) {
  put(out, static_cast<std::int32_t>(value.size()));
  out.insert(out.end(), value.begin(), value.end());
}

// numeric_send of cents, with `scale` digits behind the point.
Bytes numeric(std::uint64_t unscaled, int scale, bool negative) {
  std::vector<std::uint16_t> digits;
  const int shift = (4 - scale % 4) % 4;  // to whole groups behind the point
  for (int i = 0; i < shift; ++i) unscaled *= 10;
  for (std::uint64_t rest = unscaled; rest != 0; rest /= 10000) {
    digits.push_back(static_cast<std::uint16_t>(rest % 10000));
  }
  const int weight = static_cast<int>(digits.size()) - 1 - (scale + shift) / 4;
  std::ranges::reverse(digits);
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
  Bytes bytes;
  put(bytes, static_cast<std::uint16_t>(digits.size()));
  put(bytes, static_cast<std::int16_t>(digits.empty() ? 0 : weight));
  put(bytes, static_cast<std::uint16_t>(negative && !digits.empty() ? 0x4000 : 0));
  put(bytes, static_cast<std::uint16_t>(scale));
  for (const std::uint16_t digit : digits) put(bytes, digit);
  return bytes;
}

template <typename Number>
Bytes number(std::uint64_t value) {
  Bytes bytes;
  put(bytes, static_cast<Number>(value));
  return bytes;
}

Bytes text(std::string_view value) {
  const auto bytes = as_bytes(value);
  return {bytes.begin(), bytes.end()};
}

Bytes words(std::uint64_t seed, std::size_t least, std::size_t most) {
  std::string value;
  while (value.size() < least + noise(seed) % (most - least + 1)) {
    value += static_cast<char>('a' + noise(seed + value.size()) % 26);
  }
  return text(value);
}

Bytes int_array(std::uint64_t seed) {
  Bytes bytes;
  const auto count = static_cast<std::int32_t>(1 + noise(seed) % 8);
  for (const std::int32_t word : {1, 0, static_cast<std::int32_t>(oid::kInt4), count, 1}) put(bytes, word);
  for (std::int32_t i = 0; i < count; ++i) put_value(bytes, number<std::int32_t>(noise(seed + 1)));
  return bytes;
}

Bytes record(std::uint64_t seed) {
  Bytes bytes;
  put(bytes, std::int32_t{2});
  put(bytes, std::uint32_t{oid::kInt4});
  put_value(bytes, number<std::int32_t>(noise(seed)));
  put(bytes, std::uint32_t{oid::kText});
  put_value(bytes, words(seed, 4, 12));
  return bytes;
}

Bytes range(std::uint64_t seed) {
  Bytes bytes = {std::byte{0x02}};
  put_value(bytes, number<std::int32_t>(noise(seed) % 1000));
  put_value(bytes, number<std::int32_t>(1000 + noise(seed) % 1000));
  return bytes;
}

struct Case {
  std::string name;
  PgType type;
  types::TypeChoice choice;
  Bytes (*value)(std::uint64_t seed);
};

std::vector<Case> cases() {
  const auto numeric_type = [](int precision, int scale) {
    return PgType{.oid = oid::kNumeric, .typmod = ((precision << 16) | scale) + 4, .name = "numeric"};
  };
  const PgType int4{.oid = oid::kInt4, .name = "integer"};
  const PgType text_type{.oid = oid::kText, .name = "text"};
  const PgType inet{.oid = 869, .name = "inet"};
  const PgType pair{
      .oid = 20000, .kind = PgKind::Composite, .name = "pair", .attributes = {{"n", int4}, {"t", text_type}}};
  const PgType host{.oid = 20001,
                    .kind = PgKind::Composite,
                    .name = "host",
                    .attributes = {{"n", int4}, {"address", inet}}};
  const auto price = [](std::uint64_t i) {
    return numeric(noise(i) % 100'000'000'000, 2, noise(i) % 8 == 0);
  };
  const auto timestamp = [](std::uint64_t i) {
    return number<std::int64_t>(757'382'400'000'000 + noise(i) % 100'000'000'000'000);
  };
  return {
      {"boolean",
       {.oid = oid::kBool},
       {},
       [](std::uint64_t i) { return number<std::uint8_t>(noise(i) % 2); }},
      {"integer", int4, {}, [](std::uint64_t i) { return number<std::int32_t>(noise(i)); }},
      {"bigint", {.oid = oid::kInt8}, {}, [](std::uint64_t i) { return number<std::int64_t>(noise(i)); }},
      {"double precision",
       {.oid = oid::kFloat8},
       {},
       [](std::uint64_t i) { return number<std::int64_t>(noise(i) >> 2U); }},
      {"numeric(15,2)", numeric_type(15, 2), {}, price},
      {"numeric(38,10)",
       numeric_type(38, 10),
       {},
       [](std::uint64_t i) { return numeric(noise(i) % 1'000'000'000'000'000, 10, false); }},
      {"numeric, as text", {.oid = oid::kNumeric, .name = "numeric"}, {}, price},
      {"date",
       {.oid = oid::kDate},
       {},
       [](std::uint64_t i) { return number<std::int32_t>(noise(i) % 10000); }},
      {"timestamp", {.oid = oid::kTimestamp}, {}, timestamp},
      {"timestamptz, millis_floor", {.oid = oid::kTimestamptz}, {.as = "millis_floor"}, timestamp},
      {"time, as text",
       {.oid = oid::kTime},
       {},
       [](std::uint64_t i) { return number<std::int64_t>(noise(i) % kMicrosPerDay); }},
      {"text, 4 to 30 bytes", text_type, {}, [](std::uint64_t i) { return words(i, 4, 30); }},
      {"uuid",
       {.oid = oid::kUuid},
       {},
       [](std::uint64_t i) {
         Bytes bytes = number<std::int64_t>(noise(i));
         put(bytes, noise(i + 1));
         return bytes;
       }},
      {"integer[], 1 to 8", {.oid = 1007, .kind = PgKind::Array, .element = {int4}}, {}, int_array},
      {"composite (integer, text)", pair, {}, record},
      {"int4range", {.oid = 3904, .kind = PgKind::Range, .element = {int4}}, {}, range},
      {"composite (integer, inet), from text",
       host,
       {},
       [](std::uint64_t i) {
         return text(fmt::format("({},10.0.{}.{})", noise(i) % 100000, i % 256, i / 256));
       }},
  };
}

struct Measured {
  double nanoseconds;
  std::size_t allocations;
};

Measured measure(const Case& c, int rounds) {
  Bytes wire;
  std::vector<std::size_t> places;
  for (std::size_t row = 0; row < kRows; ++row) {
    put(wire, static_cast<std::int16_t>(kColumns));
    for (std::size_t i = 0; i < kColumns; ++i) {
      if (i == 0) places.push_back(wire.size());
      put_value(wire, c.value(row * kColumns + i));
    }
  }
  std::vector<types::WireValue> values;
  for (const std::size_t place : places) values.emplace_back(wire.data() + place);

  const types::TypeMapping mapping = types::map_type(c.type, {}, c.choice).value();
  const types::DecoderPtr decoder = types::make_copy_decoder(c.type, mapping, {});
  columnar::Column column({.name = "c", .type = mapping.column});
  const auto decode = [&] {
    column.clear();
    if (const auto decoded = decoder->decode(values, column); !decoded) {
      fmt::print(stderr, "{}: {}\n", c.name, types::to_string(decoded.error().problem));
      std::exit(1);
    }
  };
  decode();                              // so that column and decoder have room
  constexpr std::size_t kRepeats = 256;  // a million values
  std::vector<double> seconds;
  const std::size_t before = allocations;
  for (std::size_t i = 0; i < kRepeats; ++i) decode();
  const std::size_t asked = allocations - before;
  for (int round = 0; round < rounds; ++round) {
    const double started = cpu_seconds();
    for (std::size_t i = 0; i < kRepeats; ++i) decode();
    seconds.push_back(cpu_seconds() - started);
  }
  std::ranges::sort(seconds);
  return {.nanoseconds = seconds[seconds.size() / 2] * 1e9 / (kRepeats * kRows), .allocations = asked};
}

}  // namespace
}  // namespace pg2athena::bench

int main(int argc, char** argv) {
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 0;  // NOLINT(cert-err34-c): 0 is wrong, too
  if (rounds <= 0) {
    fmt::print(stderr, "usage: decode_bench ROUNDS\n");
    return 2;
  }
  for (const auto& c : pg2athena::bench::cases()) {
    const auto measured = pg2athena::bench::measure(c, rounds);
    fmt::print("{{\"type\": \"{}\", \"ns\": {:.3f}, \"allocations\": {}}}\n", c.name, measured.nanoseconds,
               measured.allocations);
    std::fflush(stdout);
  }
  return 0;
}
