// AWS Glue's Data Catalog over its API (docs.aws.amazon.com/glue, "Catalog API"): one database of it, and its
// tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aws/credentials.h"
#include "aws/json_service.h"
#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/glue_options.h"
#include "catalog/glue_partitions.h"

namespace pg2athena::catalog {

struct GlueTable {
  nlohmann::json table;    // the Table of GetTable's answer
  std::string version_id;  // of this state of it
};

// Some of a database's tables, each as the Table of GetTable's answer.
struct GlueTables {
  std::vector<nlohmann::json> tables;
  std::string next;  // what to ask for the next ones with; empty: these were the last
};

// Thread-safe. Errors are those of call_service(), with the database; where Lake Formation refuses, they say
// so.
class GlueClient {
 public:
  // `parts` and `credentials` have to outlive it. `region` is the session's, for options without one.
  // InvalidArgument for a database's name that can't be one, and where no region is known.
  static Result<GlueClient> create(aws::ServiceParts parts, aws::CredentialsProvider& credentials,
                                   GlueOptions options, const std::string& region);

  // None: there is no such table, or no database.
  Result<std::optional<GlueTable>> get_table(const std::string& name) const;

  // A hundred tables of the database at most, from the first on or from where another answer's `next` says.
  // None where there is no database.
  Result<GlueTables> get_tables(const std::string& from) const;

  // Asks for a table of it: whoever may list tables needs no right of its own for that. PermissionDenied
  // where we may not list.
  Result<bool> has_database() const;

  // False: there is a table of this name by now. NotFound: there is no database.
  Result<bool> create_table(const nlohmann::json& table_input) const;

  // In place of the state with this version. False: the table has another one by now, or is gone.
  Result<bool> update_table(const nlohmann::json& table_input, const std::string& version_id) const;

  // All that are registered of a table. None: there is no such table.
  Result<std::optional<std::vector<RegisteredPartition>>> get_partitions(const std::string& table) const;

  // Whether it may be asked for them: of one partition, however many there are.
  Result<void> try_get_partitions(const std::string& table) const;

  // `entries` as the operation takes them. False: not all of it is done, and what there is decides: one was
  // there already, or isn't there, the table is gone, others are at it, or it is Glue's passing trouble. An
  // error is of the first that won't go well another time either; others of them may be done.
  Result<bool> change_partitions(const std::string& table, PartitionOperation operation,
                                 const nlohmann::json& entries) const;

  // That it is there already is fine. False: others are at it.
  Result<bool> create_database() const;

  // The same for what has to be quick, and may be stopped.
  GlueClient until(Cancellation& stop) const;

  // Which catalog and database of all that there are: "glue:<account>:<region>:<database>".
  std::string name() const;

  const GlueOptions& options() const { return options_; }

 private:
  GlueClient(aws::ServiceParts parts, aws::CredentialsProvider& credentials, std::string endpoint,
             GlueOptions options, Cancellation* stop);
  Result<nlohmann::json> call(const char* operation, nlohmann::json input) const;
  nlohmann::json partitions_input(const std::string& table) const;

  aws::ServiceParts parts_;
  aws::CredentialsProvider* credentials_;
  std::string endpoint_;
  GlueOptions options_;
  aws::JsonService service_;
};

}  // namespace pg2athena::catalog
