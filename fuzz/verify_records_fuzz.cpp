// Any bytes as what `verify` reads besides receipts and files: a run's plan, and Athena's answers. An Error
// that blames them, or what they say.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "catalog/athena_count.h"
#include "pipeline/verify/run_facts.h"

namespace {

using namespace pg2athena;

template <typename T>
void require_blame(const Result<T>& result) {
  if (!result && result.error().kind() != ErrorKind::CorruptInput) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  require_blame(pipeline::planned_shards(text, "R"));
  const auto answer = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) return 0;
  require_blame(catalog::read_query_state(answer));
  const auto counts = catalog::read_counts(answer, 1);
  require_blame(counts);
  if (counts && counts->values.size() != 1) std::abort();
  return 0;
}
