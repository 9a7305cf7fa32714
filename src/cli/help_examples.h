// What stands below the options in --help, and so in the man page: examples, and what has to be known of each
// command. Only for command_line.cpp.
#pragma once

namespace pg2athena::cli {

inline constexpr const char* kRunExamples = R"(
Examples:
  pg2athena run postgresql://localhost/shop ./lake
      Every table, view and materialized view of a database, in one snapshot.
  pg2athena run postgresql://etl@db.internal/shop ./lake --schema public --exclude 'public.tmp_*' --workers 4
  pg2athena run postgresql://localhost/shop ./lake --table orders --table 'public."Order Items"'
  pg2athena run postgresql://localhost/shop ./lake --query 'SELECT id, total FROM orders' --as order_totals
  pg2athena run --config shop.yaml --workers 8
      What a file says (pg2athena init writes one); options win over the file.

What was published last is at LAKE/SCHEMA.TABLE/latest. A run that fails or is stopped leaves it as it was.
Exit codes: 0 done, 1 failed, 2 usage, 3 refused by the plan, 4 different from the source
(--verify), 5 unknown whether it was published, 130 interrupted.
)";

inline constexpr const char* kPlanExamples = R"(
Examples:
  pg2athena plan postgresql://localhost/shop
  pg2athena plan postgresql://localhost/shop ./lake --table 'public.order*'
  pg2athena plan --config shop.yaml

Nothing is written. The tables are locked as for a SELECT while the plan is made.
)";

inline constexpr const char* kPublishExamples = R"(
Examples:
  pg2athena publish ./lake
      Makes visible what runs decided to publish before something stopped them. The next run does this by itself.
)";

inline constexpr const char* kInitExamples = R"(
Examples:
  pg2athena init postgresql://etl@db.internal/shop shop.yaml
      A commented configuration with every table of the database; edit it, then: pg2athena plan --config shop.yaml
  pg2athena init postgresql://localhost/shop --target /srv/lake/shop | less
)";

inline constexpr const char* kSchemaExamples = R"(
Examples:
  pg2athena schema > pg2athena.schema.json
      For editors that complete and check YAML: begin the configuration with the line
      # yaml-language-server: $schema=pg2athena.schema.json
)";

inline constexpr const char* kDdlExamples = R"(
Examples:
  aws s3 sync ./lake s3://acme-lake/shop --no-follow-symlinks --exclude .lock
  pg2athena ddl ./lake --location s3://acme-lake/shop --database shop > shop.sql
  pg2athena ddl ./lake --location s3://acme-lake/shop --table 'public.order*'
  pg2athena ddl s3://acme-lake/shop --database shop --alter > next.sql
      From the run before to the one that the lake shows now, for tables that Athena knows already.

Athena runs one statement at a time, in this order. A table is named as in PostgreSQL, without its schema; its
LOCATION is the data of the run that the lake shows now.
)";

inline constexpr const char* kGcExamples = R"(
Examples:
  pg2athena gc s3://acme-lake/shop
      What killed runs left, unfinished uploads among it, and published runs that were replaced. Nothing is changed.
  pg2athena gc --config shop.yaml --delete
  pg2athena gc --config shop.yaml --delete --keep-for 7d --older-than 2d

Only what a run of this lake wrote is listed or removed. What a run published goes when the runs that replaced it have
been finished for --keep-for, table by table, and never what a record, a link or a catalog shows, or may show. A run is
called dead when it is undecided and gave no sign of life for --older-than. One that lives after all ends with an
error that says so, and publishes nothing.
)";

inline constexpr const char* kVerifyExamples = R"(
Examples:
  pg2athena verify ./lake
      Every published table: records, files, checksums, and what files say of their rows and columns.
  pg2athena verify --config shop.yaml --deep
      Every value is decoded, counted and summed as well; and what Glue shows is compared.
  pg2athena verify --config shop.yaml --athena
      Athena counts as well: SELECT count(*), and count of each column.
  pg2athena verify s3://acme-lake/shop --table 'public.order*' --output json | jq '.tables[].differences'

PostgreSQL isn't asked, and nothing is changed. Files are read from start to end.
Exit codes: 0 all is as published, 1 something could not be looked at or isn't finished, 3 there is no lake or no such
table, 4 something is different.
)";

inline constexpr const char* kIamPolicyExamples = R"(
Examples:
  pg2athena iam-policy --config shop.yaml > policy.json
  pg2athena iam-policy --config shop.yaml --for role > role-policy.json
      Of a lake that is written in a role (target.role_arn) there are three: for who assumes it, for the role, and
      whom the role trusts.

Nothing is asked of AWS. What the configuration can't tell is said on stderr.
)";

inline constexpr const char* kDoctorExamples = R"(
Examples:
  pg2athena doctor --config shop.yaml
  pg2athena doctor postgresql://etl@db.internal/shop s3://acme-lake/shop

Logs in, makes the plan, and tries out on a small object what a run does in its lake. What fails is said with the
GRANT or the IAM action that is missing. Exit codes: 0 all is well, or there are only warnings; 1 a check failed.
)";

inline constexpr const char* kCompletionExamples = R"(
Examples:
  source <(pg2athena completion bash)
  pg2athena completion zsh > ~/.zsh/completions/_pg2athena        # a folder of fpath
  pg2athena completion fish > ~/.config/fish/completions/pg2athena.fish
)";

inline constexpr const char* kManExamples = R"(
Examples:
  pg2athena man | man -l -
  pg2athena man > /usr/local/share/man/man1/pg2athena.1
)";

inline constexpr const char* kFooter = R"(
Examples:
  pg2athena plan postgresql://localhost/shop                 what would be exported, column by column
  pg2athena run postgresql://localhost/shop ./lake           export it
  pg2athena run --help                                       all options of run
)";

}  // namespace pg2athena::cli
