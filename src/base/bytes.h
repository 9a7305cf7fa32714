// Byte buffers and fixed-endian loads. PostgreSQL's wire is big-endian, Parquet's files are little-endian,
// and every machine that we build for is little-endian.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

namespace pg2athena {

static_assert(std::endian::native == std::endian::little, "pg2athena assumes a little-endian machine");

// The big-endian integer at `from`, which need not be aligned.
template <std::integral T>
T load_be(const void* from) {
  std::make_unsigned_t<T> value = 0;
  std::memcpy(&value, from, sizeof(T));
  if constexpr (sizeof(T) == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
  return static_cast<T>(value);
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A growing array of trivially copyable values. It differs from std::vector in what a hot loop cares about:
// new elements are left uninitialised, memory moves with realloc (the kernel moves large blocks without a
// copy), and clear() keeps the capacity.
template <typename T>
  requires std::is_trivially_copyable_v<T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)), size_(other.size_), capacity_(other.capacity_) {
    other.size_ = other.capacity_ = 0;
  }
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity_bytes() const { return capacity_ * sizeof(T); }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  T& back() { return data_.get()[size_ - 1]; }
  const T& back() const { return data_.get()[size_ - 1]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  std::span<T> span() { return {data(), size_}; }
  std::span<const T> span() const { return {data(), size_}; }

  void clear() { size_ = 0; }
  // Gives the memory back too.
  void release() {
    data_.reset();
    size_ = capacity_ = 0;
  }
  // Gives spare capacity back.
  void shrink_to_fit() {
    if (size_ == 0) return release();
    if (size_ == capacity_) return;
    // realloc() to less may fail only by keeping the block as it is.
    void* const memory = std::realloc(static_cast<void*>(data_.get()), size_ * sizeof(T));
    if (memory == nullptr) return;
    static_cast<void>(data_.release());
    data_.reset(static_cast<T*>(memory));
    capacity_ = size_;
  }

  void reserve(std::size_t wanted) {
    if (wanted > capacity_) grow(wanted);
  }
  // New elements are uninitialised.
  void resize(std::size_t size) {
    reserve(size);
    size_ = size;
  }
  // Room for `count` more elements at the end, uninitialised; returns where they start.
  T* extend(std::size_t count) {
    reserve(size_ + count);
    T* const start = data_.get() + size_;
    size_ += count;
    return start;
  }
  void push_back(T value) {
    if (size_ == capacity_) grow(size_ + 1);
    data_.get()[size_++] = value;
  }
  void append(const T* from, std::size_t count) {
    if (count != 0) std::memcpy(static_cast<void*>(extend(count)), from, count * sizeof(T));
  }
  void append(std::span<const T> values) { append(values.data(), values.size()); }
  // Moves what is there behind `values`, in place.
  void prepend(std::span<const T> values) {
    extend(values.size());
    std::memmove(static_cast<void*>(data() + values.size()), data(), (size_ - values.size()) * sizeof(T));
    if (!values.empty()) std::memcpy(static_cast<void*>(data()), values.data(), values.size_bytes());
  }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(static_cast<void*>(memory)); }
  };

  void grow(std::size_t wanted) {
    const std::size_t doubled = capacity_ + capacity_ / 2 + 64 / sizeof(T) + 1;
    const std::size_t capacity = wanted > doubled ? wanted : doubled;
    T* const old = data_.release();
    void* const memory = std::realloc(static_cast<void*>(old), capacity * sizeof(T));
    if (memory == nullptr) {
      data_.reset(old);
      throw std::bad_alloc();
    }
    data_.reset(static_cast<T*>(memory));
    capacity_ = capacity;
  }

  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

using ByteBuffer = Buffer<std::byte>;

// Appends the little-endian bytes of a number.
template <typename T>
  requires std::is_arithmetic_v<T>
void append_le(ByteBuffer& out, T value) {
  out.append(reinterpret_cast<const std::byte*>(&value), sizeof(T));
}

}  // namespace pg2athena
