// bench/s3's program: one file to one object, as the export uploads what its writer makes.
//
//   s3_upload_bench FILE s3://bucket/prefix KEY MEMORY_MIB
//
// Endpoint, region, CA and credentials are the environment's. Prints the seconds of the upload, and the CPU
// seconds of the process meanwhile.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "aws/session.h"
#include "storage/s3_store.h"

namespace pg2athena {
namespace {

// The writer hands over pages; a piece is about as much.
constexpr std::size_t kPiece = std::size_t{256} << 10U;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Result<void> copy(std::ifstream& file, ByteSink& sink) {
  std::vector<char> piece(kPiece);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto read = static_cast<std::size_t>(file.gcount());
    PG2ATHENA_TRY(sink.write(std::as_bytes(std::span(piece).first(read))));
  }
  if (!file.eof()) return fail(ErrorKind::Storage, "the file can't be read");
  return {};
}

Result<void> upload(const char* path, const char* location, const char* key, std::uint64_t memory) {
  Cancellation stop;
  PG2ATHENA_ASSIGN(const auto session, aws::Session::open({}, stop));
  PG2ATHENA_ASSIGN(const auto place, storage::S3Location::parse(location));
  PG2ATHENA_ASSIGN(const auto store, storage::S3Store::open(session->parts(), session->credentials(),
                                                            {.location = place}, session->region(), {}));
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::NotFound, fmt::format("no file {}", path));
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  PG2ATHENA_ASSIGN(const auto object, store->start_upload(key, {.memory_bytes = memory}));
  PG2ATHENA_TRY(copy(file, *object));
  PG2ATHENA_TRY(object->complete());
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  fmt::print("{:.3f} {:.3f}\n", wall.count(), cpu_seconds() - cpu);
  return {};
}

}  // namespace
}  // namespace pg2athena

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("s3_upload_bench FILE s3://bucket/prefix KEY MEMORY_MIB\n", stderr);
    return 2;
  }
  try {
    const std::uint64_t memory = std::strtoull(argv[4], nullptr, 10) << 20U;
    if (const auto done = pg2athena::upload(argv[1], argv[2], argv[3], memory); !done) {
      fmt::print(stderr, "{}\n", done.error().describe());
      return 1;
    }
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 1;
  }
  return 0;
}
