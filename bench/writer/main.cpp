// Our half of bench/parquet: makes a data set, hands its memory to the other half, and writes it as often as
// it is told.
//
//   parquet_bench DATA ROWS FOLDER
//   parquet_bench --encodings ROUNDS    is what bench/parquet --encodings prints
//
// ROWS: 0 for the data set's own number. In FOLDER it leaves `buffers`, the bytes of all columns as they lie
// in memory, and `layout.json`, which says where. Then it prints a line, reads commands, a line each, and
// answers each with a line of JSON:
//
//   CODEC LEVEL PROFILE [FILE]    writes once, into FILE or nowhere; LEVEL 0 is the codec's own
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include "../clock.h"
#include "base/heap.h"
#include "data_sets.h"
#include "encodings.h"
#include "parquet/file_writer.h"

namespace {

double kernel_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_stime.tv_usec) * 1e-6;
}

double codec_seconds = 0;

}  // namespace

// The linker lets calls of ZSTD_compress2 come here (--wrap), so that the codec's own time is known.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
std::size_t __real_ZSTD_compress2(ZSTD_CCtx* context, void* to, std::size_t room, const void* from,
                                  std::size_t size);
std::size_t __wrap_ZSTD_compress2(ZSTD_CCtx* context, void* to, std::size_t room, const void* from,
                                  std::size_t size) {
  const double started = pg2athena::bench::cpu_seconds();
  const std::size_t result = __real_ZSTD_compress2(context, to, room, from, size);
  codec_seconds += pg2athena::bench::cpu_seconds() - started;
  return result;
}
// NOLINTEND(bugprone-reserved-identifier)
}

