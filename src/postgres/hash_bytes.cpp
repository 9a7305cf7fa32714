#include "postgres/hash_bytes.h"

#include <bit>
#include <cstring>

namespace pg2athena::postgres {
namespace {

constexpr std::size_t kBlock = 12;

struct State {
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t c;

  void add(const std::byte* block) {
    std::uint32_t words[3];
    std::memcpy(words, block, sizeof words);
    a += words[0];
    b += words[1];
    c += words[2];
  }
  // mix() of hashfn.c.
  void mix() {
    step(a, c, b, 4);
    step(b, a, c, 6);
    step(c, b, a, 8);
    step(a, c, b, 16);
    step(b, a, c, 19);
    step(c, b, a, 4);
  }
  // final() of hashfn.c.
  void finish() {
    end(c, b, 14);
    end(a, c, 11);
    end(b, a, 25);
    end(c, b, 16);
    end(a, c, 4);
    end(b, a, 14);
    end(c, b, 24);
  }

 private:
  static void step(std::uint32_t& x, std::uint32_t& y, std::uint32_t z, int bits) {
    x -= y;
    x ^= std::rotl(y, bits);
    y += z;
  }
  static void end(std::uint32_t& x, std::uint32_t y, int bits) {
    x ^= y;
    x -= std::rotl(y, bits);
  }
};

}  // namespace

std::uint64_t hash_bytes(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kInitial = 0x9e3779b9U + 3923095U;
  const std::uint32_t start = kInitial + static_cast<std::uint32_t>(bytes.size());
  State state{.a = start, .b = start, .c = start};
  for (; bytes.size() >= kBlock; bytes = bytes.subspan(kBlock)) {
    state.add(bytes.data());
    state.mix();
  }
  // The lowest byte of c stands for the length, which is in `start`: the last four of eleven bytes begin with
  // the second.
  std::byte last[kBlock] = {};
  constexpr std::size_t kBeforeC = 8;
  for (std::size_t i = 0; i < bytes.size(); ++i) last[i < kBeforeC ? i : i + 1] = bytes[i];
  state.add(last);
  state.finish();
  return (std::uint64_t{state.b} << 32U) | state.c;
}

}  // namespace pg2athena::postgres
