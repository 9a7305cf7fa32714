// Values that contain others and travel as text, since a part has no binary form: arrays, composites, ranges
// and multiranges are taken apart, and every type is read from the text that its output function prints.
#include "decode_values.h"

namespace {

using namespace pg2athena::fuzz;
using pg2athena::types::PgType;
namespace oid = pg2athena::types::oid;

std::vector<PgType> texts() {
  const PgType inet = named(869, "inet");
  PgType box = named(603, "box");
  box.delimiter = ';';
  std::vector<PgType> all = {array_of(inet),
                             array_of(box),
                             range_of(inet),
                             multirange_of(inet),
                             array_of(composite_of({inet, named(oid::kInt4, "integer")})),
                             composite_of({range_of(named(oid::kDate, "date")), inet}),
                             composite_of({array_of(named(oid::kNumeric, "numeric")), inet}),
                             composite_of({multirange_of(named(oid::kTimestamptz, "timestamptz")), inet}),
                             composite_of({composite_of({array_of(named(oid::kText, "text"))}), inet})};
  for (const PgType& scalar : scalars()) all.push_back(composite_of({scalar, inet}));
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<PgType> all = texts();
  decode_one(all, {data, size});
  return 0;
}
