#include "cli/aws_access.h"

#include <curl/curl.h>

#include "aws/session.h"
#include "cli/version.h"

namespace pg2athena::cli {

struct AwsAccess::Opened {
  std::unique_ptr<aws::Session> session;
};

AwsAccess::AwsAccess(aws::Identity identity, Cancellation& stop)
    : identity_(std::move(identity)), stop_(stop) {}
AwsAccess::~AwsAccess() = default;

Result<aws::Session*> AwsAccess::session() {
  if (!opened_) {
    PG2ATHENA_ASSIGN(auto session, aws::Session::open(identity_, stop_));
    opened_ = std::make_unique<Opened>(Opened{.session = std::move(session)});
  }
  return opened_->session.get();
}

std::vector<Component> aws_components() {
  return {{"libcurl", curl_version_info(CURLVERSION_NOW)->version}};
}

}  // namespace pg2athena::cli
