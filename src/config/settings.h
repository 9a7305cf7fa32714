// THE description of the configuration: one row for each setting. Reading a file, options of the command
// line, the JSON Schema, the reference page and the file that `init` writes are all made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "config/configuration.h"

namespace pg2athena::config {

enum class ValueKind {
  Text,
  Count,     // a whole number, min to max
  Size,      // of memory or a file, in bytes, min to max (base/quantity.h)
  Duration,  // in milliseconds, min to max (base/quantity.h)
  Choice,    // one of a few words
  Flag,      // false or true
  Pairs,     // names and their values, in the file only
  SecretId,  // the name or the ARN of a secret of AWS Secrets Manager
};

// A value that has been checked against its row.
struct SettingValue {
  std::string text;
  std::uint64_t number = 0;  // Count, Size in bytes, Duration in milliseconds; Choice: its index; Flag: 0, 1
  std::vector<std::pair<std::string, std::string>> pairs = {};
};

struct Setting {
  std::string_view section;
  std::string_view key;  // "size", or with a group of the section's before it: "encryption.kms_key"
  ValueKind kind = ValueKind::Text;
  std::string_view summary;      // one sentence, without its full stop
  std::string_view example;      // a value that is right
  std::string_view option = {};  // on the command line, without dashes; empty: only in the file
  std::string_view alone = {};   // the value that the option has without one; empty: it needs one
  bool reference = false;        // ${NAME} is replaced from the environment
  bool required = false;
  std::string_view unless = {};  // the key of the same section without which it is required; empty: always
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::span<const std::string_view> choices = {};
  bool or_never = false;  // Duration: "never" is a value too, and is 0 for set()
  void (*set)(Configuration&, const SettingValue&) = nullptr;
  // The value as text; empty when nothing is set.
  std::string (*get)(const Configuration&) = nullptr;

  std::string path() const { return std::string(section) + "." + std::string(key); }
  // "encryption" of "encryption.kms_key"; empty for a key of the section's own.
  std::string_view group() const { return key.substr(0, key.contains('.') ? key.find('.') : 0); }
  // "kms_key" of "encryption.kms_key".
  std::string_view name() const { return key.substr(group().empty() ? 0 : group().size() + 1); }
};

// A section of the file, or one of its lists.
struct Section {
  std::string_view key;
  std::string_view summary;
};

std::span<const Setting> settings();    // those of a section stand together
std::span<const Section> sections();    // in the order of settings()
std::span<const Section> name_lists();  // schemas, exclude: lists of names

// A key of a table that is more than a name, or of a choice for a type, with its meaning.
struct Key {
  std::string_view key;
  std::string_view type;  // for people
  std::string_view summary;
};
std::span<const Key> table_keys();
inline constexpr std::string_view kEncodingByColumn = "encoding of each column";
inline constexpr std::string_view kTypeByColumn = "choice for each column";
inline constexpr std::string_view kNameByColumn = "new name of each column";
inline constexpr std::string_view kPartitionColumn =
    "day, month, year or value: column; default: value; catalog: way";
inline constexpr std::string_view kPartitionDefaultSummary =
    "The partition of rows whose value is NULL or can't be one; without it NULLs are in "
    "__HIVE_DEFAULT_PARTITION__, and the run ends at what can't be one";
inline constexpr std::string_view kPartitionCatalogSummary =
    "How the catalog knows this table's partitions, instead of as catalog.glue.partitions says";

// The keys of a choice: of a value of `types`, in the file or in a table.
std::span<const Key> type_choice_keys();
inline constexpr std::string_view kTypesSummary =
    "What becomes of the values of a type, in every column of it and inside of arrays, ranges and "
    "composites; what is said of a column wins";
inline constexpr std::string_view kTablesSummary =
    "The tables, views and materialized views to export: names, patterns, or more about one of them. Without "
    "`tables` and `schemas` everything in the database is exported";

inline constexpr std::string_view kNever = "never";

// What a setting takes, for people: "a whole number from 1 to 256".
std::string describe_values(const Setting& setting);

// Checks a text against the setting's row and stores it. The error begins with `name`: limits.workers or
// --workers.
Result<void> apply(const Setting& setting, std::string_view text, std::string_view name,
                   Configuration& configuration);

}  // namespace pg2athena::config
