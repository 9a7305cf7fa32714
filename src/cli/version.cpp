#include "cli/version.h"

#include <algorithm>
#include <vector>

#include <CLI/Version.hpp>
#include <fmt/format.h>
#include <libdeflate.h>
#include <libpq-fe.h>
#include <lz4.h>
#include <nlohmann/json.hpp>
#include <snappy-stubs-public.h>
#include <spdlog/version.h>
#include <xxhash.h>
#include <zstd.h>

namespace pg2athena::cli {
namespace {

std::string dotted(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}
// 10900 is 1.9.0: how fmt, xxHash and others number themselves.
std::string of_number(unsigned number) {
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}
// 150004 is 15.4 (PQlibVersion).
std::string of_postgresql(int number) {
  return fmt::format("{}.{}", number / 10000, number % 10000);
}

// A library is asked for the version that runs; where it doesn't say, it is the one of the build.
std::vector<Component> components() {
  std::vector<Component> all = {
      {"libpq", of_postgresql(PQlibVersion())},
      {"zstd", ZSTD_versionString()},
      {"snappy", dotted(SNAPPY_MAJOR, SNAPPY_MINOR, SNAPPY_PATCHLEVEL)},
      {"lz4", LZ4_versionString()},
      {"libdeflate", LIBDEFLATE_VERSION_STRING},
      {"xxHash", of_number(XXH_versionNumber())},
      {"fmt", of_number(FMT_VERSION)},
      {"spdlog", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
      {"nlohmann-json",
       dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
      {"CLI11", CLI11_VERSION},
      {"yaml-cpp", PG2ATHENA_YAML_CPP_VERSION},
      {"compiler", PG2ATHENA_COMPILER},
      {"build", PG2ATHENA_BUILD_TYPE},
  };
  const std::vector<Component> of_aws = aws_components();
  all.insert(all.begin() + 1, of_aws.begin(), of_aws.end());
  return all;
}

}  // namespace

std::string program_version() {
  return PG2ATHENA_VERSION;
}

std::string version_text() {
  std::size_t width = 0;
  for (const Component& component : components()) width = std::max(width, component.name.size());
  std::string text = fmt::format("pg2athena {}", program_version());
  for (const Component& component : components()) {
    text += fmt::format("\n  {:<{}}  {}", component.name, width, component.version);
  }
  return text;
}

}  // namespace pg2athena::cli
