// The memory that a run may take, counted. Every big buffer belongs to a reservation; who can't have more has
// to make do: a worker closes its row group.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/error.h"

namespace pg2athena {

class MemoryBudget;

// Bytes taken from a budget, given back on destruction. Belongs to one thread.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  std::uint64_t bytes() const { return bytes_; }
  // Takes or gives back the difference. False, and nothing changed, when the budget has no more.
  bool resize(std::uint64_t bytes);

 private:
  friend class MemoryBudget;
  Reservation(MemoryBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}

  MemoryBudget* budget_ = nullptr;
  std::uint64_t bytes_ = 0;
};

// Outlives its reservations. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Internal when there is no more: whoever plans has to know what fits.
  Result<Reservation> reserve(std::uint64_t bytes);

  std::uint64_t limit() const { return limit_; }
  std::uint64_t reserved() const;
  // The most that was reserved at once.
  std::uint64_t peak() const;

 private:
  friend class Reservation;
  bool exchange(std::uint64_t old_bytes, std::uint64_t new_bytes);

  const std::uint64_t limit_;
  mutable std::mutex mutex_;
  std::uint64_t reserved_ = 0;
  std::uint64_t peak_ = 0;
};

}  // namespace pg2athena
