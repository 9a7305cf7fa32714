#include "storage/content_digest.h"

#include <new>

#include <fmt/format.h>
#include <xxhash.h>

namespace pg2athena::storage {
namespace {

std::string hex_of(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

std::string digest_of(std::span<const std::byte> content) {
  return hex_of(XXH3_128bits(content.data(), content.size()));
}

void ContentDigest::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

ContentDigest::ContentDigest() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}

void ContentDigest::update(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

std::string ContentDigest::hex() const {
  return hex_of(XXH3_128bits_digest(state_.get()));
}

Result<void> DigestSink::write(std::span<const std::byte> bytes) {
  digest_.update(bytes);
  bytes_ += bytes.size();
  return next_.write(bytes);
}

}  // namespace pg2athena::storage
