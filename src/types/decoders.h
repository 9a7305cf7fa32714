// The decoders that the type table names. Each function makes one for a column.
#pragma once

#include <memory>

#include "columnar/schema.h"
#include "types/copy_decoder.h"
#include "types/pg_type.h"

namespace pg2athena::types {

using DecoderPtr = std::unique_ptr<CopyDecoder>;

// fixed_decoder.cpp: booleans, integers, floating point, dates and timestamps.
DecoderPtr make_boolean_decoder();
DecoderPtr make_int16_decoder();
DecoderPtr make_int32_decoder();
DecoderPtr make_int64_decoder();
DecoderPtr make_oid_decoder();
DecoderPtr make_float32_decoder();
DecoderPtr make_float64_decoder();
DecoderPtr make_date_decoder();
DecoderPtr make_timestamp_decoder();

// numeric_decoder.cpp: numeric to a decimal of the column's precision and scale, or to its exact text.
DecoderPtr make_decimal_decoder(const columnar::Type& type);
DecoderPtr make_numeric_text_decoder();

// bytes_decoder.cpp: bytes as they are (text, bytea, json, enum labels, output text), jsonb without its
// version byte, uuid as 36 characters.
DecoderPtr make_text_decoder(DecoderOptions options);
DecoderPtr make_binary_decoder();
DecoderPtr make_jsonb_decoder(DecoderOptions options);
DecoderPtr make_uuid_decoder();

// array_decoder.cpp: an array of one dimension to a list.
DecoderPtr make_array_decoder(Oid element, DecoderPtr element_decoder);

}  // namespace pg2athena::types
