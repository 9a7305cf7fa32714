// Writes Parquet files of every kind that the writer makes, each with what readers have to find in it:
//
//   parquet_generate_files DIR                the files of file_cases.cpp
//   parquet_generate_files DIR SEED [COUNT]   files of random schemas, one for each seed from SEED on
//
// makes NAME.parquet; NAME.jsonl, a line for each row, an array of its values (case_json.h); and NAME.json,
// the columns, the options and the writer's own summary. The tests in this folder read the files with other
// programs and compare.
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "case_json.h"
#include "file_cases.h"
#include "parquet/file_writer.h"
#include "random_cases.h"

namespace pg2athena::parquet {
namespace {

using Json = nlohmann::json;

class FileSink final : public ByteSink {
 public:
  explicit FileSink(const std::filesystem::path& path) : file_(path, std::ios::binary) {}
  Result<void> write(std::span<const std::byte> bytes) override {
    file_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file_.flush()) return fail(ErrorKind::Storage, "can't write the file");
    return {};
  }

 private:
  std::ofstream file_;
};

Result<FileSummary> write_rows(const FileCase& file, const columnar::Schema& schema, FileWriter& writer,
                               std::ostream& lines) {
  columnar::Batch batch(schema);
  for (std::size_t row = 0; row < file.rows; ++row) {
    Json line = Json::array();
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      const Value value = file.columns[i].value(row);
      append(batch.columns[i], value);
      line.push_back(to_json(schema.fields[i].type, value));
    }
    lines << line.dump() << '\n';
    if (batch.rows() == file.batch_rows || row + 1 == file.rows) {
      PG2ATHENA_TRY(writer.write(batch));
      batch.clear();
    }
  }
  return writer.close();
}

Result<void> write_case(const FileCase& file, const std::filesystem::path& folder) {
  columnar::Schema schema;
  Json columns = Json::array();
  for (const ColumnCase& each : file.columns) {
    schema.fields.push_back(each.field);
    columns.push_back(describe(each.field));
  }
  WriterOptions options = file.options;
  options.key_value_metadata = {{"source.table", "public." + file.name}, {"empty", ""}};
  FileSink sink(folder / (file.name + ".parquet"));
  PG2ATHENA_ASSIGN(FileWriter writer, FileWriter::open(sink, schema, options));
  std::ofstream lines(folder / (file.name + ".jsonl"));
  PG2ATHENA_ASSIGN(const FileSummary summary, write_rows(file, schema, writer, lines));

  Json description = {{"columns", columns},          {"codec", arrow_codec_name(options.compression)},
                      {"options", to_json(options)}, {"rows", summary.rows},
                      {"bytes", summary.bytes},      {"row_groups", summary.row_groups},
                      {"summaries", Json::array()}};
  for (const ColumnSummary& each : summary.columns) description["summaries"].push_back(to_json(each));
  std::ofstream(folder / (file.name + ".json")) << description.dump(1) << '\n';
  return {};
}
int run(const std::vector<FileCase>& files, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const FileCase& file : files) {
    if (auto written = write_case(file, folder); !written) {
      std::cerr << file.name << ": " << written.error() << '\n';
      return 1;
    }
  }
  return 0;
}

int run(const std::filesystem::path& folder, std::uint64_t seed, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    if (const int status = run({random_case(seed + i)}, folder); status != 0) return status;
  }
  return 0;
}

}  // namespace
}  // namespace pg2athena::parquet

int main(int argc, char** argv) try {
  if (argc < 2 || argc > 4) {
    std::cerr << "usage: parquet_generate_files DIR [SEED [COUNT]]\n";
    return 2;
  }
  if (argc == 2) return pg2athena::parquet::run(pg2athena::parquet::file_cases(), argv[1]);
  return pg2athena::parquet::run(argv[1], std::stoull(argv[2]), argc == 4 ? std::stoull(argv[3]) : 1);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
