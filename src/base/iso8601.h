// Dates and times as ISO 8601 and its profile RFC 3339 write them.
//
//   date       2026-01-31     0000-12-31     -000043-03-15     +010000-01-01
//   timestamp  2026-01-31T03:00:00.125
//   instant    2026-01-31T03:00:00.125Z      2026-01-31T08:30:00.125+05:30
//   RFC 3339   an instant of the years 0000 … 9999
//
// Years are astronomical: 0000 is 1 BC. Those from 0000 to 9999 have four digits and no sign, all others are
// in the expanded form: a sign and at least six digits. Writing is in upper case and in UTC, with a fraction
// as short as it can be. Parsing takes extended formats alone ("20260131" is refused), complete ones ("03:00"
// is), and only days and times that exist: no leap second, no 24:00, no "-000000". A fraction has a point and
// any number of digits, of which those behind the sixth must be zero. It allocates nothing and takes any
// bytes.
#pragma once

#include <string_view>

#include "base/civil_time.h"
#include "base/time_text.h"

namespace pg2athena {

// OutOfRange for infinities, which these forms don't have; with RFC 3339, for other years than 0000 … 9999.
TimeResult<TimeText> format_iso8601_date(Date date);
TimeResult<TimeText> format_iso8601_timestamp(Timestamp timestamp);
// The timestamp is in UTC: "…Z".
TimeResult<TimeText> format_iso8601_instant(Timestamp timestamp);
TimeResult<TimeText> format_rfc3339(Timestamp timestamp);

// Malformed, TooPrecise, and OutOfRange beyond what 32 bits of days and 64 bits of microseconds hold.
TimeResult<Date> parse_iso8601_date(std::string_view text);
// Without a zone.
TimeResult<Timestamp> parse_iso8601_timestamp(std::string_view text);
// With one: the result is in UTC. A zone has hours and minutes, "+05:30", up to 23:59; no "-00:00".
TimeResult<Timestamp> parse_iso8601_instant(std::string_view text);
// The same as RFC 3339 has it (section 5.6): "t" and "z" are as good as "T" and "Z", a blank isn't, and
// "-00:00" is a UTC whose local time isn't known. Its leap second is Malformed: no timestamp is it.
TimeResult<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace pg2athena