namespace pg2athena::bench {
namespace {

using parquet::Compression;

// Throws away what it takes, or keeps it in a file.
class CountingSink final : public ByteSink {
 public:
  explicit CountingSink(const std::string& path) {
    if (!path.empty()) file_.open(path, std::ios::binary);
  }
  Result<void> write(std::span<const std::byte> bytes) override {
    bytes_ += bytes.size();
    if (file_.is_open()) {
      file_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    return {};
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
  std::ofstream file_;
};

// Writes the buffers of columns one behind the other and describes them as JSON.
class LayoutWriter {
 public:
  explicit LayoutWriter(const std::string& path) : file_(path, std::ios::binary) {}

  std::string column(const columnar::Column& column) {
    std::string children;
    for (const columnar::Column& child : column.children) {
      children += fmt::format("{}{}", children.empty() ? "" : ",", this->column(child));
    }
    const std::string validity = buffer(column.validity.data(), (column.validity.size() + 7) / 8);
    const std::string offsets = buffer(column.offsets.data(), column.offsets.span().size_bytes());
    const std::string values = buffer(column.values.data(), column.values.size());
    return fmt::format(R"({{"length":{},"nulls":{},"validity":{},"offsets":{},"values":{},"children":[{}]}})",
                       column.length, column.null_count, validity, offsets, values, children);
  }

 private:
  // Each begins where 64 divides.
  std::string buffer(const void* bytes, std::size_t size) {
    const std::size_t at = at_;
    file_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    constexpr std::size_t kAlignment = 64;
    const std::size_t padding = (kAlignment - size % kAlignment) % kAlignment;
    file_ << std::string(padding, '\0');
    at_ += size + padding;
    return fmt::format("[{},{}]", at, size);
  }

  std::ofstream file_;
  std::size_t at_ = 0;
};

std::string describe(const columnar::Field& field) {
  std::string children;
  for (const columnar::Field& child : field.type.children) {
    children += fmt::format("{}{}", children.empty() ? "" : ",", describe(child));
  }
  return fmt::format(R"({{"name":"{}","type":"{}","utc":{},"nullable":{},"children":[{}]}})", field.name,
                     field.type.children.empty()               ? columnar::hive_name(field.type)
                     : field.type.id == columnar::TypeId::List ? "list"
                                                               : "struct",
                     field.type.utc, field.nullable, children);
}

void lay_out(const DataSet& data, const std::string& folder) {
  LayoutWriter buffers(folder + "/buffers");
  std::ofstream layout(folder + "/layout.json");
  layout << R"({"fields":[)";
  for (std::size_t i = 0; i < data.schema.fields.size(); ++i) {
    layout << (i == 0 ? "" : ",") << describe(data.schema.fields[i]);
  }
  layout << "],\"batches\":[";
  for (std::size_t b = 0; b < data.batches.size(); ++b) {
    layout << (b == 0 ? "[" : ",\n[");
    const columnar::Batch& batch = data.batches[b];
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      layout << (i == 0 ? "" : ",") << buffers.column(batch.columns[i]);
    }
    layout << "]";
  }
  layout << "]}\n";
}

Compression compression_of(const std::string& name) {
  if (name == "none") return Compression::None;
  if (name == "snappy") return Compression::Snappy;
  if (name == "zstd") return Compression::Zstd;
  throw std::invalid_argument("no codec " + name);
}

template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// kB of a line of /proc/self/status.
long memory_kb(std::string_view line) {
  std::ifstream status("/proc/self/status");
  for (std::string text; std::getline(status, text);) {
    if (text.starts_with(line)) return std::stol(text.substr(line.size() + 1));
  }
  return 0;
}

void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

parquet::FileSummary write_file(const DataSet& data, const parquet::WriterOptions& options, ByteSink& sink,
                                parquet::BlockPool& blocks) {
  auto writer = value_of(parquet::FileWriter::open(sink, data.schema, options, &blocks));
  for (const columnar::Batch& batch : data.batches) value_of(writer.write(batch));
  return value_of(writer.close());
}

std::string round_of(const std::string& command, const DataSet& data, parquet::BlockPool& blocks) {
  std::istringstream words(command);
  std::string codec;
  int level = 0;
  std::string profile;
  std::string path;
  words >> codec >> level >> profile >> path;
  parquet::WriterOptions options;
  options.compression = compression_of(codec);
  if (level != 0) options.compression_level = level;
  options.profile = profile == "modern" ? parquet::Profile::Modern : parquet::Profile::Athena;
  CountingSink sink(path);
  codec_seconds = 0;
  forget_peak();
  const long memory = memory_kb("VmRSS:");
  const double kernel = kernel_seconds();
  const double started = cpu_seconds();
  const parquet::FileSummary summary = write_file(data, options, sink, blocks);
  const double cpu = cpu_seconds() - started;
  return fmt::format(
      R"({{"cpu":{:.4f},"kernel":{:.4f},"codec":{:.4f},"bytes":{},"rows":{},"row_groups":{},"peak_kb":{}}})",
      cpu, kernel_seconds() - kernel, codec_seconds, sink.bytes(), summary.rows, summary.row_groups,
      std::max(0L, memory_kb("VmHWM:") - memory));
}

int serve(const std::string& name, std::size_t rows, const std::string& folder) {
  const auto& kinds = data_sets();
  const auto kind = std::ranges::find(kinds, name, &DataSetKind::name);
  if (kind == kinds.end()) throw std::invalid_argument("no data set " + name);
  const DataSet data = kind->make(rows == 0 ? kind->rows : rows);
  lay_out(data, folder);
  // As the program's workers have it, which write one file after the other; Arrow's allocator keeps memory
  // too.
  parquet::BlockPool blocks;
  std::cout << "ready" << std::endl;
  for (std::string command; std::getline(std::cin, command);) {
    constexpr std::string_view kFresh = "fresh ";
    if (!command.starts_with(kFresh)) {
      std::cout << round_of(command, data, blocks) << std::endl;
      continue;
    }
    if (fork() == 0) {
      blocks.release();
      std::cout << round_of(command.substr(kFresh.size()), data, blocks) << std::endl;
      _exit(0);
    }
    wait(nullptr);
  }
  return 0;
}

}  // namespace
}  // namespace pg2athena::bench

int main(int argc, char** argv) {
  pg2athena::configure_heap();
  try {
    if (argc == 4) return pg2athena::bench::serve(argv[1], std::stoul(argv[2]), argv[3]);
    if (argc == 3 && std::string_view(argv[1]) == "--encodings") {
      pg2athena::bench::time_encodings(std::stoi(argv[2]));
      return 0;
    }
    std::cerr << "usage: parquet_bench DATA ROWS FOLDER | --encodings ROUNDS\n";
  } catch (const std::exception& error) {
    std::cerr << "parquet_bench: " << error.what() << "\n";
  }
  return 1;
}
