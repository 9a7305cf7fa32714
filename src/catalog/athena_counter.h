// Counts by Athena itself, over its API (docs.aws.amazon.com/athena, API reference): StartQueryExecution,
// GetQueryExecution until it is done, GetQueryResults.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "aws/json_service.h"
#include "base/retry.h"
#include "catalog/athena_options.h"
#include "catalog/glue_options.h"
#include "catalog/table_counter.h"

namespace pg2athena::catalog {

class AthenaCounter final : public TableCounter {
 public:
  // `parts`, with its times, and `credentials` have to outlive it. `region` is the session's, for options
  // without one. InvalidArgument where no region is known.
  static Result<std::unique_ptr<AthenaCounter>> create(const aws::ServiceParts& parts,
                                                       aws::CredentialsProvider& credentials,
                                                       AthenaOptions options, GlueOptions glue,
                                                       const std::string& region);

  // Waits as long as the query takes; Athena ends it after half an hour. A stop ends it there too. What it
  // can't read of the table is the counts' refusal; errors are of the service, and of rights.
  Result<TableCounts> count(const TableRecord& record, const std::vector<std::string>& columns,
                            Cancellation& stop) override;

 private:
  AthenaCounter(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials, std::string endpoint,
                AthenaOptions options, GlueOptions glue);
  aws::JsonService service(Cancellation* stop) const;
  Result<std::string> start(const std::string& sql, Cancellation& stop) const;
  Result<TableCounts> result(const std::string& query, std::size_t columns, Cancellation& stop) const;

  aws::ServiceParts parts_;
  aws::CredentialsProvider& credentials_;
  const std::string endpoint_;
  const AthenaOptions options_;
  const GlueOptions glue_;
};

}  // namespace pg2athena::catalog
