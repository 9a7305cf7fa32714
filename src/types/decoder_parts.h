// What decoders share that are made of others, or make them.
#pragma once

#include <optional>

#include "base/int128.h"
#include "types/decoders.h"
#include "types/type_table.h"

namespace pg2athena::types {

inline ValuePolicy value_policy(const DecoderContext& context) {
  return {context.mapping.on_unrepresentable, context.options.coerced};
}

template <typename Codec>
DecoderPtr make_fixed(const DecoderContext& context, Codec codec = {}) {
  return std::make_unique<FixedDecoder<Codec>>(codec, value_policy(context));
}

template <typename Codec>
DecoderPtr make_variable(const DecoderContext& context, Codec codec = {}) {
  return std::make_unique<VariableDecoder<Codec>>(codec, value_policy(context));
}

// Codec<Held> has the members `precision` and `scale`, and makes decimals of them as Held, the column's
// storage.
template <template <typename> class Codec>
DecoderPtr make_decimal(const DecoderContext& context) {
  const columnar::Type& type = context.mapping.column;
  const auto make = [&]<typename Held>(Held) {
    return make_fixed(context, Codec<Held>{.precision = type.precision, .scale = type.scale});
  };
  switch (type.storage()) {
    case columnar::Storage::Int32:
      return make(std::int32_t{});
    case columnar::Storage::Int64:
      return make(std::int64_t{});
    default:
      return make(Int128{});
  }
}

// The decoder of the index-th part of a container: an array's element, a composite's attribute.
inline DecoderPtr make_part_decoder(const DecoderContext& context, std::size_t index = 0) {
  const PgType& type =
      context.type.kind == PgKind::Composite ? context.type.attributes[index].type : context.type.element[0];
  return make_copy_decoder(type, context.mapping.parts[index], context.options);
}

// What arrays and records say of a type's values.
inline Oid sent_oid(const PgType& type) {
  return type.sent_oid != 0 ? type.sent_oid : type.oid;
}

// Cuts a value with its length in front off the bytes that hold it. Nothing where they end too soon.
inline std::optional<WireValue> take_value(std::span<const std::byte>& bytes) {
  if (bytes.size() < sizeof(std::int32_t)) return std::nullopt;
  const WireValue value(bytes.data());
  const std::size_t length = value.is_null() ? 0 : static_cast<std::size_t>(value.length());
  if (value.length() < -1 || bytes.size() - sizeof(std::int32_t) < length) return std::nullopt;
  bytes = bytes.subspan(sizeof(std::int32_t) + length);
  return value;
}

}  // namespace pg2athena::types
