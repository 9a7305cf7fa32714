// The other direction of thrift_compact.h: from bytes that anybody may have written.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "parquet/thrift_compact.h"

namespace pg2athena::parquet {

// Fills structs by their descriptions. Fields come in any order, and the last of several with one id counts;
// fields that aren't described are skipped. A described field of another type than the description's, a field
// that is missing though it is neither optional nor a list_field() nor has a default, and bytes that aren't
// the protocol's are failures.
//
// After a failure every further call does nothing. Memory is taken for what is there, never for what a length
// announces.
class CompactReader {
 public:
  explicit CompactReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // A whole struct, its end included.
  template <typename T>
  void structure(T& value);

  // Why it can't be read; empty as long as it can.
  std::string_view failure() const { return failure_; }
  // Bytes read.
  std::size_t position() const { return position_; }

 private:
  // Structs and lists within each other: many more than Parquet has.
  static constexpr int kDeepest = 64;

  // Takes the field that is there, if it is described.
  struct FieldVisitor {
    CompactReader* reader;
    std::int16_t id;
    WireType type;
    bool taken = false;

    template <typename T>
    void field(std::int16_t described, T& value) {
      if (described != id || taken) return;
      taken = true;
      reader->read_field(type, value);
    }
    template <typename T>
    void list_field(std::int16_t described, std::vector<T>& values) {
      field(described, values);
    }
    template <typename T>
    void field_with_default(std::int16_t described, T& value) {
      field(described, value);
    }
  };

  // Fails when a field that has to be there isn't.
  struct MissingVisitor {
    CompactReader* reader;
    std::uint64_t seen;  // a bit for each id

    template <typename T>
    void field(std::int16_t described, const T& /*value*/) {
      // Larger ids than these aren't in Parquet's structs.
      if (described >= std::numeric_limits<std::uint64_t>::digits) return;
      if (((seen >> static_cast<unsigned>(described)) & 1U) == 0) reader->fail_missing(described);
    }
    template <typename T>
    void field(std::int16_t /*described*/, const std::optional<T>& /*value*/) {}
    template <typename T>
    void list_field(std::int16_t /*described*/, const T& /*value*/) {}
    template <typename T>
    void field_with_default(std::int16_t /*described*/, const T& /*value*/) {}
  };

  struct FieldHeader {
    std::int16_t id = 0;
    WireType type = WireType::True;
  };

  template <typename T>
  void read_field(WireType type, T& value);
  template <typename T>
  void read_field(WireType type, std::optional<T>& value) {
    value.emplace();
    read_field(type, *value);
  }
  template <typename T>
  void element(T& value);
  template <typename T>
  void list(std::vector<T>& values);

  bool failed() const { return !failure_.empty(); }
  void fail(std::string_view why) {
    if (!failed()) failure_ = why;
  }
  void fail_missing(std::int16_t id);
  bool descend();

  // False: the struct's end, or a failure.
  bool field_header(FieldHeader& field);
  struct ListHeader {
    std::size_t size = 0;
    WireType type = WireType::True;
  };
  ListHeader list_header();
  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag(std::int64_t least, std::int64_t most);
  std::span<const std::byte> binary();
  void skip(WireType type, bool in_list);

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::string failure_;
  int depth_ = 0;
};

template <typename T>
void CompactReader::structure(T& value) {
  if (!descend()) return;
  std::uint64_t seen = 0;
  FieldHeader header;
  while (field_header(header)) {
    FieldVisitor visitor{.reader = this, .id = header.id, .type = header.type};
    describe(visitor, value);
    if (!visitor.taken) {
      skip(header.type, false);
    } else if (header.id >= 0 && header.id < std::numeric_limits<std::uint64_t>::digits) {
      seen |= std::uint64_t{1} << static_cast<unsigned>(header.id);
    }
  }
  if (!failed()) {
    MissingVisitor visitor{.reader = this, .seen = seen};
    describe(visitor, std::as_const(value));
  }
  --depth_;
}

template <typename T>
void CompactReader::read_field(WireType type, T& value) {
  if constexpr (std::same_as<T, bool>) {
    if (type != WireType::True && type != WireType::False)
      return fail("a field has another type than its own");
    value = type == WireType::True;
  } else {
    if (type != wire_type<T>()) return fail("a field has another type than its own");
    element(value);
  }
}

template <typename T>
void CompactReader::element(T& value) {
  if constexpr (HasWireForm<T>) {
    typename WireForm<T>::Form form{};
    element(form);
    if (!failed() && !WireForm<T>::read(std::move(form), value)) fail("a field contradicts another");
  } else if constexpr (std::same_as<T, bool>) {
    value = byte() == static_cast<std::uint8_t>(WireType::True);
  } else if constexpr (std::is_enum_v<T>) {
    // A value without a name stays what it is: whoever looks at it says that it is not known.
    value = static_cast<T>(
        zigzag(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
  } else if constexpr (std::same_as<T, std::int8_t>) {
    value = static_cast<std::int8_t>(byte());
  } else if constexpr (std::integral<T>) {
    value = static_cast<T>(zigzag(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  } else if constexpr (std::same_as<T, std::string>) {
    value = as_text(binary());
  } else if constexpr (IsVector<T>::value) {
    list(value);
  } else {
    structure(value);
  }
}

template <typename T>
void CompactReader::list(std::vector<T>& values) {
  values.clear();
  const ListHeader header = list_header();
  constexpr WireType kType = wire_type<T>();
  const bool same = header.type == kType || (kType == WireType::True && header.type == WireType::False);
  if (header.size != 0 && !same) fail("a list has elements of another type than its own");
  if (failed() || !descend()) return;
  for (std::size_t i = 0; i < header.size && !failed(); ++i) {
    T value{};
    element(value);
    values.push_back(std::move(value));
  }
  --depth_;
}

}  // namespace pg2athena::parquet
