// Thrift's compact protocol (thrift/doc/specs/thrift-compact-protocol.md), as much of it as Parquet's
// metadata needs.
//
// A struct is described once, by a function template that names each field with its id:
//
//   template <typename Archive>
//   void describe(Archive& archive, IsA<PageHeader> auto& page) { archive.field(1, page.type); … }
//
// A CompactWriter walks the description to write, a CompactReader (thrift_compact_reader.h) walks the same
// one to read. A type that has another form in the file says so with a WireForm.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "parquet/encoding/varint.h"

namespace pg2athena::parquet {

// A Struct, or a const one: what a description is of.
template <typename T, typename Struct>
concept IsA = std::same_as<std::remove_const_t<T>, Struct>;

// A struct without fields, of which Parquet's unions are made.
struct EmptyStruct {
  bool operator==(const EmptyStruct&) const = default;
};
template <typename Archive>
void describe(Archive& /*archive*/, IsA<EmptyStruct> auto& /*nothing*/) {}

// Specialised for a type that is not described itself:
//
//   using Form = …;                                        what is described
//   static Form of(const T& value);
//   static bool read(Form&& form, T& value);               false: there is no such value
template <typename T>
struct WireForm;
template <typename T>
concept HasWireForm = requires { typename WireForm<T>::Form; };

enum class WireType : std::uint8_t {
  True = 1,
  False = 2,
  I8 = 3,
  I16 = 4,
  I32 = 5,
  I64 = 6,
  Double = 7,
  Binary = 8,
  List = 9,
  Set = 10,
  Map = 11,
  Struct = 12,
  Uuid = 13,
};

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

template <typename T>
constexpr WireType wire_type() {
  if constexpr (HasWireForm<T>)
    return wire_type<typename WireForm<T>::Form>();
  else if constexpr (std::same_as<T, bool>)
    return WireType::True;  // a list's element type for either
  else if constexpr (std::is_enum_v<T> || std::same_as<T, std::int32_t>)
    return WireType::I32;
  else if constexpr (std::same_as<T, std::int8_t>)
    return WireType::I8;
  else if constexpr (std::same_as<T, std::int16_t>)
    return WireType::I16;
  else if constexpr (std::same_as<T, std::int64_t>)
    return WireType::I64;
  else if constexpr (std::same_as<T, std::string>)
    return WireType::Binary;
  else if constexpr (IsVector<T>::value)
    return WireType::List;
  else
    return WireType::Struct;
}

class CompactWriter {
 public:
  explicit CompactWriter(ByteBuffer& out) : out_(&out) {}

  // A whole struct, its end included.
  template <typename T>
  void structure(const T& value) {
    const std::int16_t outer = last_id_;
    last_id_ = 0;
    describe(*this, value);
    out_->push_back(std::byte{0});  // STOP
    last_id_ = outer;
  }

  // A field of the struct that is being described; ids ascend. An absent optional writes nothing.
  template <typename T>
  void field(std::int16_t id, const T& value) {
    if constexpr (std::same_as<T, bool>) {
      field_header(id, value ? WireType::True : WireType::False);
    } else {
      field_header(id, wire_type<T>());
      element(value);
    }
  }
  template <typename T>
  void field(std::int16_t id, const std::optional<T>& value) {
    if (value.has_value()) field(id, *value);
  }
  // An optional list: one without elements writes nothing.
  template <typename T>
  void list_field(std::int16_t id, const std::vector<T>& values) {
    if (!values.empty()) field(id, values);
  }
  // A field that is always written, and that a reader can do without.
  template <typename T>
  void field_with_default(std::int16_t id, const T& value) {
    field(id, value);
  }

 private:
  template <typename T>
  void element(const T& value) {
    if constexpr (HasWireForm<T>) {
      element(WireForm<T>::of(value));
    } else if constexpr (std::same_as<T, bool>) {
      out_->push_back(static_cast<std::byte>(value ? WireType::True : WireType::False));
    } else if constexpr (std::is_enum_v<T>) {
      append_zigzag(static_cast<std::int32_t>(value), *out_);
    } else if constexpr (std::same_as<T, std::int8_t>) {
      out_->push_back(static_cast<std::byte>(value));
    } else if constexpr (std::integral<T>) {
      append_zigzag(value, *out_);
    } else if constexpr (std::same_as<T, std::string>) {
      append_varint(value.size(), *out_);
      out_->append(as_bytes(value));
    } else if constexpr (IsVector<T>::value) {
      list_header(value.size(), wire_type<typename T::value_type>());
      for (const auto& each : value) element(static_cast<const typename T::value_type&>(each));
    } else {
      structure(value);
    }
  }

  void field_header(std::int16_t id, WireType type);
  void list_header(std::size_t size, WireType type);

  ByteBuffer* out_;
  std::int16_t last_id_ = 0;
};

}  // namespace pg2athena::parquet
