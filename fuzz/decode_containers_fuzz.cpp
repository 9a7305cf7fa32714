// The decoders of values that contain others, in their binary form: arrays, composites, ranges, multiranges.
#include "decode_values.h"

namespace {

using namespace pg2athena::fuzz;
using pg2athena::types::PgType;
namespace oid = pg2athena::types::oid;

std::vector<PgType> containers() {
  const PgType int4 = named(oid::kInt4, "integer");
  const PgType text = named(oid::kText, "text");
  const PgType date = named(oid::kDate, "date");
  const PgType numeric = named(oid::kNumeric, "numeric");
  const PgType pair = composite_of({int4, text});
  return {array_of(int4),
          array_of(text),
          array_of(numeric),
          array_of(array_of(int4)),
          pair,
          array_of(pair),
          composite_of({array_of(date), pair, range_of(date), numeric}),
          range_of(int4),
          range_of(date),
          range_of(text),
          range_of(numeric),
          array_of(range_of(named(oid::kTimestamptz, "timestamptz"))),
          multirange_of(int4),
          multirange_of(date),
          composite_of({multirange_of(numeric)})};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<PgType> all = containers();
  decode_one(all, {data, size});
  return 0;
}
