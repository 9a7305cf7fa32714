#include <fmt/format.h>

#include "config/documents.h"
#include "config/settings.h"

namespace pg2athena::config {
namespace {

constexpr std::string_view kHead = R"md(# Configuration
<!-- Made by `pg2athena schema --page`; scripts/generate-docs writes it. -->

A run can be described in a file: `pg2athena run --config shop.yaml`. `pg2athena init SOURCE shop.yaml` writes one from
a database, and `pg2athena plan --config shop.yaml` checks it and shows what it means. The options in the tables
below win over the file; source, target and what is exported are the file's alone.

```yaml
source:
  url: postgresql://etl@db.internal/shop
  password: ${SHOP_PASSWORD}
target:
  location: /srv/lake/shop
limits:
  workers: 4
  memory: 1GiB
types:
  date: {on_unrepresentable: null}
tables:
  - public.customers
  - audit.*
  - name: public.events
    columns: [id, created_at, kind, payload]
    where: created_at >= date '2026-01-01'
    encoding: {created_at: delta_binary_packed}
    bloom_filters: [id]
    types: {price: {as: "decimal(18,4)"}}
    rename: {"Net Price": net_price}
    partition_by: {day: created_at}
  - query: queries/revenue.sql
    as: revenue
exclude:
  - audit.tmp_*
```

The file is read strictly: an unknown key, a key that is there twice, or a value that a key can't have is an error that
names file, line and column, and the key that may have been meant. Sizes are a number and a unit: `KiB`, `MiB`, `GiB`,
`TiB` (powers of 1024) or `kB`, `MB`, `GB`, `TB` (powers of 1000); a number alone is bytes. Times are a number and `ms`,
`s`, `min`, `h` or `d`. Relative files and folders begin at the folder of the configuration file.

**Secrets** don't stand in the file: `${NAME}` is replaced from the environment in `source.url` and `source.password`,
and nowhere else; elsewhere it is an error, and `$${` stands for `${` itself. In a URL the value is percent-encoded, so a password may have any
characters: `postgresql://etl:${SHOP_PASSWORD}@db.internal/shop`. A URL may also be one reference as a whole:
`url: ${DATABASE_URL}`. A password can also be in AWS Secrets Manager (`password: secret:prod/shop/etl#password`), and so can
all that a login takes (`source.secret`), or be a token of RDS (`source.auth`). Without any, libpq's ways work: `PGPASSWORD`,
`~/.pgpass`, `PGPASSFILE`, services. [Logging in](login.md) has all of them.

**Editors** complete and check the file with its JSON Schema: `pg2athena schema > pg2athena.schema.json`, and as the
file's first line `# yaml-language-server: $schema=pg2athena.schema.json`. The schema of this version is
[pg2athena.schema.json](pg2athena.schema.json).
)md";

constexpr std::string_view kNames = R"(
Names of tables are as psql's `\d` takes them: unquoted letters fold to lower case, `"Quoted"` text stays as it is, `*` and
`?` are wildcards. In YAML a name in double quotes stands inside of single ones: `'public."Order Items"'`; one that begins
with `*` or `"` too.

A table with an entry of its own is exported as that entry says, also where a pattern takes it too. Two different entries of
one table are refused. What is said of a table besides its name needs the full name of one; a query, which has its own
columns and condition, can have all but `columns` and `where`.

A table with `partition_by` has its rows in folders: [partitions](partitions.md).

Columns are named as PostgreSQL has them, without quotes; of a query, as it returns them. Which encoding is good for what:
[the Parquet files](parquet.md).

A table with `as` is called so in the lake, without a schema, and its folder too: two tables that would have one name, or
one name in Athena, which knows no schemas of PostgreSQL, can be kept apart by it. A new name of a column has only what the
[rule for names](types.md) lets a name have.
)";

constexpr std::string_view kTypes = R"md(
`types` of the file has choices by types, `types` of a table by columns:

```yaml
types:
  numeric: {as: "decimal(38,9)", on_unrepresentable: error}
  timestamptz: {on_unrepresentable: clamp}
tables:
  - name: public.orders
    types:
      price: {as: string}
      due: {on_unrepresentable: null}
```

What is said of a column wins over what is said of its type, key by key. A type is named as PostgreSQL names it, short or
long (`timestamptz`, `timestamp with time zone`), or as the table of [types](types.md) does (`enum`, `array`, `range`);
that table says as what it can be kept, too. A column of which values can become NULL is never NOT NULL in the lake. The
number of values that `null` and `clamp` changed is in the summary of the run, in its receipts, and in the log. In braces
`decimal(p,s)` needs quotes.
)md";

std::string default_of(const Setting& setting) {
  if (setting.required && !setting.unless.empty()) {
    return fmt::format("required without `{}.{}`", setting.section, setting.unless);
  }
  if (setting.required) return "required";
  if (setting.key == "workers") return fmt::format("one a core, at most {}", 4);
  const std::string value = setting.get(Configuration());
  return value.empty() ? "" : fmt::format("`{}`", value);
}

std::string values_of(const Setting& setting) {
  return setting.kind == ValueKind::Text || setting.kind == ValueKind::SecretId
             ? fmt::format("e.g. `{}`", setting.example)
             : describe_values(setting);
}

std::string section_table(const Section& section) {
  std::string out = fmt::format(
      "\n## {}\n{}.\n\n| key | meaning | values | default | option |\n| --- | --- | --- | --- | --- |\n",
      section.key, section.summary);
  for (const Setting& setting : settings()) {
    if (setting.section != section.key) continue;
    out +=
        fmt::format("| `{}` | {}. | {} | {} | {} |\n", setting.path(), setting.summary, values_of(setting),
                    default_of(setting), setting.option.empty() ? "" : fmt::format("`--{}`", setting.option));
  }
  return out;
}

std::string keys_table(std::span<const Key> keys) {
  std::string out = "\n| key | value | meaning |\n| --- | --- | --- |\n";
  for (const Key& key : keys) out += fmt::format("| `{}` | {} | {}. |\n", key.key, key.type, key.summary);
  return out;
}

std::string types_part() {
  return fmt::format("\n## types\n{}.\n{}{}", kTypesSummary, keys_table(type_choice_keys()), kTypes);
}

std::string tables_part() {
  return fmt::format("\n## tables\n{}.\n{}{}", kTablesSummary, keys_table(table_keys()), kNames);
}

}  // namespace

std::string reference_page() {
  std::string out(kHead);
  for (const Section& section : sections()) out += section_table(section);
  out += types_part() + tables_part();
  for (const Section& list : name_lists()) out += fmt::format("\n## {}\n{}.\n", list.key, list.summary);
  return out;
}

}  // namespace pg2athena::config
