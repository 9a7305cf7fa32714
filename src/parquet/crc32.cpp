// Eight bytes at a time by tables; 64 at a time by carry-less multiplication where the CPU has it, which is
// about ten times as fast and matters: every byte of the file passes through here.
#include "parquet/crc32.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pg2athena::parquet {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0xEDB88320U;
constexpr std::size_t kSlices = 8;

// kTables[k][b]: the CRC of byte b followed by k zero bytes.
constexpr auto kTables = [] {
  std::array<std::array<std::uint32_t, 256>, kSlices> tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kReflectedPolynomial : 0U);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < kSlices; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      const std::uint32_t before = tables[k - 1][b];
      tables[k][b] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}();

// `state` is the CRC register, neither inverted before nor after.
std::uint32_t update_by_tables(std::uint32_t state, const std::byte* at, std::size_t count) {
  for (; count >= kSlices; at += kSlices, count -= kSlices) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word ^= state;
    state = kTables[7][word & 0xFFU] ^ kTables[6][(word >> 8U) & 0xFFU] ^ kTables[5][(word >> 16U) & 0xFFU] ^
            kTables[4][(word >> 24U) & 0xFFU] ^ kTables[3][(word >> 32U) & 0xFFU] ^
            kTables[2][(word >> 40U) & 0xFFU] ^ kTables[1][(word >> 48U) & 0xFFU] ^ kTables[0][word >> 56U];
  }
  for (; count != 0; ++at, --count) {
    state = (state >> 8U) ^ kTables[0][(state ^ std::to_integer<std::uint32_t>(*at)) & 0xFFU];
  }
  return state;
}

#if defined(__x86_64__)

constexpr std::size_t kFoldBytes = 64;

// Folding, after Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction"
// (Intel, 2009): four registers of 16 bytes each are moved 64 bytes along the message per round, by
// multiplying their halves with x^(512+32) and x^(512-32) modulo the polynomial, bits reflected. In the end
// they are folded into one, whose 16 bytes have the CRC of the whole message; the tables finish those.
// `count` is at least kFoldBytes.
__attribute__((target("pclmul,sse2"))) std::uint32_t update_by_folding(std::uint32_t state,
                                                                       const std::byte* at,
                                                                       std::size_t count) {
  const auto load = [](const std::byte* from) __attribute__((target("pclmul,sse2"), always_inline)) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  const auto fold = [](__m128i value, __m128i constants, __m128i next)
                        __attribute__((target("pclmul,sse2"), always_inline)) {
                          const __m128i low = _mm_clmulepi64_si128(value, constants, 0x00);
                          const __m128i high = _mm_clmulepi64_si128(value, constants, 0x11);
                          return _mm_xor_si128(_mm_xor_si128(low, high), next);
                        };
  const __m128i by_four = _mm_set_epi64x(0x1C6E41596, 0x154442BD4);
  const __m128i by_one = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0);

  __m128i a = _mm_xor_si128(load(at), _mm_cvtsi32_si128(static_cast<int>(state)));
  __m128i b = load(at + 16);
  __m128i c = load(at + 32);
  __m128i d = load(at + 48);
  for (at += kFoldBytes, count -= kFoldBytes; count >= kFoldBytes; at += kFoldBytes, count -= kFoldBytes) {
    a = fold(a, by_four, load(at));
    b = fold(b, by_four, load(at + 16));
    c = fold(c, by_four, load(at + 32));
    d = fold(d, by_four, load(at + 48));
  }
  const __m128i folded = fold(fold(fold(a, by_one, b), by_one, c), by_one, d);
  std::array<std::byte, sizeof folded> last{};
  std::memcpy(last.data(), &folded, sizeof folded);
  return update_by_tables(update_by_tables(0, last.data(), last.size()), at, count);
}

#endif

}  // namespace

std::uint32_t crc32_portable(std::span<const std::byte> bytes, std::uint32_t before) {
  return ~update_by_tables(~before, bytes.data(), bytes.size());
}

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
#if defined(__x86_64__)
  if (bytes.size() >= kFoldBytes && __builtin_cpu_supports("pclmul") != 0) {
    return ~update_by_folding(~before, bytes.data(), bytes.size());
  }
#endif
  return crc32_portable(bytes, before);
}

}  // namespace pg2athena::parquet
