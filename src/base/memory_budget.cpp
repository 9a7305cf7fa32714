#include "base/memory_budget.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/quantity.h"

namespace pg2athena {

Reservation::Reservation(Reservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Reservation::~Reservation() {
  if (budget_ != nullptr) budget_->exchange(bytes_, 0);
}

bool Reservation::resize(std::uint64_t bytes) {
  if (budget_ == nullptr || !budget_->exchange(bytes_, bytes)) return false;
  bytes_ = bytes;
  return true;
}

Result<Reservation> MemoryBudget::reserve(std::uint64_t bytes) {
  if (exchange(0, bytes)) return Reservation(*this, bytes);
  return fail(ErrorKind::Internal,
              fmt::format("{} of memory are asked for where {} of {} are taken", mebibytes_text(bytes),
                          mebibytes_text(reserved()), mebibytes_text(limit_)));
}

std::uint64_t MemoryBudget::reserved() const {
  const std::lock_guard lock(mutex_);
  return reserved_;
}

std::uint64_t MemoryBudget::peak() const {
  const std::lock_guard lock(mutex_);
  return peak_;
}

bool MemoryBudget::exchange(std::uint64_t old_bytes, std::uint64_t new_bytes) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t others = reserved_ - old_bytes;
  if (new_bytes > old_bytes && (others > limit_ || new_bytes > limit_ - others)) return false;
  reserved_ = others + new_bytes;
  peak_ = std::max(peak_, reserved_);
  return true;
}

}  // namespace pg2athena
