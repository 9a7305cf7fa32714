// Writes Parquet files of every kind that the writer makes, each with what readers have to find in it:
//
//   parquet_generate_files DIR
//
// makes NAME.parquet; NAME.jsonl, a line for each row, an array of its values; and NAME.json, the columns,
// the options and the writer's own summary. test_readers.py reads the files with other programs and compares.
//
// In JSON a float is a string in hexadecimal ("0x1.8p+1"), a decimal a string, binary a string of hexadecimal
// digits; dates, times and timestamps are the numbers that they are stored as.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "file_cases.h"
#include "parquet/file_writer.h"

namespace pg2athena::parquet {
namespace {

using columnar::Type;
using columnar::TypeId;
using Json = nlohmann::json;

std::string type_name(const Type& type) {
  switch (type.id) {
    case TypeId::Boolean:
      return "boolean";
    case TypeId::Int16:
      return "int16";
    case TypeId::Int32:
      return "int32";
    case TypeId::Int64:
      return "int64";
    case TypeId::Float32:
      return "float";
    case TypeId::Float64:
      return "double";
    case TypeId::Decimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeId::Date:
      return "date";
    case TypeId::Timestamp:
      return type.utc ? "timestamp_utc" : "timestamp";
    case TypeId::Time:
      return "time";
    case TypeId::String:
      return "string";
    case TypeId::Binary:
      return "binary";
    case TypeId::List:
      return "list<" + type_name(type.children[0].type) + ">";
    default:
      return "?";
  }
}
Json to_json(const Type& type, const Value& value) {
  if (value.is_null()) return nullptr;
  switch (type.id) {
    case TypeId::Boolean:
      return std::get<bool>(value.value);
    case TypeId::Float32:
    case TypeId::Float64:
      return fmt::format("{:a}", std::get<double>(value.value));
    case TypeId::Decimal:
      return format_decimal(value.number(), type.scale);
    case TypeId::String:
      return std::get<std::string>(value.value);
    case TypeId::Binary: {
      std::string digits;
      for (const char c : std::get<std::string>(value.value))
        digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return digits;
    }
    case TypeId::List: {
      Json list = Json::array();
      for (const Value& element : std::get<std::vector<Value>>(value.value))
        list.push_back(to_json(type.children[0].type, element));
      return list;
    }
    default:
      return static_cast<std::int64_t>(value.number());
  }
}

Json to_json(const ColumnSummary& summary) {
  Json json = {{"path", summary.path}, {"values", summary.values}, {"nulls", summary.nulls}};
  if (summary.min) json["min"] = *summary.min;
  if (summary.max) json["max"] = *summary.max;
  return json;
}

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
    columns.push_back(
        {{"name", each.field.name}, {"type", type_name(each.field.type)}, {"nullable", each.field.nullable}});
  }
  WriterOptions options = file.options;
  options.key_value_metadata = {{"source.table", "public." + file.name}, {"empty", ""}};
  FileSink sink(folder / (file.name + ".parquet"));
  PG2ATHENA_ASSIGN(FileWriter writer, FileWriter::open(sink, schema, options));
  std::ofstream lines(folder / (file.name + ".jsonl"));
  PG2ATHENA_ASSIGN(const FileSummary summary, write_rows(file, schema, writer, lines));

  constexpr const char* kCodecs[] = {"UNCOMPRESSED", "SNAPPY", "ZSTD"};
  Json description = {{"columns", columns},
                      {"codec", kCodecs[static_cast<std::size_t>(options.compression)]},
                      {"rows", summary.rows},
                      {"bytes", summary.bytes},
                      {"row_groups", summary.row_groups},
                      {"summaries", Json::array()}};
  for (const ColumnSummary& each : summary.columns) description["summaries"].push_back(to_json(each));
  std::ofstream(folder / (file.name + ".json")) << description.dump(1) << '\n';
  return {};
}
int run(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const FileCase& file : file_cases()) {
    if (auto written = write_case(file, folder); !written) {
      std::cerr << file.name << ": " << written.error() << '\n';
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace pg2athena::parquet

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: parquet_generate_files DIR\n";
    return 2;
  }
  return pg2athena::parquet::run(argv[1]);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
