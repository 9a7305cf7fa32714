// Dates and times as PostgreSQL prints them with DateStyle ISO: what composites, arrays and ranges carry as
// text. Facts are from EncodeDateOnly, EncodeTimeOnly, EncodeDateTime and EncodeTimezone in
// src/backend/utils/adt/datetime.c, and from EncodeSpecialDate in date.c.
//
//   date         2024-01-31          0044-03-15 BC      10000-01-01     infinity     -infinity
//   timestamp    2024-01-31 12:00:00.5    0001-12-31 23:59:59.5 BC      infinity     -infinity
//   timestamptz  2024-01-31 12:00:00+00   0044-03-15 00:00:00-00:01:15 BC   infinity
//   time         12:00:00.5          24:00:00
//   timetz       12:00:00.5+05:30    24:00:00-15:59:59
//
// Parsing takes these forms and nothing else, so that what it takes prints again as it was: no blanks, no
// digit too few or too many, no zeros at a fraction's end, no minutes of a zone that are zero, no "-00", no
// day or time that doesn't exist. It allocates nothing and takes any bytes.
#pragma once

#include <string_view>

#include "base/civil_time.h"
#include "base/time_text.h"

namespace pg2athena {

TimeText format_postgres_date(Date date);
TimeText format_postgres_timestamp(Timestamp timestamp);
// With TimeZone UTC: "+00".
TimeText format_postgres_timestamptz(Timestamp timestamp);
TimeText format_postgres_time(TimeOfDay time);
TimeText format_postgres_timetz(ZonedTimeOfDay time);

// Malformed. OutOfRange beyond PostgreSQL's range, and for timestamps later than 294247-01-10 04:00:54.775807
// UTC, which PostgreSQL has and microseconds since 1970 haven't.
TimeResult<Date> parse_postgres_date(std::string_view text);
TimeResult<Timestamp> parse_postgres_timestamp(std::string_view text);
// With any TimeZone; the result is in UTC.
TimeResult<Timestamp> parse_postgres_timestamptz(std::string_view text);
TimeResult<TimeOfDay> parse_postgres_time(std::string_view text);
TimeResult<ZonedTimeOfDay> parse_postgres_timetz(std::string_view text);

}  // namespace pg2athena
