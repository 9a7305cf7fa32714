// The lake that a command works on: a local folder, or a prefix of S3.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "catalog/publisher.h"
#include "catalog/table_counter.h"
#include "cli/aws_access.h"
#include "config/configuration.h"
#include "observe/log.h"
#include "storage/object_store.h"
#include "storage/unfinished_uploads.h"

namespace pg2athena::cli {

class Lake {
 public:
  Lake() = default;
  Lake(const Lake&) = delete;
  Lake& operator=(const Lake&) = delete;
  virtual ~Lake() = default;

  virtual storage::ObjectStore& store() = 0;
  virtual catalog::Publisher& publisher() = 0;
  virtual storage::UnfinishedUploads& unfinished_uploads() = 0;
  // Athena, where the lake is told to Glue. Unsupported elsewhere.
  virtual Result<std::unique_ptr<catalog::TableCounter>> open_counter();
  // The folder's absolute path, or s3://bucket/prefix.
  virtual std::string location() const = 0;
};

enum class LakeAccess : std::uint8_t {
  Read,   // the lake has to be there, and isn't changed
  Write,  // a folder is made where it is missing
};

// The target of the configuration, which, with `aws` and `log`, has to outlive the lake.
Result<std::unique_ptr<Lake>> open_lake(const config::Configuration& configuration, LakeAccess access,
                                        AwsAccess& aws, const observe::Log& log);

// The same, where a lake has to be there: a name that is mistyped isn't one.
Result<std::unique_ptr<Lake>> open_existing_lake(const config::Configuration& configuration,
                                                 LakeAccess access, AwsAccess& aws, const observe::Log& log);

// In lake_s3.cpp; without AWS in no_s3.cpp, where it says so.
Result<std::unique_ptr<Lake>> open_s3_lake(const config::Configuration& configuration, AwsAccess& aws,
                                           const observe::Log& log);

}  // namespace pg2athena::cli
