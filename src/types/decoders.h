// The decoders that the type table names. Each function makes one for a column, or for a part of one.
#pragma once

#include <memory>

#include "columnar/schema.h"
#include "types/copy_decoder.h"
#include "types/pg_type.h"

namespace pg2athena::types {

struct TypeMapping;

using DecoderPtr = std::unique_ptr<CopyDecoder>;

// What a decoder is for. Only looked at while it is made.
struct DecoderContext {
  const PgType& type;
  const TypeMapping& mapping;
  const DecoderOptions& options;
};

// fixed_decoder.cpp: booleans, integers, floating point; money as its smallest unit.
DecoderPtr make_boolean_decoder(const DecoderContext& context);
DecoderPtr make_int16_decoder(const DecoderContext& context);
DecoderPtr make_int32_decoder(const DecoderContext& context);
DecoderPtr make_int64_decoder(const DecoderContext& context);
DecoderPtr make_oid_decoder(const DecoderContext& context);
DecoderPtr make_float32_decoder(const DecoderContext& context);
DecoderPtr make_float64_decoder(const DecoderContext& context);
DecoderPtr make_money_decoder(const DecoderContext& context);

// time_decoder.cpp: dates, timestamps, times of day; the latter also as PostgreSQL prints them.
DecoderPtr make_date_decoder(const DecoderContext& context);
DecoderPtr make_timestamp_decoder(const DecoderContext& context);
DecoderPtr make_timestamp_millis_floor_decoder(const DecoderContext& context);
DecoderPtr make_time_decoder(const DecoderContext& context);
DecoderPtr make_timetz_decoder(const DecoderContext& context);
DecoderPtr make_time_to_text_decoder(const DecoderContext& context);
DecoderPtr make_timetz_to_text_decoder(const DecoderContext& context);
DecoderPtr make_date_text_decoder(const DecoderContext& context);
DecoderPtr make_timestamp_text_decoder(const DecoderContext& context);
DecoderPtr make_timestamp_millis_floor_text_decoder(const DecoderContext& context);

// numeric_decoder.cpp: numeric to a decimal of the column's precision and scale, or to its exact text.
DecoderPtr make_decimal_decoder(const DecoderContext& context);
DecoderPtr make_numeric_text_decoder(const DecoderContext& context);

// bytes_decoder.cpp: bytes as they are (text, bytea, json, enum labels, output text), jsonb without its
// version byte, uuid as 36 characters.
DecoderPtr make_text_decoder(const DecoderContext& context);
DecoderPtr make_binary_decoder(const DecoderContext& context);
DecoderPtr make_jsonb_decoder(const DecoderContext& context);
DecoderPtr make_uuid_decoder(const DecoderContext& context);

// list_decoder.cpp: arrays of one dimension, multiranges, and pgvector's vectors become lists; hstore a map.
DecoderPtr make_array_decoder(const DecoderContext& context);
DecoderPtr make_array_text_decoder(const DecoderContext& context);
DecoderPtr make_multirange_decoder(const DecoderContext& context);
DecoderPtr make_multirange_text_decoder(const DecoderContext& context);

// struct_decoder.cpp: composites, ranges, and intervals as structs.
DecoderPtr make_composite_decoder(const DecoderContext& context);
DecoderPtr make_composite_text_decoder(const DecoderContext& context);
DecoderPtr make_range_decoder(const DecoderContext& context);
DecoderPtr make_range_text_decoder(const DecoderContext& context);
DecoderPtr make_interval_decoder(const DecoderContext& context);

// extension_decoder.cpp: types that extensions bring: hstore, pgvector's vector, PostGIS's geometry and
// geography.
DecoderPtr make_hstore_decoder(const DecoderContext& context);
DecoderPtr make_vector_decoder(const DecoderContext& context);
DecoderPtr make_wkb_decoder(const DecoderContext& context);
DecoderPtr make_ewkb_decoder(const DecoderContext& context);
DecoderPtr make_hstore_text_decoder(const DecoderContext& context);
DecoderPtr make_vector_text_decoder(const DecoderContext& context);
DecoderPtr make_wkb_text_decoder(const DecoderContext& context);
DecoderPtr make_ewkb_text_decoder(const DecoderContext& context);

// text_value_decoder.cpp: values from the text that their output functions print, for what stands inside of a
// container's text.
DecoderPtr make_boolean_text_decoder(const DecoderContext& context);
DecoderPtr make_int16_text_decoder(const DecoderContext& context);
DecoderPtr make_int32_text_decoder(const DecoderContext& context);
DecoderPtr make_int64_text_decoder(const DecoderContext& context);
DecoderPtr make_float32_text_decoder(const DecoderContext& context);
DecoderPtr make_float64_text_decoder(const DecoderContext& context);
DecoderPtr make_decimal_text_decoder(const DecoderContext& context);
DecoderPtr make_bytea_text_decoder(const DecoderContext& context);

}  // namespace pg2athena::types
